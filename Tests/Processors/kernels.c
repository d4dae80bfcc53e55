// Calls every kernel with drawn shapes and values and prints one line for each: its name and a hash of all bytes that
// it wrote or returned.
//
//     kernels LEVEL [TIMES]    LEVEL 0 ... 2 as in enum ck_isa, TIMES: calls of each kernel, drawn anew
//
// The same lines on every CPU. Values are drawn by integer arithmetic as bits: moderate numbers, tiny and huge ones,
// denormal ones, zeros of both signs, infinities and NaN. NaN counts as one value whatever its sign and payload, which
// ck_math.h does not promise: x86-64 and aarch64 make other ones. Arrays lie at any float of a cache line, are as long
// as they must be, and what lies between rows is hashed too. Calls are made by turns with denormal numbers flushed, as
// the program computes, and kept.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckernels.h"

// MARK: - Drawing

static uint64_t state;

static uint64_t next(void) {
  uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static uint64_t below(uint64_t n) { return (next() >> 32) % n; }

static uint64_t from_to(uint64_t least, uint64_t most) { return least + below(most - least + 1); }

/// A length: often near a multiple of 16, seldom long.
static size_t length(size_t most) {
  size_t n = below(8) == 0 ? below(most + 1) : below(4) == 0 ? 16 * below(8) + below(3) : below(70);
  return n < most ? n : most;
}

static float as_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static double as_double(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// What an array holds.
enum kind { MODERATE, WILD };

/// Edges of floats and of the functions' ranges.
static const uint32_t edges[] = {
    0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff, 0x7f7fffff, 0x7f800000, 0x7fc00000,
    0x7f800001, 0x3f800000, 0x3f7fffff, 0x3f800001, 0x3f000000, 0x3effffff, 0x3f3504f3, 0x3f3504f4, 0x42b17217,
    0x42b17218, 0x42aeac4f, 0x42aeac50, 0x41700000, 0x42fe0000, 0x43000000, 0x4b000000, 0x4b800000, 0x4b800001,
    0x477fe000, 0x477ff000, 0x38800000, 0x33000000, 0x33000001, 0x33800000, 0x3f19999a, 0x40a00000, 0x3d000000,
    0x41b8aa3b,
};

static uint32_t moderate_bits(void) {
  return (uint32_t)(next() & 0x807fffff) | (uint32_t)from_to(127 - 6, 127 + 4) << 23;
}

static uint32_t float_bits(enum kind kind) {
  if (kind == MODERATE) return below(16) == 0 ? 0 : moderate_bits();
  const uint32_t sign = (uint32_t)(next() & 0x80000000), part = (uint32_t)(next() & 0x007fffff);
  switch (below(10)) {
    case 0: return sign | edges[below(sizeof edges / sizeof *edges)];
    case 1: return (uint32_t)next();                                  // any bits
    case 2: return sign | part >> below(23);                         // denormal
    case 3: return sign | part | (uint32_t)from_to(1, 40) << 23;      // tiny
    case 4: return sign | part | (uint32_t)from_to(200, 254) << 23;   // huge
    case 5: return sign | part | (uint32_t)from_to(127 - 30, 127 - 7) << 23;
    case 6: return sign | part | (uint32_t)from_to(127 + 4, 127 + 8) << 23;
    default: return moderate_bits();
  }
}

static uint64_t double_bits(enum kind kind) {
  const uint64_t sign = next() & 0x8000000000000000, part = next() & 0x000fffffffffffff;
  if (kind == WILD) switch (below(10)) {
      case 0: {
        static const uint64_t double_edges[] = {
            0, 1, 0x000fffffffffffff, 0x0010000000000000, 0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff8000000000000,
            0x3ff0000000000000,
            0x3fefffffffffffff, 0x3ff0000000000001, 0x40862e42fefa39ef, 0x40862e42fefa39f0, 0xc086232bdd7abcd2,
            0x7ff0000000000001,
            0x3fe6a09e667f3bcd, 0x4340000000000000, 0x433fffffffffffff, 0xffffffffffffffff,
        };
        return sign ^ double_edges[below(sizeof double_edges / sizeof *double_edges)];
      }
      case 1: return next();
      case 2: return sign | part >> below(52);
      case 3: return sign | part | from_to(1, 300) << 52;
      case 4: return sign | part | from_to(1800, 2046) << 52;
      case 5: return sign | part | from_to(1023 - 60, 1023 - 7) << 52;
      case 6: return sign | part | from_to(1023 + 4, 1023 + 10) << 52;
      default: break;
    }
  return sign | part | from_to(1023 - 6, 1023 + 4) << 52;
}

// MARK: - Arrays of exactly the asked length, at any float of a cache line

enum { MOST_ARRAYS = 64 };
static struct {
  void *block;
  void *start;
  size_t count;
  int bytes;
} arrays[MOST_ARRAYS];
static int array_count;

static void *array(size_t count, int bytes, int is_aligned) {
  const size_t offset = is_aligned ? 0 : below(16) * (size_t)bytes;
  void *block = 0;
  if (array_count == MOST_ARRAYS || posix_memalign(&block, 64, offset + count * (size_t)bytes + 1) != 0) {
    fprintf(stderr, "kernels: out of memory or of places for arrays\n");
    exit(70);
  }
  arrays[array_count].block = block;
  arrays[array_count].start = (char *)block + offset;
  arrays[array_count].count = count;
  arrays[array_count].bytes = bytes;
  return arrays[array_count++].start;
}

static void release_arrays(void) {
  while (array_count > 0) free(arrays[--array_count].block);
}

static float *floats_at(size_t count, enum kind kind, int is_aligned) {
  float *x = array(count, 4, is_aligned);
  for (size_t i = 0; i < count; i++) x[i] = as_float(float_bits(kind));
  return x;
}

static float *floats(size_t count, enum kind kind) { return floats_at(count, kind, 0); }

static float *magnitudes(size_t count, enum kind kind) {
  float *x = array(count, 4, 0);
  for (size_t i = 0; i < count; i++) x[i] = as_float(float_bits(kind) & 0x7fffffff);
  return x;
}

static double *doubles(size_t count, enum kind kind) {
  double *x = array(count, 8, 0);
  for (size_t i = 0; i < count; i++) x[i] = as_double(double_bits(kind));
  return x;
}

static enum kind some_kind(void) { return below(2) ? WILD : MODERATE; }

/// One of these.
static float one_of(float a, float b, float c) {
  const uint64_t n = below(3);
  return n == 0 ? a : n == 1 ? b : c;
}

// MARK: - Hashing

static uint64_t hash;

static void mix(uint64_t word) { hash = (hash ^ word) * 0x100000001b3 ^ hash >> 29; }

static void mix_float(uint32_t bits) { mix((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc00000 : bits); }

static void mix_double(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  mix((bits & 0x7fffffffffffffff) > 0x7ff0000000000000 ? 0x7ff8000000000000 : bits);
}

static void mix_floats(const float *x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    mix_float(bits);
  }
}

static void mix_doubles(const double *x, size_t count) {
  for (size_t i = 0; i < count; i++) mix_double(x[i]);
}

// MARK: - Kernels of the table

static const struct ck_table *table;

#ifdef OTHER_ORDER
// The control: blocks of 1024 are summed one element after the other, where the kernel has 16 lanes.
static double other_order(const float *x, size_t n) {
  double all = 0;
  for (size_t i = 0; i < n; i++) all += (double)x[i];
  return all;
}
#define SUM_OF(x, n) other_order(x, n)
#else
#define SUM_OF(x, n) table->sum(x, n)
#endif

#define FUNCTION(name)                             \
  static void call_##name(void) {                  \
    const size_t n = length(700);                  \
    float *x = floats(n, some_kind());             \
    float *y = below(4) ? floats(n, MODERATE) : x; \
    table->name(x, y, n);                          \
    mix_floats(y, n);                              \
  }
#define FUNCTION64(name)                             \
  static void call_##name(void) {                    \
    const size_t n = length(500);                    \
    double *x = doubles(n, some_kind());             \
    double *y = below(4) ? doubles(n, MODERATE) : x; \
    table->name(x, y, n);                            \
    mix_doubles(y, n);                               \
  }
