// Losses that are sums over outputs of a function of one output and one target, with their derivatives, of one level.
//
// Values are computed in double from the float outputs and targets: among large values, small differences decide which
// model is better. Slopes are float, as the gradients that they become.

typedef struct {
  f64x16 value;
  f32x16 slope;
} element_loss;

INLINE f32x16 gather_rows(const float *p, size_t stride, size_t count) {
  float lanes[16];
  for (size_t i = 0; i < 16; i++) lanes[i] = i < count ? p[i * stride] : 0.0f;
  return load(lanes);
}

/// Whether sixteen floats can be read from the start of each row: rows of matrices are padded to multiples of 16.
INLINE int whole_vectors(const float *p, size_t stride) {
  return (size_t)p % 64 == 0 && stride >= 16 && stride % 16 == 0;
}

/// The lanes of a mask, 0 elsewhere.
INLINE f32x16 kept(f32x16 v, i32x16 mask) { return (f32x16)((i32x16)v & mask); }

#define ZERO splat(0.0f)
#define ONE splat(1.0f)

INLINE f32x16 sign_or_zero(f32x16 d, f32x16 size) {
  f32x16 s = d > ZERO ? size : ZERO;
  return d < ZERO ? -size : s;
}

INLINE element_loss squared_error_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f32x16 d = p - y;
  f64x16 error = wide(p) - wide(y);
  return (element_loss){error * error, d + d};
}

INLINE element_loss absolute_error_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  return (element_loss){magnitude64(wide(p) - wide(y)), sign_or_zero(p - y, ONE)};
}

/// a: delta.
INLINE element_loss huber_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f32x16 d = p - y;
  f64x16 size = magnitude64(wide(p) - wide(y)), delta = wide(a);
  f64x16 value = size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
  return (element_loss){value, magnitude(d) <= a ? d : with_sign(a, d)};
}

/// a: beta.
INLINE element_loss smooth_absolute_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f32x16 d = p - y;
  f64x16 size = magnitude64(wide(p) - wide(y)), beta = wide(a);
  f64x16 value = size < beta ? 0.5 * size * size / beta : size - 0.5 * beta;
  return (element_loss){value, magnitude(d) < a ? d / a : with_sign(ONE, d)};
}

/// a: the output below which log(1 + p) goes on in a straight line; b: log(1 + a).
INLINE element_loss squared_log_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  i32x16 inside = p >= a;
  f32x16 bounded = inside ? p : a;
  f32x16 slope = ONE / (ONE + bounded);
  f32x16 u = inside ? log1p16(bounded) : fma16(p - a, slope, b);
  f32x16 d = u - log1p16(y);
  f64x16 corner = wide(bounded), error = (log1p64(corner) + (wide(p) - corner) / (1.0 + corner)) - log1p64(wide(y));
  return (element_loss){error * error, (d + d) * slope};
}

/// a: the level.
INLINE element_loss pinball_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f32x16 d = y - p, other = a - ONE;
  f32x16 slope = d > ZERO ? -a : ZERO;
  f64x16 error = wide(y) - wide(p), level = wide(a);
  return (element_loss){error >= 0.0 ? level * error : (level - 1.0) * error, d < ZERO ? -other : slope};
}

/// A series where |p - y| is below 1/32: the difference of the terms otherwise.
INLINE element_loss log_cosh_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f64x16 size = magnitude64(wide(p) - wide(y)), square = size * size;
  f64x16 far = (size + log1p64(exp64(-2.0 * size))) - 0x1.62e42fefa39efp-1;
  f64x16 near = square * (0.5 + square * (-1.0 / 12 + square * (1.0 / 45 + square * (-17.0 / 2520))));
  return (element_loss){size < 0x1p-5 ? near : far, tanh16(p - y)};
}

INLINE element_loss poisson_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  return (element_loss){exp64(wide(p)) - wide(y) * wide(p), exp16(p) - y};
}

