// lgamma.
#include "ck_elementary.h"

#include "log_parts.h"
#include "sine_parts.h"
#include "tables_gamma.h"

PURE pair negative(pair a) { return (pair){-a.high, -a.low}; }

/// log x, x > 0 and normal, to about 2^-96 of the greater of it and 1: log(1 + r) by Horner's rule in pairs.
static pair log_of_pair(pair x) {
  log_parts l = parts_of_log(x.high, 0);
  pair r = exact_sum(l.r, x.low * l.scale), sum = {0.0, 0.0};
  for (int n = 15; n >= 1; n--) {
    pair inverse = quotient_of_pairs((pair){1.0, 0.0}, (pair){n, 0.0});
    sum = sum_of_pairs(inverse, negative(product_of_pairs(r, sum)));
  }
  return sum_of_pairs(ordered_sum(l.high, l.low), product_of_pairs(r, sum));
}

/// log Gamma(x), x >= 16: (x - 1/2) log x - x + log(2 pi) / 2 + B(2) / (2 x) + ...
static pair stirling(pair x) {
  pair inverse = quotient_of_pairs((pair){1.0, 0.0}, x), square = product_of_pairs(inverse, inverse), sum = {0.0, 0.0};
  for (int n = 15; n >= 0; n--) {
    sum = sum_of_pairs((pair){stirling_series[n][0], stirling_series[n][1]}, product_of_pairs(square, sum));
  }
  sum = sum_of_pairs((pair){HALF_LOG_2PI_HIGH, HALF_LOG_2PI_LOW}, product_of_pairs(inverse, sum));
  pair main = product_of_pairs(sum_of_pairs(x, (pair){-0.5, 0.0}), log_of_pair(x));
  return sum_of_pairs(sum_of_pairs(main, negative(x)), sum);
}

/// log Gamma(i / 32 + t), not added up: Taylor's series, value and slope with their rounding errors, exact zeros at 1
/// and 2.
PURE pair piece_of_lgamma(uint32_t i, double t) {
  const double *row = gamma_pieces[i - 16];
  pair first = exact_product(row[2], t), s = exact_sum(row[0], first.high);
  return (pair){s.high, s.low + (first.low + (row[1] + (row[3] * t + t * t * polynomial(row + 4, 10, t))))};
}

/// i = round(32 x), and x - i / 32.
PURE uint32_t nearest_piece(double x, double *t) {
  double shifted = x * 32.0 + 0x1.8p52;
  *t = x - (shifted - 0x1.8p52) * 0x1p-5;
  return (uint32_t)bits_of(shifted);
}

/// log Gamma(x + 1) - log x, 0 < x < 1/2; x + 1 is never rounded.
static double lgamma_below(double x) {
  double t;
  pair y = piece_of_lgamma(32 + nearest_piece(x, &t), t), log = pair_of_log(parts_of_log(x, 0), 0.0);
  pair s = exact_sum(-log.high, y.high);
  return s.high + (s.low + (y.low - log.low));
}

/// log Gamma(x - n) + log((x - 1) ... (x - n)), 5/2 < x < 16 and 3/2 < x - n <= 5/2.
static double lgamma_above(double x) {
  pair product = {1.0, 0.0};
  while (x > 2.5) {
    x -= 1.0;  // exact: x keeps its last place or gets a finer one
    pair p = exact_product(product.high, x);
    product = ordered_sum(p.high, p.low + product.low * x);
  }
  double t;
  uint32_t i = nearest_piece(x, &t);
  log_parts l = parts_of_log(product.high, 0);
  pair y = piece_of_lgamma(i, t), log = pair_of_log(l, product.low * l.scale), s = exact_sum(log.high, y.high);
  return s.high + (s.low + (y.low + log.low));
}

/// Stirling's formula for 16 <= x <= 2^60, all but the first two terms in one double: they are a thirtieth of the
/// result at most.
static double lgamma_large(double x) {
  pair log = pair_of_log(parts_of_log(x, 0), 0.0), factor = exact_sum(x, -0.5);
  pair main = exact_product(factor.high, log.high);
  double inverse = 1.0 / x, square = inverse * inverse, sum = stirling_series[7][0];
  for (int n = 6; n >= 0; n--) sum = sum * square + stirling_series[n][0];
  pair s = exact_sum(main.high, -x);
  double low = main.low + (factor.high * log.low + factor.low * log.high);
  return s.high + ((s.low + low) + (HALF_LOG_2PI_HIGH + inverse * sum));
}

/// log Gamma(x + n) - log |x (x + 1) ... (x + n - 1)|, 16 <= x + n < 17; for -20 < x < 0.
static double lgamma_shifted(double x) {
  pair product = {1.0, 0.0}, at = {x, 0.0};
  for (int n = 1; at.high < 16.0; n++) {
    product = product_of_pairs(product, at);
    at = exact_sum(n, x);
  }
  if (product.high < 0.0) product = negative(product);
  return sum_of_pairs(stirling(at), negative(log_of_pair(product))).high;
}

/// log(pi / |x sin(pi x)|) - log Gamma(-x) for x <= -20, where no double is near a zero; `rest` is x without the
/// nearest whole number.
static double lgamma_reflected(double x, double rest) {
  double size = magnitude_of(rest), from = size > 0.25 ? 0.5 - size : size;
  pair angle = product_of_pairs((pair){PI_HIGH, PI_LOW}, (pair){from, 0.0});
  pair sine = size > 0.25 ? cosine_of(angle) : sine_of(angle);
  pair divisor = product_of_pairs(ordered_sum(sine.high, sine.low), (pair){-x, 0.0});
  pair reflection = sum_of_pairs((pair){LOG_PI_HIGH, LOG_PI_LOW}, negative(log_of_pair(divisor)));
  return sum_of_pairs(reflection, negative(stirling((pair){-x, 0.0}))).high;
}

double ck_lgamma(double x) {
  if (x != x) return not_a_number();
  double size = magnitude_of(x), infinite = __builtin_inf();
  if (size == infinite) return infinite;
  if (size < 0x1p-60) return -ck_log(size);
  if (x > 0.0 && x < 0.5) return lgamma_below(x);
  if (x >= 0.5 && x <= 2.5) {
    double t;
    uint32_t i = nearest_piece(x, &t);
    pair y = piece_of_lgamma(i, t);
    return y.high + y.low;
  }
  if (x > 2.5 && x < 16.0) return lgamma_above(x);
  if (x > 0x1p60) {  // what is left out is less than 2^-60 of it
    pair log = pair_of_log(parts_of_log(x, 0), 0.0), factor = exact_sum(-1.0, log.high);
    pair y = exact_product(x, factor.high);
    return y.high == infinite ? infinite : y.high + (y.low + x * (factor.low + log.low));
  }
  if (x >= 16.0) return lgamma_large(x);
  double rest = x - __builtin_rint(x);
  if (x < 0.0 && rest == 0.0) return infinite;
  return x > -20.0 ? lgamma_shifted(x) : lgamma_reflected(x, rest);
}
