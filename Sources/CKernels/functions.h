// The elementary functions on 16 lanes: argument reduction, then a polynomial fitted for the least greatest error with
// coefficients rounded to float. The greatest errors measured are stated in Elementwise.swift and checked by the tests.
//
// defines: exp16, expm1_16, log16, log1p16, tanh16, sigmoid16, erf16, normal16, sincos_turns16

#define INFINITE __builtin_inff()
#define NOT_A_NUMBER __builtin_nanf("")
#define LOG2_E 0x1.715476p+0f
#define LN2_HIGH 0x1.62e43p-1f
#define LN2_LOW -0x1.05c61p-29f
#define ROUND_TO_INTEGER 12582912.0f  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits

/// e^x = 2^n e^r, n = round(x / ln 2), |r| <= ln(2) / 2.
INLINE f32x16 exp16(f32x16 x) {
  f32x16 shifted = fma16(x, splat(LOG2_E), splat(ROUND_TO_INTEGER));
  f32x16 n = shifted - ROUND_TO_INTEGER;
  f32x16 r = fma16(n, splat(-LN2_HIGH), x);
  r = fma16(n, splat(-LN2_LOW), r);
  f32x16 p = splat(0x1.6a421ep-10f);
  p = fma16(p, r, splat(0x1.123b5cp-7f));
  p = fma16(p, r, splat(0x1.5558bep-5f));
  p = fma16(p, r, splat(0x1.555490p-3f));
  p = fma16(p, r, splat(0x1.fffffcp-2f));
  p = fma16(p, r, splat(1.0f));
  f32x16 y = fma16(p, r, splat(1.0f));
  y = (f32x16)((u32x16)y + ((u32x16)shifted << 23));
  y = x > splat(0x1.62e42ep+6f) ? splat(INFINITE) : y;
  y = x < splat(-0x1.5d589ep+6f) ? splat(0.0f) : y;
  return x != x ? x : y;
}

/// e^x - 1 = 2 (2^(n-1) - 1/2 + 2^(n-1) (e^r - 1)); the first sum and r carry their rounding errors along.
INLINE f32x16 expm1_16(f32x16 x) {
  f32x16 c = x > splat(89.0f) ? splat(89.0f) : x;
  c = c < splat(-20.0f) ? splat(-20.0f) : c;
  f32x16 shifted = fma16(c, splat(LOG2_E), splat(ROUND_TO_INTEGER));
  f32x16 n = shifted - ROUND_TO_INTEGER;
  f32x16 high = fma16(n, splat(-LN2_HIGH), c);
  f32x16 r = fma16(n, splat(-LN2_LOW), high);
  f32x16 low = fma16(n, splat(-LN2_LOW), high - r);
  f32x16 p = splat(0x1.a242f8p-13f);
  p = fma16(p, r, splat(0x1.6d3f8ep-10f));
  p = fma16(p, r, splat(0x1.111004p-7f));
  p = fma16(p, r, splat(0x1.5554f4p-5f));
  p = fma16(p, r, splat(0x1.555556p-3f));
  p = fma16(p, r, splat(0x1.0p-1f));
  f32x16 q = fma16(r * r, p, low);
  f32x16 half_power = (f32x16)(((u32x16)shifted << 23) + (126u << 23));
  f32x16 a = half_power - 0.5f, b = half_power * r;
  f32x16 sum = a + b;
  f32x16 error = b - (sum - a);
  f32x16 y = (sum + fma16(half_power, q, error)) * 2.0f;
  y = x > splat(0x1.62e42ep+6f) ? splat(INFINITE) : y;
  return (magnitude(x) < splat(0x1p-25f) | x != x) ? x : y;  // below 2^-25 the products could underflow
}

/// k ln 2 + log(1 + f), with log(1 + f) = f - f^2 / 2 + f^3 P(f) on sqrt(1/2) - 1 <= f < sqrt(2) - 1.
INLINE f32x16 log_of_parts(f32x16 k, f32x16 f) {
  f32x16 p = splat(0x1.1b3dfcp-4f);
  p = fma16(p, f, splat(-0x1.e3198ap-4f));
  p = fma16(p, f, splat(0x1.e66968p-4f));
  p = fma16(p, f, splat(-0x1.fb3e4cp-4f));
  p = fma16(p, f, splat(0x1.233140p-3f));
  p = fma16(p, f, splat(-0x1.5562f0p-3f));
  p = fma16(p, f, splat(0x1.99a550p-3f));
  p = fma16(p, f, splat(-0x1.ffffeep-3f));
  p = fma16(p, f, splat(0x1.555546p-2f));
  f32x16 square = f * f;
  f32x16 y = fma16(splat(-0.5f), square, f * square * p);
  y = fma16(k, splat(LN2_LOW), y);
  return fma16(k, splat(LN2_HIGH), f + y);
}