#define ACTIVATION(name, saves)                                 \
  static void call_##name(void) {                               \
    const size_t n = length(700);                               \
    float *x = floats(n, some_kind());                          \
    float *y = below(4) ? floats(n, MODERATE) : x;              \
    table->name(x, y, n, one_of(0, 0.01f, 1.7f));               \
    mix_floats(y, n);                                           \
  }                                                             \
  static void call_##name##_backward(void) {                    \
    const size_t n = length(700);                               \
    float *saved = floats(n, some_kind());                      \
    float *dy = floats(n, some_kind());                         \
    float *dx = below(4) ? floats(n, MODERATE) : dy;            \
    table->name##_backward(saved, dy, dx, n, one_of(0, 0.01f, 1.7f)); \
    mix_floats(dx, n);                                          \
  }
#include "../ck_kernels.h"

static void call_softmax_rows(void) {
  const size_t rows = from_to(1, 5), n = 1 + length(300), ld = n + below(20);
  float *x = floats((rows - 1) * ld + n, below(4) ? MODERATE : WILD);
  const int in_place = below(4) == 0;
  const size_t ld_y = in_place ? ld : n + below(20);
  float *y = in_place ? x : floats((rows - 1) * ld_y + n, MODERATE);
  double *lse = below(4) ? doubles(rows, MODERATE) : 0;
  table->softmax_rows(x, ld, y, ld_y, rows, n, lse);
  mix_floats(y, (rows - 1) * ld_y + n);
  if (lse) mix_doubles(lse, rows);
}

