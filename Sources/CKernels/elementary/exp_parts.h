// e^x in parts: what exp, expm1, tanh and pow have in common.
#ifndef PTRAIN_EXP_PARTS_H
#define PTRAIN_EXP_PARTS_H

#include "pairs.h"
#include "tables_exp.h"

/// 2^power (high + low), 0.99 < high < 2.01; high + low is off by less than 2^-61 of it.
typedef struct {
  pair value;
  int power;
} exp_parts;

/// e^(x + rest) for |x| <= 746, |rest| at most a unit in the last place of x: n steps of ln(2) / 128 and r, |r| <=
/// ln(2) / 256.
PURE exp_parts parts_of_exp(double x, double rest) {
  double shifted = x * EXP_STEPS + 0x1.8p52, n = shifted - 0x1.8p52;  // leaves n in the low bits
  int steps = (int)(int32_t)(uint32_t)bits_of(shifted);
  double near = x - n * EXP_STEP_HIGH, off = n * EXP_STEP_LOW;  // the first is exact
  double r = near - off, lost = ((near - r) - off) + rest;
  const double *c = exp_series;
  double growth = r + (lost + r * (lost + r * ((c[0] + r * c[1]) + r * r * (c[2] + r * c[3]))));
  const double *power = exp_powers[steps & 127];
  return (exp_parts){ordered_sum(power[0], power[1] + power[0] * growth), steps >> 7};
}

/// The double next to 2^power (high + low), subnormal ones too.
PURE double double_of_exp(exp_parts e) {
  if (e.power >= -1021 || (e.power == -1022 && e.value.high >= 1.0)) {
    int half = e.power >> 1;
    return e.value.high * power_of_two(half) * power_of_two(e.power - half);
  }
  // What is added has the result's last place as its own: the sum is rounded there, once.
  double unit = power_of_two(-1022 - e.power);
  pair s = ordered_sum(unit, e.value.high);
  double rounded = (s.high + (s.low + e.value.low)) - unit;
  return rounded * 0x1p-1000 * power_of_two(e.power + 1000);
}

#endif
