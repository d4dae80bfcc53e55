// Optimizers beyond gradient descent and Adam, of one level. Every element by itself.

/// The mean gradient with coupled weight decay.
INLINE f32x16 decayed_gradient(const float *w, const float *gradient, size_t n, struct ck_mean mean) {
  f32x16 g = mean_gradient(load_upto(gradient, n, 0.0f), splat(mean.weight), splat(mean.clip));
  return fma16(splat(mean.decay), load_upto(w, n, 0.0f), g);
}

INLINE f32x16 root16(f32x16 x) { return __builtin_elementwise_sqrt(x); }

static int adagrad_update(float *w, const float *gradient, float *s, size_t n, struct ck_mean mean, float rate, float start, float epsilon) {
  u32x16 seen = (u32x16)(0);
  f32x16 step = splat(-rate), first = splat(start), small = splat(epsilon);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 g = decayed_gradient(w + i, gradient + i, n - i, mean);
    f32x16 sum = fma16(g, g, load_upto(s + i, n - i, 0.0f));
    store_seen(&seen, s + i, sum, n - i);
    store_seen(&seen, w + i, fma16(step, g / (root16(sum + first) + small), load_upto(w + i, n - i, 0.0f)), n - i);
  }
  return is_finite_magnitude(seen);
}

static int adadelta_update(float *w, const float *gradient, float *v, float *u, size_t n, struct ck_mean mean, float rate, float keep, float rest, float epsilon) {
  u32x16 seen = (u32x16)(0);
  f32x16 step = splat(-rate), rho = splat(keep), take = splat(rest), small = splat(epsilon);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 g = decayed_gradient(w + i, gradient + i, n - i, mean);
    f32x16 square = fma16(rho, load_upto(v + i, n - i, 0.0f), take * (g * g));
    f32x16 before = load_upto(u + i, n - i, 0.0f);
    f32x16 delta = root16(before + small) / root16(square + small) * g;
    store_seen(&seen, v + i, square, n - i);
    store_seen(&seen, u + i, fma16(rho, before, take * (delta * delta)), n - i);
    store_seen(&seen, w + i, fma16(step, delta, load_upto(w + i, n - i, 0.0f)), n - i);
  }
  return is_finite_magnitude(seen);
}

static int rmsprop_update(float *w, const float *gradient, float *v, float *mean_of, float *m, size_t n, struct ck_mean mean, struct ck_rmsprop p) {
  u32x16 seen = (u32x16)(0);
  f32x16 step = splat(-p.rate), alpha = splat(p.alpha), take = splat(p.rest), small = splat(p.epsilon), keep = splat(p.momentum);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 g = decayed_gradient(w + i, gradient + i, n - i, mean);
    f32x16 square = fma16(alpha, load_upto(v + i, n - i, 0.0f), take * (g * g));
    store_seen(&seen, v + i, square, n - i);
    f32x16 spread = square;
    if (mean_of) {
      f32x16 average = fma16(alpha, load_upto(mean_of + i, n - i, 0.0f), take * g);
      store_seen(&seen, mean_of + i, average, n - i);
      spread = fma16(-average, average, square);
      spread = spread < splat(0.0f) ? splat(0.0f) : spread;  // rounding may leave a little less than nothing
    }
    f32x16 direction = g / (root16(spread) + small);
    if (m) {
      direction = fma16(keep, load_upto(m + i, n - i, 0.0f), direction);
      store_seen(&seen, m + i, direction, n - i);
    }
    store_seen(&seen, w + i, fma16(step, direction, load_upto(w + i, n - i, 0.0f)), n - i);
  }
  return is_finite_magnitude(seen);
}

/// The moments of Adam's kin: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2.
INLINE f32x16 next_moment(u32x16 *seen, float *m, f32x16 value, size_t n, float keep, float rest) {
  f32x16 moment = fma16(splat(keep), load_upto(m, n, 0.0f), splat(rest) * value);
  store_seen(seen, m, moment, n);
  return moment;
}

