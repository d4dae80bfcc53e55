// pow.
#include "ck_elementary.h"

#include "exp_parts.h"
#include "log_parts.h"

/// 2 for an even number, 1 for an odd one, 0 for what is not whole; from 2^53 on every double is even.
PURE int wholeness(double y) {
  double size = magnitude_of(y);
  if (size >= 0x1p53) return 2;
  int64_t whole = (int64_t)size;
  if ((double)whole != size) return 0;
  return whole & 1 ? 1 : 2;
}

/// |x|^y = e^(y log |x|), the logarithm to 2^-67 of it, so that 745 times as much costs less than 0.02 units in the
/// last place.
double ck_pow(double x, double y) {
  if (y == 0.0 || x == 1.0) return 1.0;
  if (x != x || y != y) return not_a_number();
  double size = magnitude_of(x), infinite = __builtin_inf();
  int whole = bits_of(x) >> 63 ? wholeness(y) : 2;  // does not matter for others
  double sign = whole == 1 ? -1.0 : 1.0;
  if (magnitude_of(y) == infinite) return size == 1.0 ? 1.0 : (size > 1.0) == (y > 0.0) ? infinite : 0.0;
  if (size == 0.0 || size == infinite) return sign * ((size == 0.0) == (y < 0.0) ? infinite : 0.0);
  if (x < 0.0 && whole == 0) return not_a_number();
  if (size == 1.0) return sign;
  // |log| is between 2^-53 and 745.
  if (magnitude_of(y) > 0x1p70) return sign * ((size > 1.0) == (y > 0.0) ? infinite : 0.0);
  if (magnitude_of(y) < 0x1p-70) return sign;
  int is_small = size < 0x1p-1022;
  pair log = pair_of_log(parts_of_log(is_small ? size * 0x1p54 : size, is_small ? -54 : 0), 0.0);
  pair t = exact_product(y, log.high);
  if (t.high > 710.0) return sign * infinite;
  if (t.high < -746.0) return sign * 0.0;
  return sign * double_of_exp(parts_of_exp(t.high, t.low + y * log.low));
}
