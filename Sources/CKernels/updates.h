// Optimizer updates of one level.

/// value / divisor, the divisor being the same in all lanes. A power of two divides as its reciprocal multiplies, to
/// the bit, and Adam's time is its divisions.
INLINE f32x16 divided(f32x16 value, f32x16 divisor) {
  const uint32_t bits = ((u32x16)divisor)[0];
  // Where the reciprocal is a normal number.
  if ((bits & 0x007fffffu) == 0 && bits >= 0x00800000u && bits <= 0x7e800000u) return value * (1.0f / divisor);
  return value / divisor;
}

INLINE f32x16 mean_gradient(f32x16 gradient, f32x16 weight, f32x16 clip) { return divided(gradient, weight) * clip; }

/// Stores up to 16 lanes and keeps the greatest bits of magnitude, lane by lane. What is not finite in a gradient is so
/// in what the updates store. In W1's step, looking for it afterwards took 1.3 % of the time.
INLINE void store_seen(u32x16 *seen, float *p, f32x16 v, size_t count) {
  store_upto(p, v, count);
  *seen = greater_magnitude(*seen, v);
}

static int sgd_update(
    float *w, const float *gradient, float *m, size_t n, struct ck_sgd parameters) {
  u32x16 seen = (u32x16)(0);
  f32x16 weight = splat(parameters.weight), clip = splat(parameters.clip), decay = splat(parameters.decay);
  f32x16 momentum = splat(parameters.momentum), backstep = splat(-parameters.learning_rate);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 value = load_upto(w + i, n - i, 0.0f);
    f32x16 direction = mean_gradient(load_upto(gradient + i, n - i, 0.0f), weight, clip);
    direction = fma16(decay, value, direction);
    if (parameters.momentum != 0 && m) {
      f32x16 velocity = fma16(momentum, load_upto(m + i, n - i, 0.0f), direction);
      store_seen(&seen, m + i, velocity, n - i);
      direction = parameters.nesterov ? fma16(momentum, velocity, direction) : velocity;
    }
    store_seen(&seen, w + i, fma16(backstep, direction, value), n - i);
  }
  return is_finite_magnitude(seen);
}

static int adam_update(
    float *w, const float *gradient, float *m, float *v, size_t n,
    struct ck_adam parameters) {
  u32x16 seen = (u32x16)(0);
  f32x16 weight = splat(parameters.weight), clip = splat(parameters.clip), decay = splat(parameters.decay);
  f32x16 beta1 = splat(parameters.beta1), beta2 = splat(parameters.beta2);
  f32x16 rest1 = splat(parameters.one_minus_beta1), rest2 = splat(parameters.one_minus_beta2);
  f32x16 backstep = splat(-parameters.step), root = splat(parameters.root), epsilon = splat(parameters.epsilon);
  f32x16 shrink = splat(-parameters.shrink);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 value = load_upto(w + i, n - i, 0.0f);
    f32x16 g = mean_gradient(load_upto(gradient + i, n - i, 0.0f), weight, clip);
    g = fma16(decay, value, g);
    f32x16 first = fma16(beta1, load_upto(m + i, n - i, 0.0f), rest1 * g);
    f32x16 second = fma16(beta2, load_upto(v + i, n - i, 0.0f), rest2 * (g * g));
    store_seen(&seen, m + i, first, n - i);
    store_seen(&seen, v + i, second, n - i);
    f32x16 denominator = divided(__builtin_elementwise_sqrt(second), root) + epsilon;
    store_seen(&seen, w + i, fma16(backstep, first / denominator, fma16(shrink, value, value)), n - i);
  }
  return is_finite_magnitude(seen);
}
