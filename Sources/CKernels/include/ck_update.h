// Optimizer updates. Every element is updated by itself, so any cut of the arrays gives the same bits. All return 1
// where everything that they stored is finite; 0 may also come from what lies behind the end of an array.
#ifndef PTRAIN_CK_UPDATE_H
#define PTRAIN_CK_UPDATE_H

#include <stddef.h>

/// What both updates do with a gradient sum first: g = gradient / weight * clip, plus `decay` * w when coupled.
struct ck_sgd {
  float learning_rate;
  float momentum;  ///< 0: plain gradient descent; the momentum array is then neither read nor written and may be null
  float decay;     ///< coupled weight decay: g += decay * w
  float weight;    ///< W, the total weight of the batch; the gradient sum is divided by it (IEEE division)
  float clip;      ///< factor after the division; 1 for none
  int nesterov;    ///< not 0: step along g + momentum * m
};

/// g = gradient / weight * clip + decay * w; m = momentum * m + g; w -= learning_rate *
/// (nesterov ? g + momentum * m : m).
typedef int (*ck_sgd_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nullable m, size_t n, struct ck_sgd parameters);

/// Scalars of Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019). The caller computes in double and
/// rounds once: step = learning_rate / (1 - beta1^t), root = sqrt(1 - beta2^t), shrink = learning_rate * decay.
struct ck_adam {
  float beta1, one_minus_beta1;
  float beta2, one_minus_beta2;
  float epsilon;
  float step;    ///< learning rate over the first bias correction
  float root;    ///< square root of the second bias correction
  float decay;   ///< coupled weight decay (Adam): g += decay * w; 0 for AdamW
  float shrink;  ///< decoupled weight decay (AdamW): w -= shrink * w; 0 for Adam
  float weight;  ///< as in ck_sgd
  float clip;    ///< as in ck_sgd
};

/// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w = w - shrink w - step * m / (sqrt(v) / root +
/// epsilon).
typedef int (*ck_adam_update)(
    float *_Nonnull w, const float *_Nonnull gradient, float *_Nonnull m, float *_Nonnull v, size_t n,
    struct ck_adam parameters);

#endif
