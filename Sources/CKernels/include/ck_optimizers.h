// Optimizers beyond gradient descent and Adam. Every element is updated by itself, so any cut of the arrays gives the same
// bits. Returned is what ck_update.h says. Scalars that depend on the step are computed by the caller in double and rounded once.
#ifndef PTRAIN_CK_OPTIMIZERS_H
#define PTRAIN_CK_OPTIMIZERS_H

#include <stddef.h>

/// What all do with a gradient sum first: g = gradient / weight * clip + decay * w.
struct ck_mean {
  float weight;
  float clip;
  float decay;
};

struct ck_rmsprop {
  float rate;
  float alpha, rest;  ///< decay of the averages, and 1 - alpha
  float epsilon;
  float momentum;
};

struct ck_moments {
  float beta1, rest1;
  float beta2, rest2;
  float epsilon;
  float root;           ///< square root of the second bias correction
  float first_rate;     ///< what the first moment is multiplied by
  float gradient_rate;  ///< what the gradient itself is multiplied by (NAdam)
  int divides;          ///< 0: no division by the root of the second moment (RAdam's first steps)
};

/// s += g^2; w -= rate g / (sqrt(s + start) + epsilon).
typedef int (*ck_adagrad_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nonnull s, size_t n, struct ck_mean mean, float rate,
    float start, float epsilon);

/// v = keep v + rest g^2; d = sqrt(u + epsilon) / sqrt(v + epsilon) g; u = keep u + rest d^2; w -= rate d.
typedef int (*ck_adadelta_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nonnull v, float *_Nonnull u, size_t n,
    struct ck_mean mean, float rate, float keep, float rest, float epsilon);

/// v = alpha v + rest g^2; w -= rate g / (sqrt(v) + epsilon); v less the squared average of g where `mean_of` is there,
/// with momentum where `m` is there.
typedef int (*ck_rmsprop_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nonnull v, float *_Nullable mean_of, float *_Nullable m,
    size_t n, struct ck_mean mean, struct ck_rmsprop parameters);

/// w -= (first_rate m + gradient_rate g) / (sqrt(v) / root + epsilon).
typedef int (*ck_moments_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nonnull m, float *_Nonnull v, size_t n,
    struct ck_mean mean, struct ck_moments parameters);

/// As Adam, dividing by the greatest second moment so far.
typedef int (*ck_amsgrad_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nonnull m, float *_Nonnull v, float *_Nonnull most,
    size_t n, struct ck_mean mean, struct ck_moments parameters);

/// w = w - shrink w - first_rate sign(beta1 m + rest1 g); m = beta2 m + rest2 g.
typedef int (*ck_lion_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nonnull m, size_t n, struct ck_mean mean,
    struct ck_moments parameters, float shrink);

#endif