/// 2 (y / mean - 1 - log(y / mean)) = 2 (e^t - 1 - t), mean = e^p, t = log y - p.
INLINE element_loss gamma_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f32x16 ratio = y * exp16(-p), two = splat(2.0f);
  return (element_loss){2.0 * growth64(log64(wide(y)) - wide(p)), two * (ONE - ratio)};
}

/// a: 1 - power, b: 2 - power. Where t = log y - p is small, terms that cancel are left out: 2 mean^(2 - power) ((e^((2
/// - power) t) - 1) / (2 - power) - (e^t - 1)) / (1 - power), without the parts that are linear in t.
INLINE element_loss tweedie_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f64x16 z = wide(p), target = wide(y);
  f64x16 low = wide(a), high = low + 1.0;  // b would be rounded another way
  f64x16 log = precise_log16(y > ZERO ? y : ONE);
  f64x16 own = precise_exp16(high * log) / (low * high);
  own = target > 0.0 ? own : splat64(0.0);
  f64x16 left = target * precise_exp16(low * z), right = precise_exp16(high * z);
  f64x16 far = (own - left / low) + right / high, t = log - z;
  f64x16 near = right * ((series64(high * t) / high - series64(t)) / low);
  i64x16 is_near = (target > 0.0) & (magnitude64(t) < 0.125);
  f64x16 value = 2.0 * (is_near ? near : far);
  return (element_loss){value, __builtin_convertvector(2.0 * (right - left), f32x16)};
}

/// a: weight of positives.
INLINE element_loss binary_entropy_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f32x16 complement, probability = sigmoid16(p, &complement);
  f64x16 z = wide(p), rest = log1p64(exp64(-magnitude64(z)));
  f64x16 above = (z > 0.0 ? z : splat64(0.0)) + rest, below = (z < 0.0 ? -z : splat64(0.0)) + rest;
  f64x16 value = (1.0 - wide(y)) * above + wide(a) * wide(y) * below;
  return (element_loss){value, fma16(ONE - y, probability, -(a * y * complement))};
}

/// a: gamma, b: alpha of positives, 1 - b of negatives; b below 0: both 1. y is 0 or 1.
INLINE element_loss binary_focal_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  i32x16 positive = y > splat(0.5f);
  f32x16 z = positive ? p : -p;
  f32x16 complement, probability = sigmoid16(z, &complement);
  f32x16 rest = log1p16(exp16(-magnitude(z)));
  f32x16 above = (z > ZERO ? z : ZERO) + rest, below = (z < ZERO ? -z : ZERO) + rest;
  f32x16 share = b < ZERO ? ONE : (positive ? b : ONE - b);
  f32x16 factor = share * exp16(-a * above);
  f32x16 slope = -factor * fma16(a * probability, below, complement);
  f64x16 value = wide(share) * exp64(-wide(a) * softplus64(wide(z))) * softplus64(-wide(z));
  return (element_loss){value, positive ? slope : -slope};
}

/// a: epsilon. y is 0 or 1.
INLINE element_loss binary_poly_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  i32x16 positive = y > splat(0.5f);
  f32x16 z = positive ? p : -p;
  f32x16 complement, probability = sigmoid16(z, &complement);
  f32x16 slope = -fma16(a * probability, complement, complement);
  f64x16 value = softplus64(-wide(z)) + wide(a) * sigmoid64(-wide(z));
  return (element_loss){value, positive ? slope : -slope};
}

/// a: margin. Targets below or at 0 are the first class, others the second.
INLINE element_loss binary_hinge_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f32x16 side = y > ZERO ? ONE : -ONE;
  f64x16 lack = wide(a) - wide(side) * wide(p);
  return (element_loss){lack > 0.0 ? lack : splat64(0.0), a - side * p > ZERO ? -side : ZERO};
}

