// exp, expm1 and tanh.
#include "ck_elementary.h"

#include "exp_parts.h"

double ck_exp(double x) {
  if (!(magnitude_of(x) <= 708.0)) {
    if (x != x) return not_a_number();
    if (x > 710.0) return __builtin_inf();
    if (x < -746.0) return 0.0;
  }
  return double_of_exp(parts_of_exp(x, 0.0));
}

/// e^x - 1 for 1/8 <= |x| <= 50.
PURE pair growth_of(double x) {
  exp_parts e = parts_of_exp(x, 0.0);
  double scale = power_of_two(e.power);
  pair s = exact_sum(e.value.high * scale, -1.0);
  return ordered_sum(s.high, s.low + e.value.low * scale);
}

/// Below 1/8 x + x^2 / 2 + x^3 P(x), the square with its rounding error.
double ck_expm1(double x) {
  double size = magnitude_of(x);
  if (size < 0.125) {
    if (size < 0x1p-54) return x;
    pair half = exact_product(x, 0.5 * x), s = ordered_sum(x, half.high);
    return s.high + (s.low + (half.low + x * x * x * POLYNOMIAL(expm1_series, x)));
  }
  if (x != x) return not_a_number();
  if (x < -40.0) return -1.0;
  if (x > 50.0) return ck_exp(x);  // 1 is less than 2^-72 of it
  return growth_of(x).high;
}

/// Below 1/16 x + x^3 P(x^2); (e^2x - 1) / (e^2x + 1) above.
double ck_tanh(double x) {
  double size = magnitude_of(x);
  if (size < 0.0625) return size < 0x1p-28 ? x : x + x * x * x * POLYNOMIAL(tanh_series, x * x);
  if (x != x) return not_a_number();
  double y = 1.0;
  if (size < 20.0) {
    pair growth = growth_of(2.0 * size), sum = exact_sum(growth.high, 2.0);
    pair quotient = quotient_of_pairs(growth, (pair){sum.high, sum.low + growth.low});
    y = quotient.high;
  }
  return x < 0.0 ? -y : y;
}
