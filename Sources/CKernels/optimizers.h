// Optimizers beyond gradient descent and Adam, of one level: of each the formula of one element, which takes the weight
// w, the mean gradient g and what the optimizer keeps, s[0] and so on, changes what is kept and returns the next
// weight.

INLINE f32x16 root16(f32x16 x) { return __builtin_elementwise_sqrt(x); }

/// The gradient with coupled weight decay.
INLINE f32x16 decayed(f32x16 w, f32x16 g, const struct ck_step *p) { return fma16(splat(p->decay), w, g); }

/// A running mean: keep before + rest value.
INLINE f32x16 moment(f32x16 before, f32x16 value, float keep, float rest) {
  return fma16(splat(keep), before, splat(rest) * value);
}

INLINE f32x16 adagrad_step(f32x16 w, f32x16 g, f32x16 *s, const struct ck_step *p) {
  g = decayed(w, g, p);
  s[0] = fma16(g, g, s[0]);
  return fma16(splat(-p->rate), g / (root16(s[0] + splat(p->start)) + splat(p->epsilon)), w);
}

INLINE f32x16 adadelta_step(f32x16 w, f32x16 g, f32x16 *s, const struct ck_step *p) {
  g = decayed(w, g, p);
  f32x16 square = moment(s[0], g * g, p->beta2, p->rest2);
  f32x16 delta = root16(s[1] + splat(p->epsilon)) / root16(square + splat(p->epsilon)) * g;
  s[0] = square;
  s[1] = moment(s[1], delta * delta, p->beta2, p->rest2);
  return fma16(splat(-p->rate), delta, w);
}

/// Adam, NAdam and the rectified part of RAdam.
INLINE f32x16 moments_step(f32x16 w, f32x16 g, f32x16 *s, const struct ck_step *p) {
  g = decayed(w, g, p);
  s[0] = moment(s[0], g, p->beta1, p->rest1);
  s[1] = moment(s[1], g * g, p->beta2, p->rest2);
  f32x16 direction = fma16(splat(p->rate), s[0], splat(p->gradient_rate) * g);
  if (p->divides) direction = direction / (root16(s[1]) / splat(p->root) + splat(p->epsilon));
  return w - direction;
}

INLINE f32x16 amsgrad_step(f32x16 w, f32x16 g, f32x16 *s, const struct ck_step *p) {
  g = decayed(w, g, p);
  s[0] = moment(s[0], g, p->beta1, p->rest1);
  s[1] = moment(s[1], g * g, p->beta2, p->rest2);
  // On the bits, because CPUs differ in how max treats a denormal; where either is NaN what was there stays.
  i32x16 above = ((i32x16)s[1] > (i32x16)s[2]) & (s[1] == s[1]) & (s[2] == s[2]);
  s[2] = above ? s[1] : s[2];
  return fma16(splat(-p->rate), s[0] / (root16(s[2]) / splat(p->root) + splat(p->epsilon)), w);
}

INLINE f32x16 adamax_step(f32x16 w, f32x16 g, f32x16 *s, const struct ck_step *p) {
  g = decayed(w, g, p);
  s[0] = moment(s[0], g, p->beta1, p->rest1);
  f32x16 faded = splat(p->beta2) * s[1], now = magnitude(g) + splat(p->epsilon);
  s[1] = faded > now ? faded : now;
  return fma16(splat(-p->rate), s[0] / s[1], w);
}

INLINE f32x16 lion_step(f32x16 w, f32x16 g, f32x16 *s, const struct ck_step *p) {
  f32x16 mixed = fma16(splat(p->beta1), s[0], splat(p->rest1) * g), zero = splat(0.0f);
  f32x16 move = mixed > zero ? splat(p->rate) : zero;
  move = mixed < zero ? splat(-p->rate) : move;
  s[0] = moment(s[0], g, p->beta2, p->rest2);
  return fma16(splat(-p->shrink), w, w) - move;
}

#define OPTIMIZER(name, arrays)                                                                         \
  static int name##_update(                                                                             \
      float *w, const float *gradient, float *const *state, size_t n, struct ck_step p) {               \
    u32x16 seen = (u32x16)(0);                                                                          \
    float *kept[arrays];                                                                                \
    for (int k = 0; k < arrays; k++) kept[k] = state[k];                                                \
    for (size_t i = 0; i < n; i += 16) {                                                                \
      f32x16 s[arrays];                                                                                 \
      for (int k = 0; k < arrays; k++) s[k] = load_upto(kept[k] + i, n - i, 0.0f);                      \
      f32x16 g = mean_gradient(load_upto(gradient + i, n - i, 0.0f), splat(p.weight), splat(p.clip));   \
      f32x16 next = name##_step(load_upto(w + i, n - i, 0.0f), g, s, &p);                               \
      for (int k = 0; k < arrays; k++) store_seen(&seen, kept[k] + i, s[k], n - i);                     \
      store_seen(&seen, w + i, next, n - i);                                                            \
    }                                                                                                   \
    return is_finite_magnitude(seen);                                                                   \
  }
#include "ck_kernels.h"

static int rmsprop_update(
    float *w, const float *gradient, float *v, float *mean_of, float *m, size_t n, struct ck_step p) {
  u32x16 seen = (u32x16)(0);
  f32x16 step = splat(-p.rate), weight = splat(p.weight), clip = splat(p.clip), small = splat(p.epsilon);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 value = load_upto(w + i, n - i, 0.0f);
    f32x16 g = decayed(value, mean_gradient(load_upto(gradient + i, n - i, 0.0f), weight, clip), &p);
    f32x16 square = moment(load_upto(v + i, n - i, 0.0f), g * g, p.beta2, p.rest2);
    store_seen(&seen, v + i, square, n - i);
    f32x16 spread = square;
    if (mean_of) {
      f32x16 average = moment(load_upto(mean_of + i, n - i, 0.0f), g, p.beta2, p.rest2);
      store_seen(&seen, mean_of + i, average, n - i);
      spread = fma16(-average, average, square);
      spread = spread < splat(0.0f) ? splat(0.0f) : spread;  // rounding may leave a little less than nothing
    }
    f32x16 direction = g / (root16(spread) + small);
    if (m) {
      direction = fma16(splat(p.beta1), load_upto(m + i, n - i, 0.0f), direction);
      store_seen(&seen, m + i, direction, n - i);
    }
    store_seen(&seen, w + i, fma16(step, direction, value), n - i);
  }
  return is_finite_magnitude(seen);
}
