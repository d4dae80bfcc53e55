// sin and cos.
#include "ck_elementary.h"

#include "sine_parts.h"

double ck_sin(double x) {
  double size = magnitude_of(x);
  if (size < 0x1p-27) return x;
  if (!(size < __builtin_inf())) return not_a_number();
  pair r = {x, 0.0};
  int quarter = size <= 0.78 ? 0 : reduce(x, &r);
  pair y = quarter & 1 ? cosine_of(r) : sine_of(r);
  double value = y.high + y.low;
  return quarter & 2 ? -value : value;
}

double ck_cos(double x) {
  double size = magnitude_of(x);
  if (size < 0x1p-27) return 1.0;
  if (!(size < __builtin_inf())) return not_a_number();
  pair r = {x, 0.0};
  int quarter = size <= 0.78 ? 0 : reduce(x, &r);
  pair y = quarter & 1 ? sine_of(r) : cosine_of(r);
  double value = y.high + y.low;
  return (quarter + 1) & 2 ? -value : value;
}
