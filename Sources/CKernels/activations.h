// Activations of one level: of each the output y of an input x, and the gradient dx from dy and what is saved, x or y.

INLINE f32x16 at_least(f32x16 x, float least) { return x < splat(least) ? splat(least) : x; }
INLINE f32x16 at_most(f32x16 x, float most) { return x > splat(most) ? splat(most) : x; }

INLINE f32x16 sigmoid_only16(f32x16 x) {
  f32x16 complement;
  return sigmoid16(x, &complement);
}

/// max(x, 0) on the bits, because levels differ in how max treats a denormal; NaN of either sign stays NaN.
INLINE f32x16 relu_y(f32x16 x, f32x16 none) {
  i32x16 kept = (i32x16)x >= (i32x16)(0) | x != x;
  return (f32x16)((i32x16)x & kept);
}
INLINE f32x16 relu_dx(f32x16 y, f32x16 dy, f32x16 none) { return y > splat(0.0f) ? dy : splat(0.0f); }

INLINE f32x16 leaky_relu_y(f32x16 x, f32x16 slope) { return x > splat(0.0f) ? x : slope * x; }
INLINE f32x16 leaky_relu_dx(f32x16 y, f32x16 dy, f32x16 slope) { return y > splat(0.0f) ? dy : slope * dy; }

INLINE f32x16 elu_y(f32x16 x, f32x16 alpha) { return x > splat(0.0f) ? x : alpha * expm1_16(x); }
INLINE f32x16 elu_dx(f32x16 y, f32x16 dy, f32x16 alpha) { return y > splat(0.0f) ? dy : dy * (y + alpha); }

INLINE f32x16 sigmoid_y(f32x16 x, f32x16 none) { return sigmoid_only16(x); }
INLINE f32x16 sigmoid_dx(f32x16 y, f32x16 dy, f32x16 none) { return dy * (y * (1.0f - y)); }

INLINE f32x16 tanh_y(f32x16 x, f32x16 none) { return tanh16(x); }
INLINE f32x16 tanh_dx(f32x16 y, f32x16 dy, f32x16 none) { return dy * fma16(-y, y, splat(1.0f)); }

INLINE f32x16 softplus_y(f32x16 x, f32x16 none) { return softplus16(x); }
INLINE f32x16 softplus_dx(f32x16 x, f32x16 dy, f32x16 none) { return dy * sigmoid_only16(x); }

// In silu and gelu the factor x is bounded so that -inf * 0 and inf * 0 cannot arise; where the bound acts the other
// factor is 0 or 1.
INLINE f32x16 silu_y(f32x16 x, f32x16 none) { return at_least(x, -128.0f) * sigmoid_only16(x); }
INLINE f32x16 silu_dx(f32x16 x, f32x16 dy, f32x16 none) {
  f32x16 complement, s = sigmoid16(x, &complement);
  return dy * (s * fma16(at_most(at_least(x, -128.0f), 128.0f), complement, splat(1.0f)));
}

INLINE f32x16 gelu_y(f32x16 x, f32x16 none) {
  f32x16 density;
  return at_least(x, -15.0f) * normal16(x, &density);
}
INLINE f32x16 gelu_dx(f32x16 x, f32x16 dy, f32x16 none) {
  f32x16 density, distribution = normal16(x, &density);
  return dy * fma16(at_most(at_least(x, -15.0f), 15.0f), density, distribution);
}

#define ACTIVATION(name, saved)                                                                          \
  static void name##_forward(const float *px, float *py, size_t n, float value) {                        \
    f32x16 parameter = splat(value);                                                                     \
    for (size_t i = 0; i < n; i += 16)                                                                   \
      store_upto(py + i, name##_y(load_upto(px + i, n - i, 0.0f), parameter), n - i);                    \
  }                                                                                                      \
  static void name##_backward(const float *saves, const float *pdy, float *pdx, size_t n, float value) { \
    f32x16 parameter = splat(value);                                                                     \
    for (size_t i = 0; i < n; i += 16) {                                                                 \
      f32x16 saved = load_upto(saves + i, n - i, 0.0f), dy = load_upto(pdy + i, n - i, 0.0f);            \
      store_upto(pdx + i, name##_dx(saved, dy, parameter), n - i);                                       \
    }                                                                                                    \
  }
#include "ck_kernels.h"
