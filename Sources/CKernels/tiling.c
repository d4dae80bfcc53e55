// How the dense kernels cut their work: candidates of each level, the CPUs that were measured, and a measurement for
// all others. Every candidate gives the same bits (TilingTests runs them all), so ranks may choose differently.
#include <stdlib.h>
#include <time.h>

#include "ckernels.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

// As good as endless, and far from where sums overflow.
#define ALL (1L << 40)

// Zen 3, GFLOP/s of one core at W2's 1024 × 2048 × 2048, peak 98, best of three rounds beside other work: forward 58
// without blocks, 75 with packed blocks of 256 inner rows × 192 samples, 76 to 78 with the next tile's rows fetched
// early; weight gradient 45 with chunks of 256 samples as they lie, 58 with d packed and chunks of 256 or 128, 63 with
// 64. Blocks of 384 samples were not told apart from 192.
// Later, shares of the peak of the same moments, medians beside busy neighbours and the best twentieth of all samples:
// weight gradients of 1024 × 2048 × 2048 in leaves of 128 rows 54 and 63 % as above, turned 65 and 75 %; W1's 256 × 784
// × 512 in leaves of 32 rows 54 and 74 %, turned 59 and 73 %. Turned with chunks of 128 samples the same, in quiet
// moments 2 % less; of 256 10 % less. Steps of W1 and W2 took 6 to 14 % less time. W5's 64 × 30 × 64: 37 %, turned 33.
// Products, medians of the same kind, as above and with copied inputs: 1024 × 2048 × 2048 forward 64 and 79 %, back 61
// and 77 %, W1's forward 66 and 76 %. Blocks of 192 samples 71 % where 384 had 77; those without fetching sums and
// weights early 61 %; all columns block by block, but inputs where they lie, 70 % where copies had 83.
// Emerald Rapids at AVX2, shares of the peak in moments without neighbours: weight gradients 93 to 95 % (W1's 256 × 784
// × 512 in leaves of 32 rows, W2's in leaves of 128), products 98 to 100 %; chunks of 128 are no better, of 256 80 %.
static const struct ck_tiling avx2[] = {
    {256, 384, 64, 0, 1, 0}, {256, 192, 64, 0, 1, 0}, {256, 192, 128, 0, 1, 0},
    {512, 96, 64, 0, 1, 0},  {128, 192, 64, 0, 1, 0}, {256, 384, 64, CK_TILE_BY_INPUTS, 1, 1},
    {256, 384, 64, 0, 1, 1}, {256, 192, 64, 0, 1, 1},
};
// Whole panels: forward products ran at 97 to 99 % of the peak of a Zen 5 so. The first candidate was the fastest on
// Emerald Rapids (two virtual cores of a busy host), shares of the multiply-add peak of the same minutes, forward
// products 80 to 83 %: W1's 256 × 784 × 512 in leaves of 32 rows 83 to 88 %, W2's 1024 × 784 × 2048 in leaves of 128
// rows 83 %; the second one 66 and 66 %, tiles of 6 over 64 samples without packing 88 and 76 %. The first-level cache
// holds 64 samples of d and of a tile's inputs; a chunk of 256 comes from the second one for every tile. Inputs packed
// as well were no faster there. The second candidate was the fastest on Zen 4, GFLOP/s of one core, peak 117: W2's 1024
// × 2048 × 2048 in leaves of 128 rows 111 with tiles of 6, 110 of 4; W1's 256 × 784 × 512 in leaves of 32 rows 109 with
// tiles of 6, 111 of 4. 12 × 32 took 89 to 98 in W2, d packed 102 to 109.
static const struct ck_tiling avx512[] = {
    {ALL, ALL, 64, 6, 1},
    {ALL, ALL, 256, CK_TILE_BY_LEAVES, 0},
    {ALL, ALL, 256, 4, 0},
    {ALL, ALL, 256, 6, 0},
    {ALL, ALL, 128, 6, 1},
    {ALL, ALL, 64, 6, 0},
    {ALL, ALL, 64, 4, 1},
    {ALL, ALL, 128, 4, 0},
    {256, 192, 128, 6, 0},
};
static const struct ck_tiling portable[] = {{256, 192, 128, 0, 1, 0}, {64, 48, 32, 0, 1, 1}};

static const struct {
  const struct ck_tiling *candidates;
  int count;
} levels[] = {
    [CK_PORTABLE] = {portable, sizeof portable / sizeof *portable},
    [CK_AVX2] = {avx2, sizeof avx2 / sizeof *avx2},
    [CK_AVX512] = {avx512, sizeof avx512 / sizeof *avx512},
};

// CPUs that were measured: family and model as CPUID gives them, level, candidate.
static const struct {
  int family, model, isa, candidate;
} measured[] = {
    {25, 1, CK_AVX2, 5},     // Zen 3, "Milan"
    {25, 17, CK_AVX512, 1},  // Zen 4, "Genoa"
    {6, 207, CK_AVX512, 0},  // Emerald Rapids
    {25, 17, CK_AVX2, 0},    // the same at AVX2; weight gradients 88 to 90 % of the peak, products 89 to 95 %
};

static const struct ck_tiling *chosen[] = {[CK_PORTABLE] = portable, [CK_AVX2] = avx2, [CK_AVX512] = avx512};

int ck_tiling_count(int isa) { return levels[isa].count; }

const struct ck_tiling *ck_tiling_candidate(int isa, int index) { return &levels[isa].candidates[index]; }