static size_t long_length(void) { return below(3) ? length(700) : below(6000); }

#define BLOCKS(name)                                                 \
  static void call_##name(void) {                                    \
    const size_t n = long_length();                                  \
    const size_t blocks = (n + CK_SUM_BLOCK - 1) / CK_SUM_BLOCK;     \
    float *x = floats(n, some_kind());                               \
    double *out = doubles(blocks, MODERATE);                         \
    table->name(x, n, out);                                          \
    mix_doubles(out, blocks);                                        \
  }
BLOCKS(block_sums)
BLOCKS(block_squares)

static void call_sum(void) {
  const size_t n = long_length();
  const float *x = floats(n, some_kind());
  mix_double(SUM_OF(x, n));
}

static void call_sum_of_squares(void) {
  const size_t n = long_length();
  const float *x = floats(n, some_kind());
  mix_double(table->sum_of_squares(x, n));
}

static void call_all_finite(void) {
  const size_t n = length(700);
  float *x = floats(n, MODERATE);
  if (n && below(2)) x[below(n)] = as_float(float_bits(WILD));
  mix((uint64_t)table->all_finite(x, n));
}

/// Rows of outputs as a loss takes them: of one output at any stride, as matrices keep them, or at any place.
static void element_loss(ck_element_loss loss) {
  const size_t rows = from_to(1, 40), width = below(3) == 0 ? 1 : 1 + length(70);
  const int is_matrix = below(2) == 0;
  const size_t stride = is_matrix ? (width + 15) / 16 * 16 : width + below(9), count = rows * stride;
  const enum kind kind = some_kind();
  struct ck_loss_rows c = {
      .rows = rows, .width = width, .p_stride = stride, .y_stride = stride, .gradient_stride = stride};
  float *y = floats_at(count, kind, is_matrix);
  // Counts, classes, or any.
  const uint64_t targets = below(3);
  for (size_t i = 0; i < count && targets != 2; i++) y[i] = targets == 0 ? (float)below(9) : (float)below(2);
  float *gradient = floats_at(count, MODERATE, is_matrix);
  double *losses = doubles(rows, MODERATE);
  c.p = floats_at(count, kind, is_matrix);
  c.y = y;
  c.weights = magnitudes(rows, below(4) ? MODERATE : kind);
  c.factor = below(2) ? 1 : 0.3;
  c.scale = (float)c.factor;
  c.a = one_of(0.25f, 1, -0.5f);
  c.b = one_of(0.75f, 0.5f, -1);
  c.adds = below(2) == 0;
  c.losses = losses;
  c.gradient = gradient;
  loss(&c);
  mix_doubles(losses, rows);
  mix_floats(gradient, count);
}
#define ELEMENT_LOSS(name) \
  static void call_##name##_loss(void) { element_loss(table->name##_loss); }
#include "../ck_kernels.h"

static struct ck_key some_key(void) { return (struct ck_key){{(uint32_t)next(), (uint32_t)next()}}; }

/// Any place of a stream, often near one where the counter's low word runs over.
static uint64_t some_place(void) { return below(4) == 0 ? ((uint64_t)1 << 34) - below(200) : next() >> below(40) >> 2; }

static void call_random_words(void) {
  const size_t n = length(500);
  uint32_t *out = (uint32_t *)(void *)floats(n, MODERATE);
  table->random_words(out, n, some_place(), some_key(), next());
  for (size_t i = 0; i < n; i++) mix(out[i]);
}

static void call_random_uniform(void) {
  const size_t n = length(500);
  float *out = floats(n, MODERATE);
  table->random_uniform(out, n, some_place(), some_key(), next(), one_of(0, -1, -2.3f), one_of(1, 3, 0.1f));
  mix_floats(out, n);
}

static void call_random_normal(void) {
  const size_t n = length(500);
  float *out = floats(n, MODERATE);
  table->random_normal(out, n, some_place(), some_key(), next(), one_of(0, 1, -0.7f), one_of(1, 3, 0.02f));
  mix_floats(out, n);
}

