// What happens to summed gradients beside the plain updates, of one level: penalties, layer-wise optimizers, averages.

static void prepare_gradient(const float *w, float *gradient, size_t n, struct ck_preparation parameters) {
  f32x16 weight = splat(parameters.weight), clip = splat(parameters.clip), limit = splat(parameters.limit);
  f32x16 l1 = splat(parameters.l1), l2 = splat(parameters.l2), zero = splat(0.0f);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 g = mean_gradient(load_upto(gradient + i, n - i, 0.0f), weight, clip);
    g = g > limit ? limit : g;
    g = g < -limit ? -limit : g;
    f32x16 value = load_upto(w + i, n - i, 0.0f);
    f32x16 sign = value > zero ? l1 : zero;
    sign = value < zero ? -l1 : sign;
    store_upto(gradient + i, fma16(l2, value, g + sign), n - i);
  }
}

static void lars_update(float *w, const float *g, float *m, size_t n, float momentum, float decay, float rate) {
  f32x16 keep = splat(momentum), shrink = splat(decay), step = splat(rate);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 value = load_upto(w + i, n - i, 0.0f);
    f32x16 direction = fma16(shrink, value, load_upto(g + i, n - i, 0.0f));
    f32x16 velocity = fma16(keep, load_upto(m + i, n - i, 0.0f), step * direction);
    store_upto(m + i, velocity, n - i);
    store_upto(w + i, value - velocity, n - i);
  }
}

static void lamb_direction(const float *w, float *gradient, float *m, float *v, size_t n, struct ck_adam parameters) {
  f32x16 weight = splat(parameters.weight), clip = splat(parameters.clip), decay = splat(parameters.decay);
  f32x16 beta1 = splat(parameters.beta1), beta2 = splat(parameters.beta2);
  f32x16 rest1 = splat(parameters.one_minus_beta1), rest2 = splat(parameters.one_minus_beta2);
  f32x16 step = splat(parameters.step), root = splat(parameters.root), epsilon = splat(parameters.epsilon);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 g = mean_gradient(load_upto(gradient + i, n - i, 0.0f), weight, clip);
    f32x16 first = fma16(beta1, load_upto(m + i, n - i, 0.0f), rest1 * g);
    f32x16 second = fma16(beta2, load_upto(v + i, n - i, 0.0f), rest2 * (g * g));
    store_upto(m + i, first, n - i);
    store_upto(v + i, second, n - i);
    f32x16 denominator = __builtin_elementwise_sqrt(second) / root + epsilon;
    f32x16 value = load_upto(w + i, n - i, 0.0f);
    store_upto(gradient + i, fma16(decay, value, step * first / denominator), n - i);
  }
}

static void add_scaled(float *y, const float *x, size_t n, float factor) {
  f32x16 a = splat(factor);
  for (size_t i = 0; i < n; i += 16)
    store_upto(y + i, fma16(a, load_upto(x + i, n - i, 0.0f), load_upto(y + i, n - i, 0.0f)), n - i);
}

static void moving_average(float *average, const float *x, size_t n, float decay, float rest) {
  f32x16 keep = splat(decay), take = splat(rest);
  for (size_t i = 0; i < n; i += 16)
    store_upto(
        average + i, fma16(keep, load_upto(average + i, n - i, 0.0f), take * load_upto(x + i, n - i, 0.0f)), n - i);
}

static void add_arrays(float *y, const float *x, size_t n) {
  for (size_t i = 0; i < n; i += 16)
    store_upto(y + i, load_upto(y + i, n - i, 0.0f) + load_upto(x + i, n - i, 0.0f), n - i);
}
