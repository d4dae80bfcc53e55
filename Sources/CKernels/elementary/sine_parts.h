// Sine and cosine of -pi/4 ... pi/4, and the reduction to it: what sin, cos and lgamma have in common.
#ifndef PTRAIN_SINE_PARTS_H
#define PTRAIN_SINE_PARTS_H

#include "pairs.h"
#include "tables_sine.h"

/// The part of the table that r falls into, and how far from its middle: |r| = i / 64 + rest.
PURE const double *sine_part(pair r, double *rest) {
  double size = magnitude_of(r.high), shifted = size * 64.0 + 0x1.8p52, middle = (shifted - 0x1.8p52) * 0x1p-6;
  *rest = (size - middle) + (r.high < 0.0 ? -r.low : r.low);
  return sine_parts[(uint32_t)bits_of(shifted)];
}

/// sin r, |r| <= pi / 4, not added up. Near 0 a series; elsewhere sin(a + t) = sin a cos t + cos a sin t.
PURE pair sine_of(pair r) {
  double x = r.high;
  if (magnitude_of(x) < 0.0625) return (pair){x, r.low + x * x * x * POLYNOMIAL(sine_series, x * x)};
  double t;
  const double *part = sine_part(r, &t);
  double square = t * t, sine = t * square * POLYNOMIAL(sine_series, square);
  double cosine = square * POLYNOMIAL(cosine_series, square);
  double low = part[2] * t + (part[1] + (part[3] * t + (part[0] * cosine + part[2] * sine)));
  return x < 0.0 ? (pair){-part[0], -low} : (pair){part[0], low};
}

/// cos r, |r| <= pi / 4, not added up: cos(a + t) = cos a cos t - sin a sin t.
PURE pair cosine_of(pair r) {
  double t;
  const double *part = sine_part(r, &t);
  double square = t * t, sine = t * square * POLYNOMIAL(sine_series, square);
  double cosine = square * POLYNOMIAL(cosine_series, square);
  return (pair){part[2], (part[3] + (part[2] * cosine - part[0] * sine)) - part[0] * t};
}

/// r = x - q pi / 2, |r| <= pi / 4, for finite |x| >= 2^-27; returns q mod 4.
///
/// x = m 2^e with a whole m of 53 bits. Bits of 2 / pi whose product with 2^e is a multiple of 4 are left out; m times
/// the 192 bits from there on, without what overflows, is q mod 4 in its first two bits and a fraction in the others,
/// to 2^-137. No double lies closer to a multiple of pi / 2 than 2^-61 of it (about), so 2^-75 of r is the most that is
/// lost.
PURE int reduce(double x, pair *r) {
  uint64_t bits = bits_of(x), m = (bits & 0xfffffffffffff) | 0x10000000000000;
  int e = (int)(bits >> 52 & 0x7ff) - 1075;
  int first = 62 + e;  // the place of the first bit, counted from the first of `two_over_pi`: that of weight 2^(1 - e)
  uint64_t w[3];
  for (int i = 0; i < 3; i++) {
    int place = first + 64 * i, word = place >> 6, shift = place & 63;
    uint64_t high = word < 0 ? 0 : two_over_pi[word], low = word + 1 < 0 ? 0 : two_over_pi[word + 1];
    w[i] = shift ? high << shift | low >> (64 - shift) : high;
  }
  unsigned __int128 lowest = (unsigned __int128)m * w[2];
  unsigned __int128 middle = (unsigned __int128)m * w[1] + (uint64_t)(lowest >> 64);
  uint64_t top = m * w[0] + (uint64_t)(middle >> 64), next = (uint64_t)middle, last = (uint64_t)lowest;

  int quarter = (int)(top >> 62);
  top <<= 2;
  top |= next >> 62;
  next = next << 2 | last >> 62;
  last <<= 2;
  int is_negative = top >> 63;  // the fraction is 1/2 or more: the next multiple is nearer
  if (is_negative) {
    quarter++;
    last = ~last, next = ~next, top = ~top;  // less than the fraction's complement by the last bit of all
  }
  int zeros = 0;
  while (top == 0) top = next, next = last, last = 0, zeros += 64;
  int shift = __builtin_clzll(top);
  if (shift) {
    top = top << shift | next >> (64 - shift);
    next = next << shift | last >> (64 - shift);
  }
  zeros += shift;
  // 53 bits, and the 53 that follow.
  double high = (double)(top >> 11) * power_of_two(-53 - zeros);
  double low = (double)((top & 0x7ff) << 42 | next >> 22) * power_of_two(-106 - zeros);
  pair y = exact_product(high, PI_HALF_HIGH);
  y = ordered_sum(y.high, y.low + (high * PI_HALF_LOW + low * PI_HALF_HIGH));
  if (is_negative != (x < 0.0)) y = (pair){-y.high, -y.low};
  *r = y;
  return x < 0.0 ? -quarter & 3 : quarter & 3;
}

#endif