static void call_dropout_rows(void) {
  const size_t rows = from_to(1, 6), n = 1 + length(200), ld = n + below(20), ld_y = n + below(20);
  float *x = floats((rows - 1) * ld + n, some_kind()), *y = floats((rows - 1) * ld_y + n, MODERATE);
  uint64_t *items = (uint64_t *)(void *)doubles(rows, WILD);
  table->dropout_rows(x, ld, y, ld_y, items, rows, n, some_key(), (uint32_t)next(), one_of(1.25f, 2, 1.1f));
  mix_floats(y, (rows - 1) * ld_y + n);
}

static void call_gather_raw(void) {
  static const int sizes[] = {1, 1, 2, 2, 4, 8, 4, 8};
  static const int codes[] = {CK_UINT8, CK_UINT16, CK_INT32};
  const size_t all = from_to(1, 20), n = from_to(1, 12), count = 1 + length(70), stride = count + below(9);
  const int is_code = below(4) == 0, raw = is_code ? codes[below(3)] : (int)below(8), size = sizes[raw];
  const size_t elements = is_code ? 1 : count, row = elements + below(3);
  char *base = array(all * row, size, 0);
  for (size_t i = 0; i < all * row; i++) {
    uint64_t bits = raw == CK_FLOAT32 ? float_bits(WILD) : raw == CK_FLOAT64 ? double_bits(below(2) ? WILD : MODERATE)
        : next() >> below(50);
    if (is_code) bits %= count + 1 < 250 ? count + 1 : 250;
    memcpy(base + i * (size_t)size, &bits, (size_t)size);
  }
  double *scale = doubles(count, MODERATE);
  const struct ck_segment segment = {
      .base = base, .row_bytes = row * (size_t)size, .raw = raw, .affine = (int)below(3), .count = count,
      .is_code = is_code, .shift = doubles(count, MODERATE), .scale = scale};
  // Rows by way of an index of 4 or 8 bytes or without one.
  const int index_bytes = below(2) ? 4 : 8, has_index = below(3) != 0;
  char *index = array(all, index_bytes, 0);
  for (size_t i = 0; i < all; i++) {
    const uint64_t place = below(all);
    memcpy(index + i * (size_t)index_bytes, &place, (size_t)index_bytes);
  }
  long *rows = array(n, sizeof(long), 0);
  for (size_t i = 0; i < n; i++) rows[i] = (long)below(all);
  float *y = floats((n - 1) * stride + count, MODERATE);
  table->gather_raw(&segment, rows, has_index ? index : 0, index_bytes, n, y, stride);
  mix_floats(y, (n - 1) * stride + count);
}

static void call_permute(void) {
  struct ck_permutation order = {.half_bits = from_to(1, 20)};
  // Half of all places at least, as the program has it: cycles are short then.
  const uint64_t places = (uint64_t)1 << 2 * order.half_bits;
  order.count = places - next() % (places / 2);
  for (int i = 0; i < CK_PERMUTATION_ROUNDS; i++) order.keys[i] = next();
  const uint64_t first = next() % order.count, left = order.count - first;
  const size_t most = length(200), n = most < left ? most : (size_t)left;
  long *out = array(n, sizeof(long), 0);
  table->permute(&order, first, n, out);
  for (size_t i = 0; i < n; i++) mix((uint64_t)out[i]);
}

// MARK: - Updates

/// Weights, a gradient and what optimizers keep; v, u are not negative.
struct arrays_of_update {
  size_t n;
  float *w, *g, *m, *v, *u;
};

static struct arrays_of_update update_arrays(void) {
  const size_t n = length(500);
  const enum kind kind = some_kind();
  struct arrays_of_update a = {.n = n};
  a.w = floats(n, kind);
  a.g = floats(n, kind);
  a.m = floats(n, kind);
  a.v = magnitudes(n, kind);
  a.u = magnitudes(n, kind);
  return a;
}

static void mix_update(struct arrays_of_update a, int result) {
  mix((uint64_t)result);
  mix_floats(a.w, a.n);
  mix_floats(a.g, a.n);
  mix_floats(a.m, a.n);
  mix_floats(a.v, a.n);
  mix_floats(a.u, a.n);
}

static struct ck_step some_step(void) {
  return (struct ck_step){
      .weight = one_of(1, 37, 0.3f), .clip = one_of(1, 0.7f, 0.01f), .decay = one_of(0, 0.01f, 0.5f),
      .shrink = one_of(0, 0.001f, 0.1f), .rate = one_of(0.01f, 1, 0.3f), .gradient_rate = one_of(0, 0.02f, 0.1f),
      .beta1 = one_of(0.9f, 0.5f, 0.99f), .rest1 = one_of(0.1f, 0.5f, 0.01f), .beta2 = one_of(0.999f, 0.9f, 0.5f),
      .rest2 = one_of(0.001f, 0.1f, 0.5f), .epsilon = one_of(1e-8f, 1e-3f, 1e-30f), .root = one_of(0.3f, 1, 0.03f),
      .start = one_of(0, 0.1f, 1), .divides = below(3) != 0};
}

