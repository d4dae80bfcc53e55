// The kernels of one level as loops over arrays: functions, softmax, sums.

#define MAP(name, expression)                            \
  static void name(const float *px, float *py, size_t n) { \
    for (size_t i = 0; i < n; i += 16) {                 \
      f32x16 x = load_upto(px + i, n - i, 0.0f);         \
      store_upto(py + i, expression, n - i);             \
    }                                                    \
  }

MAP(map_exp, exp16(x))
MAP(map_log, log16(x))
MAP(map_log1p, log1p16(x))
MAP(map_expm1, expm1_16(x))
MAP(map_erf, erf16(x))

/// log in double of a normal x > 0, to about 1e-16: x = 2^k m, log m = 2 artanh(s), s = (m - 1) / (m + 1).
/// Ours, because libm's bits differ between systems.
static double log_of_sum(double x) {
  if (!(x > 0 && x < __builtin_inf())) return x == 0 ? -__builtin_inf() : x;
  int64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  int64_t k = (bits - 0x3fe6a09e667f3bcd) >> 52;
  bits -= k * ((int64_t)1 << 52);
  double m;
  __builtin_memcpy(&m, &bits, sizeof m);
  double s = (m - 1.0) / (m + 1.0);
  double square = s * s;
  double p = 0.0;
  for (int i = 21; i >= 3; i -= 2) p = p * square + 1.0 / i;
  return (double)k * 0x1.62e42fefa39efp-1 + (2.0 * s + 2.0 * s * (square * p));
}

INLINE f32x16 larger(f32x16 a, f32x16 b) { return a > b ? a : b; }

static void softmax_rows(
    const float *logits, size_t ld_logits, float *probs, size_t ld_probs, size_t rows, size_t n,
    double *lse) {
  for (size_t r = 0; r < rows; r++) {
    const float *x = logits + r * ld_logits;
    float *p = probs + r * ld_probs;
    f64x16 sums = (f64x16)(0.0);
    double sum;
    float most;
    if (n <= 16) {  // one vector: the same operations, without the round trip through memory
      f32x16 row = load_upto(x, n, -INFINITE);
      most = max_of_lanes(row);
      f32x16 e = exp16(row - splat(most));
      sum = sum_of_lanes(sums + __builtin_convertvector(e, f64x16));
      store_upto(p, e * splat((float)(1.0 / sum)), n);
    } else {
      f32x16 maxima = splat(-INFINITE);
      for (size_t j = 0; j < n; j += 16) maxima = larger(maxima, load_upto(x + j, n - j, -INFINITE));
      most = max_of_lanes(maxima);
      for (size_t j = 0; j < n; j += 16) {
        f32x16 e = exp16(load_upto(x + j, n - j, -INFINITE) - splat(most));
        sums += __builtin_convertvector(e, f64x16);
        store_upto(p + j, e, n - j);
      }
      sum = sum_of_lanes(sums);
      f32x16 scale = splat((float)(1.0 / sum));
      for (size_t j = 0; j < n; j += 16) store_upto(p + j, load_upto(p + j, n - j, 0.0f) * scale, n - j);
    }
    if (lse) lse[r] = (double)most + log_of_sum(sum);
  }
}

INLINE double block_sum(const float *x, size_t n, int squared) {
  f64x16 sums = (f64x16)(0.0);
  for (size_t i = 0; i < n; i += 16) {
    f64x16 v = __builtin_convertvector(load_upto(x + i, n - i, 0.0f), f64x16);
    sums += squared ? v * v : v;
  }
  return sum_of_lanes(sums);
}

INLINE size_t block_length(size_t n, size_t block) {
  size_t rest = n - block * CK_SUM_BLOCK;
  return rest < CK_SUM_BLOCK ? rest : CK_SUM_BLOCK;
}

static void block_sums(const float *x, size_t n, double *out) {
  for (size_t b = 0; b * CK_SUM_BLOCK < n; b++) out[b] = block_sum(x + b * CK_SUM_BLOCK, block_length(n, b), 0);
}

static void block_squares(const float *x, size_t n, double *out) {
  for (size_t b = 0; b * CK_SUM_BLOCK < n; b++) out[b] = block_sum(x + b * CK_SUM_BLOCK, block_length(n, b), 1);
}

/// The tree over blocks lo ..< hi: split at lo + ceil((hi - lo) / 2).
static double tree_sum(const float *x, size_t n, size_t lo, size_t hi, int squared) {
  if (hi - lo == 1) {
    const float *block = x + lo * CK_SUM_BLOCK;
    return squared ? block_sum(block, block_length(n, lo), 1) : block_sum(block, block_length(n, lo), 0);
  }
  size_t mid = lo + (hi - lo + 1) / 2;
  double left = tree_sum(x, n, lo, mid, squared);
  return left + tree_sum(x, n, mid, hi, squared);
}

/// Bits of the greatest magnitudes so far, lane by lane: a maximum costs less than a comparison of every lane.
INLINE u32x16 greater_magnitude(u32x16 most, f32x16 x) {
  return __builtin_elementwise_max(most, (u32x16)x & 0x7fffffffu);
}

/// Whether no lane's magnitude is that of NaN or an infinity.
INLINE int is_finite_magnitude(u32x16 most) {
  u32x16 above = (u32x16)(most >= 0x7f800000u);
  uint32_t any = 0;
  for (int lane = 0; lane < 16; lane++) any |= above[lane];
  return any == 0;
}

static int all_finite(const float *x, size_t n) {
  u32x16 most = (u32x16)(0);
  size_t i = 0;
  for (; i + 16 <= n; i += 16) most = greater_magnitude(most, load(x + i));
  if (i < n) most = greater_magnitude(most, load_tail(x + i, n - i, 0.0f));
  return is_finite_magnitude(most);
}

static double sum(const float *x, size_t n) {
  return n == 0 ? 0.0 : tree_sum(x, n, 0, (n + CK_SUM_BLOCK - 1) / CK_SUM_BLOCK, 0);
}

static double sum_of_squares(const float *x, size_t n) {
  return n == 0 ? 0.0 : tree_sum(x, n, 0, (n + CK_SUM_BLOCK - 1) / CK_SUM_BLOCK, 1);
}
