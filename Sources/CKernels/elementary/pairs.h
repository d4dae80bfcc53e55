// Numbers of twice the precision as sums of two doubles, without fused multiply-adds: the same bits with them and
// without.
#ifndef PTRAIN_PAIRS_H
#define PTRAIN_PAIRS_H

#include <stdint.h>

#define PURE static inline __attribute__((always_inline, unused))

/// high + low; high is the sum rounded, unless stated.
typedef struct {
  double high, low;
} pair;

PURE uint64_t bits_of(double x) { return __builtin_bit_cast(uint64_t, x); }
PURE double of_bits(uint64_t bits) { return __builtin_bit_cast(double, bits); }
PURE double magnitude_of(double x) { return __builtin_fabs(x); }

/// 2^k for -1022 <= k <= 1023.
PURE double power_of_two(int k) { return of_bits((uint64_t)(k + 1023) << 52); }

/// The one NaN that is returned: CPUs make others where an operation has no value.
PURE double not_a_number(void) { return of_bits(0x7ff8000000000000); }

/// a + b where |a| >= |b| or a = 0, exactly.
PURE pair ordered_sum(double a, double b) {
  double s = a + b;
  return (pair){s, b - (s - a)};
}

/// a + b, exactly.
PURE pair exact_sum(double a, double b) {
  double s = a + b, t = s - a;
  return (pair){s, (a - (s - t)) + (b - t)};
}

/// The upper 26 of a number's 53 bits.
PURE double upper_half(double x) { return of_bits(bits_of(x) & ~(uint64_t)0x7ffffff); }

/// a b, but for 2^-106 of it: of the four products of halves only the last can round.
PURE pair exact_product(double a, double b) {
  double p = a * b, upper_a = upper_half(a), lower_a = a - upper_a, upper_b = upper_half(b), lower_b = b - upper_b;
  return (pair){p, (((upper_a * upper_b - p) + upper_a * lower_b) + lower_a * upper_b) + lower_a * lower_b};
}

PURE pair sum_of_pairs(pair a, pair b) {
  pair s = exact_sum(a.high, b.high), t = exact_sum(a.low, b.low);
  s = ordered_sum(s.high, s.low + t.high);
  return ordered_sum(s.high, s.low + t.low);
}

PURE pair product_of_pairs(pair a, pair b) {
  pair p = exact_product(a.high, b.high);
  return ordered_sum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

PURE pair quotient_of_pairs(pair a, pair b) {
  double first = a.high / b.high;
  pair p = exact_product(first, b.high);
  double second = (((a.high - p.high) - p.low) + (a.low - first * b.low)) / b.high;
  return ordered_sum(first, second);
}

/// c[0] + c[1] x + ... + c[count - 1] x^(count - 1).
PURE double polynomial(const double *c, int count, double x) {
  double y = c[count - 1];
  for (int i = count - 2; i >= 0; i--) y = y * x + c[i];
  return y;
}
#define POLYNOMIAL(c, x) polynomial(c, sizeof(c) / sizeof((c)[0]), x)

#endif