const struct ck_tiling *ck_tiling(void) { return chosen[ck_active()->isa]; }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// 192 × 1024 × 256 and 256 samples × 192 × 64 with leaves of 64: 53 million multiply-adds, a millisecond each time.
// Rows are as far apart as those of layers with 1024 inputs and 512 outputs, which is what makes chunks of many rows
// slow; of so many inputs that tiles chosen by inputs are turned, and of so many columns that inputs are copied.
enum { ROWS = 256, INNER = 1024, OUTER = CK_COPIED_PANELS * CK_PANEL, ITEM = CK_GRADIENT_CUT, LEAVES = 4 };
enum { X_STRIDE = INNER + 16, D_STRIDE = 512 + 16 };

// Whether a measurement would take seconds rather than milliseconds, as where a machine is emulated: 6 × 64 × 64, some
// 2 µs.
static int is_too_slow(const struct ck_tiling *tiling) {
  enum { FEW = 6, SHORT = 64 };
  float *memory = aligned_alloc(64, (FEW * SHORT + FEW * CK_PANEL + SHORT * CK_PANEL) * sizeof(float));
  if (!memory) return 1;
  for (long n = 0; n < FEW * SHORT + FEW * CK_PANEL + SHORT * CK_PANEL; n++) memory[n] = 1;
  const struct ck_product product = {
      .x = memory, .x_stride = SHORT, .weights = memory + FEW * (SHORT + CK_PANEL), .y = memory + FEW * SHORT,
      .y_stride = CK_PANEL, .rows = FEW, .inner = SHORT, .outer = CK_PANEL, .panel_begin = 0, .panel_end = 1,
      .tiling = tiling};
  double least = 1e9;
  for (int repeat = 0; repeat < 3; repeat++) {
    const double begin = now();
    ck_product(&product);
    const double seconds = now() - begin;
    if (seconds < least) least = seconds;
  }
  free(memory);
  return least > 5e-4;
}

double ck_tiling_seconds(const struct ck_tiling *tiling) {
  const long x_count = ROWS * X_STRIDE, d_count = ROWS * D_STRIDE, w_count = INNER * OUTER;
  const long gradient_scratch = ck_weight_gradient_scratch(ck_stack_depth(LEAVES));
  const long product_scratch = ck_product_scratch(INNER, OUTER);
  const long scratch_count = gradient_scratch > product_scratch ? gradient_scratch : product_scratch;
  const size_t bytes = (size_t)(x_count + d_count + w_count + scratch_count) * sizeof(float);
  float *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (!memory) return -1;
  for (long n = 0; n < (long)(bytes / sizeof(float)); n++) memory[n] = (float)(n % 17) * 0.125f - 1;
  float *x = memory, *d = x + x_count, *w = d + d_count, *scratch = w + w_count;
  struct ck_leaf leaves[LEAVES];
  for (int n = 0; n < LEAVES; n++) leaves[n] = (struct ck_leaf){n * 64, n * 64 + 64, n == 1 ? 1 : n == 3 ? 2 : 0};
  const struct ck_product product = {
      .x = x, .x_stride = X_STRIDE, .weights = w, .y = d, .y_stride = D_STRIDE, .rows = ITEM, .inner = INNER,
      .outer = OUTER, .panel_begin = 0, .panel_end = CK_COPIED_PANELS, .scratch = scratch, .tiling = tiling};
  const struct ck_weight_gradient gradient = {
      .x = x, .x_stride = X_STRIDE, .d = d, .d_stride = D_STRIDE, .dw = w, .inner = INNER, .outer = CK_PANEL,
      .i_end = ITEM, .leaves = leaves, .leaf_count = LEAVES, .scratch = scratch,
      .stack_depth = ck_stack_depth(LEAVES), .tiling = tiling};
  double best[2] = {1e9, 1e9};
  for (int repeat = 0; repeat < 3; repeat++) {
    const double begin = now();
    ck_product(&product);
    const double middle = now();
    ck_weight_gradient(&gradient);
    const double end = now();
    if (middle - begin < best[0]) best[0] = middle - begin;
    if (end - middle < best[1]) best[1] = end - middle;
  }
  free(memory);
  // Of a step's products one in three is a weight gradient; this one has a sixteenth of the forward product's work.
  return best[0] + 8 * best[1];
}

#if defined(__x86_64__)
// The candidate of this CPU at a level, -1 where it was not measured.
static int measured_candidate(int isa) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return -1;
  int family = (a >> 8) & 15, model = (a >> 4) & 15;
  if (family == 15 || family == 6) model += (int)((a >> 16) & 15) << 4;
  if (family == 15) family += (int)((a >> 20) & 255);
  for (unsigned n = 0; n < sizeof measured / sizeof *measured; n++)
    if (measured[n].family == family && measured[n].model == model && measured[n].isa == isa)
      return measured[n].candidate;
  return -1;
}
#else
static int measured_candidate(int isa) {
  (void)isa;
  return -1;
}
#endif

enum ck_tiling_source ck_choose_tiling(void) {
  const int isa = ck_active()->isa;
  const int known = measured_candidate(isa);
  if (known >= 0) {
    chosen[isa] = ck_tiling_candidate(isa, known);
    return CK_TILING_TABLE;
  }
#if defined(__x86_64__)
  // Without fused multiply-adds the C library computes each, and a measurement would take seconds.
  if (isa == CK_PORTABLE) return CK_TILING_FIRST;
#endif
  if (is_too_slow(ck_tiling_candidate(isa, 0))) return CK_TILING_FIRST;
  double least = -1;
  for (int n = 0; n < ck_tiling_count(isa); n++) {
    const double seconds = ck_tiling_seconds(ck_tiling_candidate(isa, n));
    // What comes first must be beaten clearly: 2 % is what a measurement this short can tell.
    if (seconds > 0 && (least < 0 || seconds < 0.98 * least)) {
      least = seconds;
      chosen[isa] = ck_tiling_candidate(isa, n);
    }
  }
  return least < 0 ? CK_TILING_FIRST : CK_TILING_MEASURED;
}