static struct ck_adam some_adam(void) {
  return (struct ck_adam){
      .beta1 = 0.9f, .one_minus_beta1 = 0.1f, .beta2 = one_of(0.999f, 0.9f, 0.5f),
      .one_minus_beta2 = one_of(0.001f, 0.1f, 0.5f), .epsilon = one_of(1e-8f, 1e-3f, 1e-30f),
      .step = one_of(0.01f, 1, 0.3f), .root = one_of(0.3f, 1, 0.03f),
      .decay = one_of(0, 0.01f, 0.1f), .shrink = one_of(0, 0.01f, 0.1f), .weight = one_of(1, 37, 0.3f),
      .clip = one_of(1, 0.7f, 0.01f)};
}

#define UPDATE(name, call)                       \
  static void call_##name(void) {                \
    struct arrays_of_update a = update_arrays(); \
    mix_update(a, call);                         \
  }
// What is kept is mostly not negative, as sums of squares are.
#define OPTIMIZER(name, arrays)                                                                       \
  static void call_##name##_update(void) {                                                            \
    struct arrays_of_update a = update_arrays();                                                      \
    float *state[arrays];                                                                             \
    for (int k = 0; k < arrays; k++) state[k] = below(3) ? magnitudes(a.n, MODERATE) : floats(a.n, WILD); \
    mix_update(a, table->name##_update(a.w, a.g, state, a.n, some_step()));                           \
    for (int k = 0; k < arrays; k++) mix_floats(state[k], a.n);                                       \
  }
#include "../ck_kernels.h"

UPDATE(sgd_update,
       table->sgd_update(a.w, a.g, below(2) ? a.m : 0, a.n,
                         (struct ck_sgd){one_of(0.1f, 1, 1e-3f), one_of(0, 0.9f, 0.5f), one_of(0, 0.01f, 0.5f),
                                         one_of(1, 37, 0.3f),
                                         one_of(1, 0.7f, 0.01f), below(2) == 0}))
UPDATE(adam_update, table->adam_update(a.w, a.g, a.m, a.v, a.n, some_adam()))
UPDATE(rmsprop_update,
       table->rmsprop_update(a.w, a.g, a.v, below(2) ? a.m : 0, below(2) ? a.u : 0, a.n, some_step()))
UPDATE(prepare_gradient,
       (table->prepare_gradient(a.w, a.g, a.n,
                                (struct ck_preparation){one_of(1, 37, 0.3f), one_of(1, 0.7f, 0.01f),
                                    one_of(as_float(0x7f800000), 1, 0.02f),
                                                        one_of(0, 0.001f, 0.5f), one_of(0, 0.002f, 0.5f)}),
        0))
UPDATE(lars_update,
       (table->lars_update(
            a.w, a.g, a.m, a.n, one_of(0, 0.9f, 0.5f), one_of(0, 0.01f, 0.5f), one_of(0.1f, 1, 1e-3f)),
        0))
UPDATE(lamb_direction, (table->lamb_direction(a.w, a.g, a.m, a.v, a.n, some_adam()), 0))
UPDATE(add_scaled, (table->add_scaled(a.w, a.g, a.n, one_of(-0.3f, 1, 1e-3f)), 0))
UPDATE(add_arrays, (table->add_arrays(a.w, a.g, a.n), 0))
UPDATE(moving_average, (table->moving_average(a.w, a.g, a.n, one_of(0.99f, 0.5f, 0.9f), one_of(0.01f, 0.5f, 0.1f)), 0))

static void call_narrow(void) {
  const size_t n = length(500);
  const int is_bfloat = below(2) == 0;
  float *x = floats(n, some_kind());
  uint16_t *y = array(n, 2, 0);
  table->narrow(x, y, n, is_bfloat, one_of(1, 0.25f, 65536));
  const unsigned infinite = is_bfloat ? 0x7f80 : 0x7c00;
  for (size_t i = 0; i < n; i++) mix((y[i] & 0x7fffu) > infinite ? infinite + 1 : y[i]);
}

static void call_widen(void) {
  const size_t n = length(500);
  uint16_t *x = array(n, 2, 0);
  for (size_t i = 0; i < n; i++) x[i] = (uint16_t)next();
  float *y = floats(n, MODERATE);
  table->widen(x, y, n, below(2) == 0, one_of(1, 4, as_float(0x37800000)));
  mix_floats(y, n);
}