static int amsgrad_update(float *w, const float *gradient, float *m, float *v, float *most, size_t n, struct ck_mean mean, struct ck_moments p) {
  u32x16 seen = (u32x16)(0);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 g = decayed_gradient(w + i, gradient + i, n - i, mean);
    f32x16 first = next_moment(&seen, m + i, g, n - i, p.beta1, p.rest1);
    f32x16 second = next_moment(&seen, v + i, g * g, n - i, p.beta2, p.rest2);
    f32x16 greatest = load_upto(most + i, n - i, 0.0f);
    // On the bits, because CPUs differ in how max treats a denormal; where either is NaN what was there stays.
    i32x16 above = ((i32x16)second > (i32x16)greatest) & (second == second) & (greatest == greatest);
    greatest = above ? second : greatest;
    store_seen(&seen, most + i, greatest, n - i);
    f32x16 denominator = root16(greatest) / splat(p.root) + splat(p.epsilon);
    store_seen(&seen, w + i, fma16(splat(-p.first_rate), first / denominator, load_upto(w + i, n - i, 0.0f)), n - i);
  }
  return is_finite_magnitude(seen);
}

/// w -= (first_rate m + gradient_rate g) / (sqrt(v) / root + epsilon); Adam, NAdam and the rectified part of RAdam.
static int moments_update(float *w, const float *gradient, float *m, float *v, size_t n, struct ck_mean mean, struct ck_moments p) {
  u32x16 seen = (u32x16)(0);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 g = decayed_gradient(w + i, gradient + i, n - i, mean);
    f32x16 first = next_moment(&seen, m + i, g, n - i, p.beta1, p.rest1);
    f32x16 second = next_moment(&seen, v + i, g * g, n - i, p.beta2, p.rest2);
    f32x16 direction = fma16(splat(p.first_rate), first, splat(p.gradient_rate) * g);
    if (p.divides) direction = direction / (root16(second) / splat(p.root) + splat(p.epsilon));
    store_seen(&seen, w + i, load_upto(w + i, n - i, 0.0f) - direction, n - i);
  }
  return is_finite_magnitude(seen);
}

static int adamax_update(float *w, const float *gradient, float *m, float *u, size_t n, struct ck_mean mean, struct ck_moments p) {
  u32x16 seen = (u32x16)(0);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 g = decayed_gradient(w + i, gradient + i, n - i, mean);
    f32x16 first = next_moment(&seen, m + i, g, n - i, p.beta1, p.rest1);
    f32x16 faded = splat(p.beta2) * load_upto(u + i, n - i, 0.0f), now = magnitude(g) + splat(p.epsilon);
    f32x16 greatest = faded > now ? faded : now;
    store_seen(&seen, u + i, greatest, n - i);
    store_seen(&seen, w + i, fma16(splat(-p.first_rate), first / greatest, load_upto(w + i, n - i, 0.0f)), n - i);
  }
  return is_finite_magnitude(seen);
}

static int lion_update(float *w, const float *gradient, float *m, size_t n, struct ck_mean mean, struct ck_moments p, float shrink) {
  u32x16 seen = (u32x16)(0);
  f32x16 zero = splat(0.0f), step = splat(p.first_rate);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 g = mean_gradient(load_upto(gradient + i, n - i, 0.0f), splat(mean.weight), splat(mean.clip));
    f32x16 before = load_upto(m + i, n - i, 0.0f);
    f32x16 mixed = fma16(splat(p.beta1), before, splat(p.rest1) * g);
    f32x16 move = mixed > zero ? step : zero;
    move = mixed < zero ? -step : move;
    store_seen(&seen, m + i, fma16(splat(p.beta2), before, splat(p.rest2) * g), n - i);
    store_seen(&seen, w + i, fma16(splat(-shrink), load_upto(w + i, n - i, 0.0f), load_upto(w + i, n - i, 0.0f)) - move, n - i);
  }
  return is_finite_magnitude(seen);
}