#define SQRT_HALF_BITS 0x3f3504f3

INLINE f32x16 log16(f32x16 x) {
  i32x16 k = ((i32x16)x - SQRT_HALF_BITS) >> 23;
  f32x16 m = (f32x16)((u32x16)x - ((u32x16)k << 23));
  f32x16 y = log_of_parts(__builtin_convertvector(k, f32x16), m - 1.0f);
  y = x == splat(INFINITE) ? x : y;
  y = x < splat(0x1p-126f) ? splat(-INFINITE) : y;
  y = x < splat(0.0f) ? splat(NOT_A_NUMBER) : y;
  return x != x ? x : y;
}

/// With u = 1 + x = 2^k m, f = x 2^-k + (2^-k - 1) is m - 1 without the rounding of u (up to u = 2^30, where x = u).
INLINE f32x16 log1p16(f32x16 x) {
  f32x16 u = x + 1.0f;
  i32x16 k = ((i32x16)u - SQRT_HALF_BITS) >> 23;
  f32x16 m = (f32x16)((u32x16)u - ((u32x16)k << 23));
  f32x16 scale = (f32x16)((u32x16)(127 - k) << 23);
  f32x16 f = k < (i32x16)(30) ? fma16(x, scale, scale - 1.0f) : m - 1.0f;
  f32x16 y = log_of_parts(__builtin_convertvector(k, f32x16), f);
  y = (x == splat(INFINITE) | x == splat(0.0f)) ? x : y;
  y = x == splat(-1.0f) ? splat(-INFINITE) : y;
  y = x < splat(-1.0f) ? splat(NOT_A_NUMBER) : y;
  return x != x ? x : y;
}

/// Odd polynomial below 0.6, 1 - 2 / (e^2|x| + 1) above.
INLINE f32x16 tanh16(f32x16 x) {
  f32x16 a = magnitude(x);
  f32x16 s = x * x;
  f32x16 p = splat(-0x1.82a1eap-8f);
  p = fma16(p, s, splat(0x1.54c95cp-6f));
  p = fma16(p, s, splat(-0x1.b89b7ap-5f));
  p = fma16(p, s, splat(0x1.1109c2p-3f));
  p = fma16(p, s, splat(-0x1.55553ep-2f));
  f32x16 small = fma16(x * s, p, x);
  f32x16 c = a > splat(10.0f) ? splat(10.0f) : a;
  f32x16 large = with_sign(1.0f - 2.0f / (exp16(c + c) + 1.0f), x);
  f32x16 y = a < splat(0.6f) ? small : large;
  return (x != x | x == splat(0.0f)) ? x : y;
}

/// 1 / (1 + e^-x), and in `complement` 1 minus that, both from e^-|x| and without cancellation.
INLINE f32x16 sigmoid16(f32x16 x, f32x16 *complement) {
  f32x16 e = exp16(-magnitude(x));
  f32x16 near = 1.0f / (1.0f + e);
  f32x16 far = e / (1.0f + e);
  *complement = x < splat(0.0f) ? near : far;
  return x < splat(0.0f) ? far : near;
}

/// log(1 + e^x) = max(x, 0) + log1p(e^-|x|).
INLINE f32x16 softplus16(f32x16 x) {
  f32x16 positive = x < splat(0.0f) ? splat(0.0f) : x;
  return positive + log1p16(exp16(-magnitude(x)));
}

