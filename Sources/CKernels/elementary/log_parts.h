// log x in parts: what log, log1p, pow and lgamma have in common.
#ifndef PTRAIN_LOG_PARTS_H
#define PTRAIN_LOG_PARTS_H

#include "pairs.h"
#include "tables_log.h"

/// log x = high + r - r^2 / 2 + ... + low; high + r comes exactly as `ordered_sum`: high is 0 or the greater.
typedef struct {
  double r, high, low;
  double scale;  ///< what r grows by where x grows by 1
  int power;     ///< of two
} log_parts;

/// x > 0, normal; `power` is added to that of two. With m = x 2^-k in 1 ... 2 and c from the table, r = c m - 1, |r| <=
/// 2^-7: exact, because c has eight bits after the point and m - 1 has 52.
PURE log_parts parts_of_log(double x, int power) {
  uint64_t bits = bits_of(x);
  int part = (int)(bits >> 45 & 127), k = (int)(bits >> 52) - 1023;
  double m = of_bits((bits & 0xfffffffffffff) | 0x3ff0000000000000), upper = upper_half(m);
  const double *row = log_table[part];
  double r = (upper * row[0] - 1.0) + (m - upper) * row[0];
  int n = k + power + (part >= 53);
  double scale = k <= 1022 ? of_bits((uint64_t)(1023 - k) << 52) * row[0] : 0.0;
  return (log_parts){r, n * LN2_HIGH_PART + row[1], n * LN2_LOW_PART + row[2], scale, n};
}

/// log x to less than 2^-67 of it, `rest` being what r lacks.
PURE pair pair_of_log(log_parts l, double rest) {
  double r = l.r;
  pair sum = ordered_sum(l.high, r), square = exact_product(r, -0.5 * r), s = ordered_sum(sum.high, square.high);
  double cube = r * r * r * POLYNOMIAL(log_series, r);
  return ordered_sum(s.high, s.low + (sum.low + (square.low + (cube + (l.low + (rest - rest * r))))));
}

/// log x rounded; to r comes `rest`, of which as much as r changes the logarithm has been taken off.
PURE double double_of_log(log_parts l, double rest) {
  double r = l.r;
  pair sum = ordered_sum(l.high, r);
  const double *c = log_series;
  double square = r * r, tail = (c[0] + r * c[1]) + square * ((c[2] + r * c[3]) + square * (c[4] + r * c[5]));
  return sum.high + (sum.low + ((square * (-0.5 + r * tail) + rest) + l.low));
}

#endif
