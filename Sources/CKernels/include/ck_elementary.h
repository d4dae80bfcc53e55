// Elementary functions in double of our own: the same bits on every CPU, which those of the C library have not. Only +
// - * /, rounding to whole numbers, operations on bits and integers, without contraction: no result depends on whether
// the CPU has fused multiply-adds, or on the version of a library. Errors against values of arbitrary precision
// (Tests/DoubleFunctions): at most 0.65 units in the last place, 0.75 where results are subnormal. Special values are
// those of C's annex F; every NaN that comes back is the positive quiet one without payload. No flags are raised, errno
// is not set. The rounding mode must be to nearest, and subnormal numbers must not be flushed where arguments or
// results are such.
#ifndef PTRAIN_CK_ELEMENTARY_H
#define PTRAIN_CK_ELEMENTARY_H

double ck_exp(double x);
double ck_expm1(double x);
double ck_log(double x);
double ck_log1p(double x);

/// x to the power y, with all of annex F's cases: 1 for x = 1 or y = 0 even where the other is NaN.
double ck_pow(double x, double y);

/// Any finite x is reduced with as many bits of 2 / pi as it takes.
double ck_sin(double x);
double ck_cos(double x);

double ck_tanh(double x);
double ck_erf(double x);

/// log |Gamma(x)|; inf at 0 and the negative whole numbers. Between -20 and -2, near its zeros, the error may be 2^-88
/// even where that is more than a unit in the last place.
double ck_lgamma(double x);

#endif
