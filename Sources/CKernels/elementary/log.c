// log and log1p.
#include "ck_elementary.h"

#include "log_parts.h"

double ck_log(double x) {
  int power = 0;
  if (!(x >= 0x1p-1022 && x < __builtin_inf())) {
    if (x == 0.0) return -__builtin_inf();
    if (!(x > 0.0)) return not_a_number();
    if (x == __builtin_inf()) return x;
    x *= 0x1p54;
    power = -54;
  }
  return double_of_log(parts_of_log(x, power), 0.0);
}

/// log u with u = 1 + x, and what the rounding of u loses put into r; near 0, r is x.
double ck_log1p(double x) {
  if (magnitude_of(x) < 0x1p-54) return x;
  if (!(x > -1.0 && x < __builtin_inf())) {
    return x == -1.0 ? -__builtin_inf() : x == __builtin_inf() ? x : not_a_number();
  }
  pair u = exact_sum(x, 1.0);
  log_parts l = parts_of_log(u.high, 0);
  double rest = 0.0;
  if (l.high == 0.0) {
    l.r = x;
  } else {
    rest = u.low * l.scale;  // log(1 + r + rest) = log(1 + r) + rest / (1 + r) + ...
    rest -= rest * l.r;
  }
  return double_of_log(l, rest);
}
