// Optimizers beyond gradient descent and Adam. Every element is updated by itself, so any cut of the arrays gives the
// same bits. Returned is what ck_update.h says. Scalars that depend on the step are computed by the caller in double
// and rounded once.
//
//   adagrad   s0 += g^2; w -= rate g / (sqrt(s0 + start) + epsilon)
//   adadelta  s0 = beta2 s0 + rest2 g^2; d = sqrt(s1 + epsilon) / sqrt(s0 + epsilon) g; s1 = beta2 s1 + rest2 d^2;
//             w -= rate d
//   moments   s0 = beta1 s0 + rest1 g; s1 = beta2 s1 + rest2 g^2;
//             w -= (rate s0 + gradient_rate g) / (sqrt(s1) / root + epsilon), not divided where `divides` is 0
//   amsgrad   as Adam, dividing by s2, the greatest second moment so far
//   adamax    s1 is the greatest gradient: s1 = max(beta2 s1, |g| + epsilon); w -= rate s0 / s1
//   lion      w = w - shrink w - rate sign(beta1 s0 + rest1 g); s0 = beta2 s0 + rest2 g; no coupled decay
//
// g is the gradient sum / weight * clip + decay * w.
#ifndef PTRAIN_CK_OPTIMIZERS_H
#define PTRAIN_CK_OPTIMIZERS_H

#include <stddef.h>

/// Scalars of one step: each optimizer reads those of its formula.
struct ck_step {
  float weight;  ///< as in ck_sgd
  float clip;    ///< as in ck_sgd
  float decay;   ///< coupled weight decay
  float shrink;  ///< decoupled weight decay
  float rate;    ///< what the direction, or the first moment, is multiplied by
  float gradient_rate;  ///< what the gradient itself is multiplied by (NAdam)
  float beta1, rest1;
  float beta2, rest2;
  float epsilon;
  float root;   ///< square root of the second bias correction
  float start;  ///< what the sum of squares begins with (Adagrad)
  int divides;  ///< 0: no division by the root of the second moment (RAdam's first steps)
};

/// Updates weights and what the optimizer keeps: as many arrays as the list of kernels says, each as long as w.
typedef int (*ck_optimizer_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nonnull const *_Nonnull state, size_t n,
    struct ck_step step);

/// v = beta2 v + rest2 g^2; w -= rate g / (sqrt(v) + epsilon); v less the squared average of g where `mean_of` is
/// there, with momentum beta1 where `m` is there.
typedef int (*ck_rmsprop_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nonnull v, float *_Nullable mean_of, float *_Nullable m,
    size_t n, struct ck_step step);

#endif
