// What happens to summed gradients beside the plain updates. Element by element: any cut of the arrays gives the same
// bits.
#ifndef PTRAIN_CK_GRADIENT_H
#define PTRAIN_CK_GRADIENT_H

#include "ck_update.h"

/// Scalars of `ck_prepare_gradient`.
struct ck_preparation {
  float weight;  ///< as in ck_sgd
  float clip;    ///< as in ck_sgd
  float limit;   ///< greatest size of an element after that; infinity for none
  float l1;      ///< penalty l1 |w|: g += l1 sign(w)
  float l2;      ///< penalty l2 w^2 / 2: g += l2 w
};

/// gradient = min(max(gradient / weight * clip, -limit), limit) + l1 sign(w) + l2 w, in place.
typedef void (*ck_prepare_gradient)(
    const float *_Nonnull w, float *_Nonnull gradient, size_t n, struct ck_preparation parameters);

/// LARS (You, Gitman and Ginsburg 2017, algorithm 1): m = momentum m + rate (g + decay w); w -= m.
typedef void (*ck_lars_update)(
    float *_Nonnull w, const float *_Nonnull g, float *_Nonnull m, size_t n, float momentum, float decay, float rate);

/// LAMB (You et al. 2020, algorithm 2): updates the moments and puts the direction into `gradient`:
/// step m / (sqrt(v) / root + epsilon) + decay w, where step = 1 / (1 - beta1^t).
typedef void (*ck_lamb_direction)(
    const float *_Nonnull w, float *_Nonnull gradient, float *_Nonnull m, float *_Nonnull v, size_t n,
    struct ck_adam parameters);

/// y += factor x.
typedef void (*ck_add_scaled)(float *_Nonnull y, const float *_Nonnull x, size_t n, float factor);

/// y += x.
typedef void (*ck_add_arrays)(float *_Nonnull y, const float *_Nonnull x, size_t n);

/// average = decay average + rest x.
typedef void (*ck_moving_average)(float *_Nonnull average, const float *_Nonnull x, size_t n, float decay, float rest);

#endif