INLINE element_loss binary_squared_hinge_element(f32x16 p, f32x16 y, f32x16 a, f32x16 b) {
  f32x16 side = y > ZERO ? ONE : -ONE;
  f32x16 lack = a - side * p;
  lack = lack > ZERO ? lack : ZERO;
  f64x16 exact = wide(a) - wide(side) * wide(p);
  exact = exact > 0.0 ? exact : splat64(0.0);
  return (element_loss){exact * exact, -(side * (lack + lack))};
}

// Rows of one output: sixteen rows to a vector. Wider rows: sixteen outputs to a vector. A row's value is the same
// either way: its outputs are added in double, lane j % 16 by ascending j, lanes added by halves; one output is added
// to nothing.
#define ELEMENT_LOSS(name)                                                                                     \
  static void name##_loss(const struct ck_loss_rows *c) {                                                      \
    f32x16 a = splat(c->a), b = splat(c->b), scale = splat(c->scale);                                          \
    if (c->width == 1) {                                                                                       \
      for (size_t r = 0; r < c->rows; r += 16) {                                                               \
        size_t count = c->rows - r < 16 ? c->rows - r : 16;                                                    \
        element_loss l = name##_element(                                                                       \
            gather_rows(c->p + r * c->p_stride, c->p_stride, count),                                           \
            gather_rows(c->y + r * c->y_stride, c->y_stride, count), a, b);                                    \
        f32x16 g = load_upto(c->weights + r, c->rows - r, 0.0f) * (scale * l.slope);                           \
        double values[16];                                                                                     \
        float slopes[16];                                                                                      \
        __builtin_memcpy(values, &l.value, sizeof values);                                                     \
        store(slopes, g);                                                                                      \
        for (size_t i = 0; i < count; i++) {                                                                   \
          double loss = (double)c->weights[r + i] * (values[i] * c->factor);                                   \
          c->losses[r + i] = c->adds ? c->losses[r + i] + loss : loss;                                         \
          c->gradient[(r + i) * c->gradient_stride] = slopes[i];                                               \
        }                                                                                                      \
      }                                                                                                        \
      return;                                                                                                  \
    }                                                                                                          \
    if (c->width <= 16 && whole_vectors(c->p, c->p_stride) && whole_vectors(c->y, c->y_stride)) {              \
      i32x16 mask = lanes_below(c->width);                                                                     \
      for (size_t r = 0; r < c->rows; r++) {                                                                   \
        element_loss l = name##_element(                                                                       \
            kept(load(c->p + r * c->p_stride), mask), kept(load(c->y + r * c->y_stride), mask), a, b);         \
        double sum = sum_of_lanes(kept64(l.value, mask)), weight = c->weights[r];                              \
        store_upto(c->gradient + r * c->gradient_stride, splat(c->weights[r]) * (scale * l.slope), c->width);  \
        double loss = weight * (sum * c->factor);                                                              \
        c->losses[r] = c->adds ? c->losses[r] + loss : loss;                                                   \
      }                                                                                                        \
      return;                                                                                                  \
    }                                                                                                          \
    for (size_t r = 0; r < c->rows; r++) {                                                                     \
      const float *p = c->p + r * c->p_stride, *y = c->y + r * c->y_stride;                                    \
      float *g = c->gradient + r * c->gradient_stride;                                                         \
      f64x16 sums = (f64x16)(0.0);                                                                             \
      f32x16 weight = splat(c->weights[r]);                                                                    \
      for (size_t j = 0; j < c->width; j += 16) {                                                              \
        size_t n = c->width - j;                                                                               \
        element_loss l = name##_element(load_upto(p + j, n, 0.0f), load_upto(y + j, n, 0.0f), a, b);           \
        sums += n >= 16 ? l.value : kept64(l.value, lanes_below(n));                                           \
        store_upto(g + j, weight * (scale * l.slope), n);                                                      \
      }                                                                                                        \
      double loss = (double)c->weights[r] * (sum_of_lanes(sums) * c->factor);                                  \
      c->losses[r] = c->adds ? c->losses[r] + loss : loss;                                                     \
    }                                                                                                          \
  }
#include "ck_kernels.h"