// MARK: - Programs

static void call_apply(void) {
  for (uint32_t operation = 0; operation < CK_OP_COUNT; operation++) {
    const size_t n = 16 * from_to(1, 6);
    const size_t a = below(4) ? 16 : 0, b = below(4) ? 16 : 0, c = below(4) ? 16 : 0;
    const enum kind kind = some_kind();
    float *to = floats(n, MODERATE);
    const float *x = floats(a ? n : 16, kind), *y = floats(b ? n : 16, kind), *z = floats(c ? n : 16, kind);
    table->apply(operation, to, x, a, y, b, z, c, n);
    mix_floats(to, n);
    release_arrays();
  }
}

static void call_apply64(void) {
  for (uint32_t operation = 0; operation < CK_OP_COUNT; operation++) {
    const size_t n = 16 * from_to(1, 6);
    const size_t a = below(4) ? 16 : 0, b = below(4) ? 16 : 0, c = below(4) ? 16 : 0;
    const enum kind kind = some_kind();
    double *to = doubles(n, MODERATE);
    const double *x = doubles(a ? n : 16, kind), *y = doubles(b ? n : 16, kind), *z = doubles(c ? n : 16, kind);
    table->apply64(operation, to, x, a, y, b, z, c, n);
    mix_doubles(to, n);
    release_arrays();
  }
}

enum { MOST_STEPS = 12, CONSTANTS = 3 };

static struct ck_operand some_operand(uint32_t registers) {
  const uint32_t is_constant = below(4) == 0;
  return (struct ck_operand){(uint32_t)below(is_constant ? CONSTANTS : registers), is_constant};
}

/// Drawn instructions; register 3 and 4 are written last.
static size_t draw_steps(struct ck_instruction *steps, uint32_t registers) {
  const size_t count = from_to(2, MOST_STEPS);
  for (size_t i = 0; i < count; i++)
    steps[i] = (struct ck_instruction){
        (uint32_t)below(CK_OP_COUNT),
        i + 2 >= count ? (uint32_t)(3 + i + 2 - count) : (uint32_t)from_to(3, registers - 1),
        some_operand(registers), some_operand(registers), some_operand(registers)};
  return count;
}

/// Rows as matrices keep them.
static struct ck_program_rows program_rows(enum kind kind) {
  const size_t rows = from_to(1, 30), width = below(4) == 0 ? 1 : 1 + length(600), ld = (width + 15) / 16 * 16;
  float *slope = floats_at(rows * ld, MODERATE, 1);
  float *p = floats_at(rows * ld, kind, 1), *y = floats_at(rows * ld, kind, 1);
  for (size_t r = 0; r < rows; r++)
    for (size_t j = width; j < ld; j++) slope[r * ld + j] = p[r * ld + j] = y[r * ld + j] = 0;
  return (struct ck_program_rows){
      .p = p, .y = y, .w = floats(rows, MODERATE), .slope = slope, .losses = doubles(rows, MODERATE), .ld_p = ld,
      .ld_y = ld, .ld_slope = ld, .rows = rows, .width = width, .divisor = below(2) ? 1 : 3};
}

static uint32_t some_registers(void) { return (uint32_t)(below(4) ? from_to(5, 12) : from_to(13, 100)); }

static void call_run_program(void) {
  struct ck_instruction steps[MOST_STEPS];
  const uint32_t registers = some_registers();
  const size_t count = draw_steps(steps, registers);
  const struct ck_program_rows rows = program_rows(below(4) ? MODERATE : WILD);
  float *constants = floats_at(16 * CONSTANTS, MODERATE, 1);
  for (int i = 0; i < 16 * CONSTANTS; i++) constants[i] = constants[i / 16 * 16];
  const struct ck_program program = {steps, count, constants, registers, 3, 4, below(2) == 0};
  table->run_program(&program, &rows);
  mix_doubles(rows.losses, rows.rows);
  mix_floats(rows.slope, rows.rows * rows.ld_slope);
}

static void call_run_values(void) {
  struct ck_instruction steps[MOST_STEPS];
  const uint32_t registers = some_registers();
  const size_t count = draw_steps(steps, registers);
  const struct ck_program_rows rows = program_rows(below(4) ? MODERATE : WILD);
  double *constants = doubles(16 * CONSTANTS, MODERATE);
  for (int i = 0; i < 16 * CONSTANTS; i++) constants[i] = constants[i / 16 * 16];
  const struct ck_value_program program = {steps, count, constants, registers, 4, below(2) == 0};
  table->run_values(&program, &rows);
  mix_doubles(rows.losses, rows.rows);
}

