// erf.
#include "ck_elementary.h"

#include "pairs.h"
#include "tables_erf.h"

/// Below 1/4 2 x / sqrt(pi) + x^3 P(x^2), the first with its rounding error; above, Taylor's series about the nearest
/// sixteenth; 1 from 6 on.
double ck_erf(double x) {
  double size = magnitude_of(x);
  if (size < 0.25) {
    if (size < 0x1p-900) return x == 0.0 ? x : 0x1p-200 * ck_erf(0x1p200 * x);  // halves of products would vanish
    pair more = exact_product(x, ERF_SLOPE_HIGH), s = ordered_sum(x, more.high);
    return s.high + (s.low + (more.low + (x * ERF_SLOPE_LOW + x * x * x * POLYNOMIAL(erf_series, x * x))));
  }
  if (x != x) return not_a_number();
  double y = 1.0;
  if (size < 6.0) {
    double shifted = size * 16.0 + 0x1.8p52, t = size - (shifted - 0x1.8p52) * 0x1p-4;
    const double *row = erf_pieces[(uint32_t)bits_of(shifted) - 4];
    y = row[0] + (row[1] + t * polynomial(row + 2, 11, t));
  }
  return x < 0.0 ? -y : y;
}
