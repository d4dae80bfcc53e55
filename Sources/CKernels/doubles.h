// Elementary functions in double on 16 lanes, for values that are summed: + - * / and bits only, so every level gives
// the same. Errors: up to 3 units in the last place; results that would be subnormal are 0. Single numbers:
// ck_elementary.h, to 1 unit.
//
// defines: exp64, series64 and growth64 (e^t - 1 - t), expm1_64, log64, log1p64, softplus64, sigmoid64, tanh64, erf64

#define LN2_HIGH_64 0x1.62e42fee00000p-1
#define LN2_LOW_64 0x1.a39ef35793c76p-33
#define INFINITE_64 __builtin_inf()

/// The first `count` lanes.
INLINE i32x16 lanes_below(size_t count) {
  i32x16 mask;
  for (int i = 0; i < 16; i++) mask[i] = (size_t)i < count ? -1 : 0;
  return mask;
}

INLINE f64x16 splat64(double value) { return (f64x16)(value); }

INLINE f64x16 magnitude64(f64x16 x) { return (f64x16)((u64x16)x & 0x7fffffffffffffffu); }

INLINE f64x16 wide(f32x16 x) { return __builtin_convertvector(x, f64x16); }

/// The lanes of a mask of floats, 0 elsewhere.
INLINE f64x16 kept64(f64x16 v, i32x16 mask) { return (f64x16)((i64x16)v & __builtin_convertvector(mask, i64x16)); }

/// e^t = 2^n e^r, n = round(t / ln 2), |r| <= ln(2) / 2, the power of two in two factors.
INLINE f64x16 exp64(f64x16 t) {
  f64x16 c = t > 710.0 ? splat64(710.0) : t;
  c = c < -746.0 ? splat64(-746.0) : c;
  f64x16 shifted = c * 0x1.71547652b82fep+0 + 0x1.8p52;  // leaves n in the low bits
  f64x16 n = shifted - 0x1.8p52;
  f64x16 r = (c - n * LN2_HIGH_64) - n * LN2_LOW_64;
  f64x16 p = splat64(1.0 / 6227020800);
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  f64x16 e = 1.0 + (r + r * r * p);
  i64x16 power = (i64x16)shifted << 52 >> 52, half = power >> 1;
  e = e * (f64x16)((half + 1023) << 52) * (f64x16)((power - half + 1023) << 52);
  e = t < -708.0 ? splat64(0.0) : e;
  return t != t ? t : e;
}

/// e^t - 1 - t for |t| up to 1/4.
INLINE f64x16 series64(f64x16 t) {
  f64x16 p = splat64(1.0 / 6227020800);
  p = p * t + 1.0 / 479001600;
  p = p * t + 1.0 / 39916800;
  p = p * t + 1.0 / 3628800;
  p = p * t + 1.0 / 362880;
  p = p * t + 1.0 / 40320;
  p = p * t + 1.0 / 5040;
  p = p * t + 1.0 / 720;
  p = p * t + 1.0 / 120;
  p = p * t + 1.0 / 24;
  p = p * t + 1.0 / 6;
  p = p * t + 0.5;
  return t * t * p;
}

/// e^t - 1 - t without cancellation.
INLINE f64x16 growth64(f64x16 t) { return magnitude64(t) < 0.25 ? series64(t) : (exp64(t) - 1.0) - t; }

INLINE f64x16 expm1_64(f64x16 t) {
  return magnitude64(t) < 0.25 ? t + series64(t) : exp64(t) - 1.0;
}