// MARK: - Dense products

static const struct ck_tiling *some_tiling(void) {
  const int candidates = ck_tiling_count(table->isa);
  return below(3) ? ck_tiling_candidate(table->isa, (int)below((uint64_t)candidates)) : 0;
}

/// A packed matrix with zeros beyond its columns.
static float *packed_matrix(long inner, long outer, enum kind kind) {
  float *w = floats_at((size_t)ck_packed_count(inner, outer), kind, 1);
  for (long i = 0; i < inner; i++)
    for (long o = outer; o < ck_round16(outer); o++) w[ck_packed_index(i, o, inner, outer)] = 0;
  return w;
}

/// Mostly numbers of which products can be told apart, sometimes all others.
static enum kind dense_kind(void) { return below(4) ? MODERATE : WILD; }

static long some_inner(void) { return (long)(below(12) == 0 ? from_to(250, 600) : from_to(1, 40)); }

static long some_outer(void) { return (long)(below(3) == 0 ? from_to(65, 150) : from_to(1, 64)); }

static void any_product(int is_transposed) {
  // More than transposing 600 inner rows takes.
  static _Alignas(64) float scratch[CK_COPIED_INPUTS * CK_COPIED_ROWS];
  struct ck_product p = {
      .rows = (long)from_to(1, 15), .inner = some_inner(), .outer = some_outer(), .tiling = some_tiling()};
  if (below(6) == 0) p.rows = (long)from_to(16, 60), p.inner = (long)from_to(1, 12);
  // So many columns that inputs are copied.
  const int copies = below(8) == 0;
  if (copies) {
    p.outer = (long)from_to(193, 280);
    p.inner = (long)from_to(1, 40);
    p.rows = (long)from_to(CK_COPIED_LEAST_ROWS, 25);
  }
  const long panels = (p.outer + CK_PANEL - 1) / CK_PANEL, least = copies ? CK_COPIED_PANELS : 1;
  p.panel_begin = (long)below((uint64_t)(panels - least + 1));
  p.panel_end = (long)from_to((uint64_t)(p.panel_begin + least), (uint64_t)panels);
  p.x_stride = ck_round16(p.inner) + 16 * (long)below(2);
  p.y_stride = ck_round16(p.outer) + 16 * (long)below(2);
  const enum kind kind = dense_kind();
  p.epilogue = (enum ck_epilogue)below(3);
  p.x = floats_at((size_t)(p.rows * p.x_stride), kind, 1);
  p.bias = below(2) ? floats_at((size_t)ck_round16(p.outer), kind, 1) : 0;
  p.gate = p.epilogue == CK_EPILOGUE_GATE ? floats_at((size_t)(p.rows * p.y_stride), kind, 1) : 0;
  p.y = floats_at((size_t)(p.rows * p.y_stride), MODERATE, 1);
  if (is_transposed) {
    ck_product_transposed(&p, packed_matrix(p.outer, p.inner, kind), scratch);
  } else {
    p.weights = packed_matrix(p.inner, p.outer, kind);
    if (below(4) > 0) p.scratch = scratch;
    ck_product(&p);
  }
  mix_floats(p.y, (size_t)(p.rows * p.y_stride));
}

static void call_product(void) { any_product(0); }

static void call_product_transposed(void) { any_product(1); }