/// x + x P(x^2) below 0.92, 1 - e^-Q(|x|) above, with Q = -log(1 - erf).
INLINE f32x16 erf16(f32x16 x) {
  f32x16 a = magnitude(x);
  f32x16 s = x * x;
  f32x16 p = splat(0x1.4f2db8p-14f);
  p = fma16(p, s, splat(-0x1.a5fe4ap-11f));
  p = fma16(p, s, splat(0x1.544954p-8f));
  p = fma16(p, s, splat(-0x1.b80112p-6f));
  p = fma16(p, s, splat(0x1.ce2d64p-4f));
  p = fma16(p, s, splat(-0x1.812740p-2f));
  p = fma16(p, s, splat(0x1.06eba8p-3f));
  f32x16 small = fma16(x, p, x);
  f32x16 t = a > splat(4.0f) ? splat(4.0f) : a;
  f32x16 q = splat(0x1.1904f8p-21f);
  q = fma16(q, t, splat(0x1.dfc1fap-17f));
  q = fma16(q, t, splat(-0x1.9fee14p-12f));
  q = fma16(q, t, splat(0x1.09a528p-8f));
  q = fma16(q, t, splat(-0x1.97e230p-6f));
  q = fma16(q, t, splat(0x1.ba6ad0p-4f));
  q = fma16(q, t, splat(0x1.445fcep-1f));
  q = fma16(q, t, splat(0x1.212298p+0f));
  q = fma16(q, t, splat(-0x1.506112p-13f));
  f32x16 large = with_sign(1.0f - exp16(-q), x);
  f32x16 y = a < splat(0.92f) ? small : large;
  return x != x ? x : y;
}

/// The normal distribution function Phi(x), and its density in `density`; |x| beyond 15 counts as 15.
///
/// Phi(-a) = e^(-a^2 / 2) erfcx(a / sqrt 2) / 2, with erfcx(t) = w R(w), w = 1 / (1 + 0.4 t): small relative error in
/// both tails. The rounding error of a^2 is carried into the exponential.
INLINE f32x16 normal16(f32x16 x, f32x16 *density) {
  f32x16 a = magnitude(x);
  a = a > splat(15.0f) ? splat(15.0f) : a;
  f32x16 square = a * a;
  f32x16 rest = fma16(a, a, -square);
  f32x16 e = exp16(square * -0.5f);
  e = fma16(e, rest * -0.5f, e);
  f32x16 w = 1.0f / fma16(a, splat(0x1.21a186p-2f), splat(1.0f));
  f32x16 p = splat(0x1.599338p-6f);
  p = fma16(p, w, splat(-0x1.3d7e12p-3f));
  p = fma16(p, w, splat(0x1.e1ed26p-2f));
  p = fma16(p, w, splat(-0x1.799b22p-1f));
  p = fma16(p, w, splat(0x1.414ae2p-1f));
  p = fma16(p, w, splat(-0x1.795e88p-2f));
  p = fma16(p, w, splat(0x1.d412e6p-3f));
  p = fma16(p, w, splat(0x1.31173ap-4f));
  p = fma16(p, w, splat(0x1.729102p-3f));
  p = fma16(p, w, splat(0x1.a6b238p-3f));
  p = fma16(p, w, splat(0x1.ce603ap-3f));
  p = fma16(p, w, splat(0x1.ce2d78p-3f));
  f32x16 tail = e * 0.5f * (w * p);
  *density = e * 0x1.988454p-2f;
  return x < splat(0.0f) ? tail : 1.0f - tail;
}

/// Sine and cosine of 2 pi u for 0 <= u < 1: quarter turns and a remainder in [-1/2, 1/2] of one, both exact.
INLINE f32x16 sincos_turns16(f32x16 u, f32x16 *cosine) {
  f32x16 shifted = u * 4.0f + ROUND_TO_INTEGER;
  f32x16 f = u * 4.0f - (shifted - ROUND_TO_INTEGER);
  f32x16 s = f * f;
  f32x16 p = splat(-0x1.3351aap-8f);
  p = fma16(p, s, splat(0x1.4681b6p-4f));
  p = fma16(p, s, splat(-0x1.4abc26p-1f));
  p = fma16(p, s, splat(0x1.921fb6p+0f));
  f32x16 sine = f * p;
  f32x16 q = splat(0x1.d4748p-11f);
  q = fma16(q, s, splat(-0x1.55b138p-6f));
  q = fma16(q, s, splat(0x1.03c1aep-2f));
  q = fma16(q, s, splat(-0x1.3bd3ccp+0f));
  f32x16 cosine_of_rest = fma16(q, s, splat(1.0f));
  u32x16 quarter = (u32x16)shifted;
  i32x16 odd = -(i32x16)(quarter & 1u);
  f32x16 a = odd ? cosine_of_rest : sine;
  f32x16 b = odd ? sine : cosine_of_rest;
  *cosine = (f32x16)((u32x16)b ^ (((quarter + 1u) & 2u) << 30));
  return (f32x16)((u32x16)a ^ ((quarter & 2u) << 30));
}