/// log(2^k (1 + f)) with 1 + f in [sqrt(1/2), sqrt(2)), `rest` added where the result's last places are (fdlibm's
/// e_log.c).
INLINE f64x16 log_of_parts64(f64x16 k, f64x16 f, f64x16 rest) {
  f64x16 s = f / (2.0 + f), z = s * s;
  f64x16 p = splat64(2.0 / 23);
  p = p * z + 2.0 / 21;
  p = p * z + 2.0 / 19;
  p = p * z + 2.0 / 17;
  p = p * z + 2.0 / 15;
  p = p * z + 2.0 / 13;
  p = p * z + 2.0 / 11;
  p = p * z + 2.0 / 9;
  p = p * z + 2.0 / 7;
  p = p * z + 2.0 / 5;
  p = p * z + 2.0 / 3;
  f64x16 half = 0.5 * f * f;
  return k * LN2_HIGH_64 - ((half - (s * (half + z * p) + (k * LN2_LOW_64 + rest))) - f);
}

#define SQRT_HALF_BITS_64 0x3fe6a09e667f3bcd

/// log x; -inf at 0 and subnormal numbers, NaN below.
INLINE f64x16 log64(f64x16 x) {
  i64x16 k = ((i64x16)x - SQRT_HALF_BITS_64) >> 52;
  f64x16 m = (f64x16)((i64x16)x - (k << 52));
  f64x16 y = log_of_parts64(__builtin_convertvector(k, f64x16), m - 1.0, splat64(0.0));
  y = x == INFINITE_64 ? x : y;
  y = x < 0x1p-1022 ? splat64(-INFINITE_64) : y;
  y = x < 0.0 ? splat64(__builtin_nan("")) : y;
  return x != x ? x : y;
}

/// log(1 + x), with what the rounding of 1 + x loses.
INLINE f64x16 log1p64(f64x16 x) {
  f64x16 u = 1.0 + x;
  i64x16 k = ((i64x16)u - SQRT_HALF_BITS_64) >> 52;
  f64x16 m = (f64x16)((i64x16)u - (k << 52));
  f64x16 lost = x > 1.0 ? 1.0 - (u - x) : x - (u - 1.0);
  f64x16 y = log_of_parts64(__builtin_convertvector(k, f64x16), m - 1.0, lost / u);
  y = (x == INFINITE_64 | x == 0.0) ? x : y;
  y = x == -1.0 ? splat64(-INFINITE_64) : y;
  y = x < -1.0 ? splat64(__builtin_nan("")) : y;
  return x != x ? x : y;
}

/// log(1 + e^x) = max(x, 0) + log1p(e^-|x|).
INLINE f64x16 softplus64(f64x16 x) { return (x < 0.0 ? splat64(0.0) : x) + log1p64(exp64(-magnitude64(x))); }

INLINE f64x16 sigmoid64(f64x16 x) {
  f64x16 e = exp64(-magnitude64(x));
  return x < 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e);
}

INLINE f64x16 tanh64(f64x16 x) {
  f64x16 e = expm1_64(2.0 * magnitude64(x)), y = magnitude64(x) > 20.0 ? splat64(1.0) : e / (e + 2.0);
  y = x < 0.0 ? -y : y;
  return (x != x | x == 0.0) ? x : y;
}

/// By the scalar function: its table makes it faster than any series on 16 lanes that we know, and exact to a unit.
INLINE f64x16 erf64(f64x16 x) {
  f64x16 y = x;
  #pragma clang loop unroll(disable)
  for (int i = 0; i < 16; i++) y[i] = ck_erf(x[i]);
  return y;
}

#define MAP64(name, expression)                                      \
  static void name(const double *px, double *py, size_t n) {         \
    for (size_t i = 0; i < n; i += 16) {                             \
      size_t bytes = (n - i < 16 ? n - i : 16) * sizeof(double);     \
      f64x16 x = splat64(0.0);                                       \
      __builtin_memcpy(&x, px + i, bytes);                           \
      x = expression;                                                \
      __builtin_memcpy(py + i, &x, bytes);                           \
    }                                                                \
  }

MAP64(map_exp64, exp64(x))
MAP64(map_expm1_64, expm1_64(x))
MAP64(map_log64, log64(x))
MAP64(map_log1p64, log1p64(x))
MAP64(map_softplus64, softplus64(x))
MAP64(map_sigmoid64, sigmoid64(x))
MAP64(map_tanh64, tanh64(x))
MAP64(map_erf64, erf64(x))