static void call_weight_gradient(void) {
  struct ck_weight_gradient p = {.inner = some_inner(), .outer = some_outer(), .tiling = some_tiling()};
  p.panel = (long)below((uint64_t)((p.outer + CK_PANEL - 1) / CK_PANEL));
  if (below(3) == 0 && p.inner > 1) p.i_begin = (long)below((uint64_t)p.inner);
  p.i_end = (long)from_to((uint64_t)p.i_begin + 1, (uint64_t)p.inner);
  if (p.i_end - p.i_begin > CK_GRADIENT_ITEM) p.i_end = p.i_begin + CK_GRADIENT_ITEM;
  // Leaves of any lengths, added as a counter of two digits carries; the last one adds all that is left.
  enum { MOST_LEAVES = 9 };
  struct ck_leaf leaves[MOST_LEAVES];
  p.leaf_count = (long)from_to(below(12) != 0, MOST_LEAVES);
  const long most = p.inner > 100 ? 6 : below(6) == 0 ? 90 : 9;
  const long first = below(3) == 0 ? (long)below(20) : 0;
  long row = first;
  for (long n = 0; n < p.leaf_count; n++) {
    const long rows = (long)from_to(1, (uint64_t)most);
    int merges = 0;
    if (n + 1 < p.leaf_count)
      while (n >> merges & 1) merges++;
    else
      for (long bits = n; bits; bits &= bits - 1) merges++;
    leaves[n] = (struct ck_leaf){row, row + rows, merges};
    row += rows;
  }
  p.leaves = leaves;
  p.stack_depth = ck_stack_depth(p.leaf_count);
  // Channels of a position, and how far apart positions are; windows that overlap are closer than their width.
  p.positions = below(2) ? (long)from_to(2, 5) : (long)below(2);
  const long each = p.positions > 1 ? p.positions : 1;
  p.x_position_stride = each > 1 ? (long)from_to(1, 40) : ck_round16(p.inner);
  p.d_position_stride = ck_round16(p.outer);
  p.x_stride = each > 1 ? each * p.x_position_stride + (below(2) ? 16 * (long)below(3) : 0)
                        : p.x_position_stride + 16 * (long)below(2);
  p.d_stride = each * p.d_position_stride;
  const enum kind kind = dense_kind();
  // The last row's window ends where the array does.
  const long x_count = row == 0 ? 1 : (row - 1) * p.x_stride + (each - 1) * p.x_position_stride + p.inner;
  p.x = floats_at((size_t)x_count, kind, 1);
  float *d = floats_at((size_t)(row * p.d_stride), kind, 1);
  for (long r = 0; r < row * each; r++)
    for (long o = p.outer; o < p.d_position_stride; o++) d[r * p.d_position_stride + o] = 0;
  p.d = d;
  p.copy = floats_at(each > 1 ? CK_POSITIONS_COPIED * CK_GRADIENT_ITEM : 0, MODERATE, 1);
  p.dw = packed_matrix(p.inner, p.outer, MODERATE);
  p.db = below(2) ? floats_at((size_t)ck_round16(p.outer), MODERATE, 1) : 0;
  const long leaf_scratch = each > 1 ? ck_leaf_scratch(p.leaf_count) : 0;
  p.scratch = array((size_t)(ck_weight_gradient_scratch(p.stack_depth) + leaf_scratch), 4, 1);
  ck_weight_gradient(&p);
  mix_floats(p.dw, (size_t)ck_packed_count(p.inner, p.outer));
  if (p.db) mix_floats(p.db, (size_t)ck_round16(p.outer));
}

static void call_pack_transposed(void) {
  const long inner = (long)from_to(1, 150), outer = (long)from_to(1, 150);
  const float *packed = packed_matrix(inner, outer, WILD);
  float *transposed = floats_at((size_t)ck_packed_count(outer, inner), MODERATE, 1);
  const long blocks = (inner + CK_PANEL - 1) / CK_PANEL * ((outer + CK_PANEL - 1) / CK_PANEL);
  const long begin = (long)below((uint64_t)blocks);
  ck_pack_transposed(packed, inner, outer, transposed, begin, (long)from_to((uint64_t)begin + 1, (uint64_t)blocks));
  mix_floats(transposed, (size_t)ck_packed_count(outer, inner));
}

// MARK: - The list: a kernel without a call does not compile

static const struct {
  const char *name;
  void (*call)(void);
} kernels[] = {
#define KERNEL(type, name) {#name, call_##name},
#include "../ck_kernels.h"
    // No kernel of the list, but written from two of them.
    {"product_transposed", call_product_transposed},
};
enum { KERNELS = sizeof kernels / sizeof *kernels };

/// Where the draws for a kernel begin: the same wherever it stands in the list.
static uint64_t place_of(const char *name) {
  uint64_t place = 0xcbf29ce484222325;
  for (; *name; name++) place = (place ^ (uint64_t)(unsigned char)*name) * 0x100000001b3;
  return place << 32;
}

int main(int count, char **words) {
  const int level = count > 1 ? atoi(words[1]) : CK_AVX512;
  const long times = count > 2 ? atol(words[2]) : 60;
  if (ck_set_isa(level) != level) {
    fprintf(stderr, "kernels: this CPU has no %s\n", ck_isa_name(level));
    return 2;
  }
  table = ck_active();
  for (int n = 0; n < KERNELS; n++) {
    hash = 0xcbf29ce484222325;
    for (long time = 0; time < times; time++) {
      state = place_of(kernels[n].name) | (uint64_t)time;
      const uint64_t mode = time % 4 == 3 ? ck_keep_denormals() : ck_flush_denormals();
      kernels[n].call();
      ck_restore_float_mode(mode);
      release_arrays();
    }
    printf("%s %016" PRIx64 "\n", kernels[n].name, hash);
  }
  return 0;
}
