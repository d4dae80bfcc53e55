// Losses of rows of outputs. Rows are independent, so any cut of the rows gives the same bits.
#ifndef PTRAIN_CK_LOSS_H
#define PTRAIN_CK_LOSS_H

#include <stddef.h>

/// Rows of outputs `p`, targets `y` and weights, and where their losses and gradients go.
///
/// losses[r] = weights[r] * factor * sum over j of value(p[r][j], y[r][j]), in double;
/// gradient[r][j] = weights[r] * (scale * slope(p[r][j], y[r][j])).
struct ck_loss_rows {
  const float *_Nonnull p;
  size_t p_stride;
  const float *_Nonnull y;
  size_t y_stride;
  const float *_Nonnull weights;
  size_t rows, width;
  double factor;
  float scale;  ///< factor as a float
  float a, b;   ///< parameters of the loss
  int adds;     ///< not 0: added to `losses` instead of written
  double *_Nonnull losses;
  float *_Nonnull gradient;
  size_t gradient_stride;
};

typedef void (*ck_element_loss)(const struct ck_loss_rows *_Nonnull rows);

#endif
