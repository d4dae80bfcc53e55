// The dispatch table: one per instruction-set level, all levels bit-equal.
#ifndef PTRAIN_CK_TABLE_H
#define PTRAIN_CK_TABLE_H

#include "ck_gather.h"
#include "ck_gradient.h"
#include "ck_loss.h"
#include "ck_math.h"
#include "ck_optimizers.h"
#include "ck_permutation.h"
#include "ck_philox.h"
#include "ck_program.h"
#include "ck_update.h"
#include "ck_wire.h"

struct ck_table {
  int isa;

  ck_map _Nonnull exp;    ///< e^x; results below 2^-126 are 0
  ck_map _Nonnull log;    ///< natural logarithm; -inf at zero and denormals, NaN below
  ck_map _Nonnull log1p;  ///< log(1 + x); -inf at -1, NaN below
  ck_map _Nonnull expm1;  ///< e^x - 1
  ck_map _Nonnull tanh;
  ck_map _Nonnull sigmoid;   ///< 1 / (1 + e^-x); results below 2^-126 are 0
  ck_map _Nonnull erf;
  ck_map _Nonnull softplus;  ///< log(1 + e^x)
  ck_map _Nonnull silu;      ///< x sigmoid(x)
  ck_map _Nonnull gelu;      ///< x Phi(x), Phi the normal distribution function (exact, not the tanh approximation)
  ck_map _Nonnull relu;      ///< max(x, 0)
  ck_map_with _Nonnull leaky_relu;  ///< x > 0 ? x : slope x
  ck_map_with _Nonnull elu;         ///< x > 0 ? x : alpha (e^x - 1)

  ck_map_backward _Nonnull relu_backward;             ///< from the output
  ck_map_backward_with _Nonnull leaky_relu_backward;  ///< from the output; slope >= 0
  ck_map_backward_with _Nonnull elu_backward;         ///< from the output; alpha >= 0
  ck_map_backward _Nonnull sigmoid_backward;          ///< from the output
  ck_map_backward _Nonnull tanh_backward;             ///< from the output
  ck_map_backward _Nonnull softplus_backward;         ///< from the input
  ck_map_backward _Nonnull silu_backward;             ///< from the input
  ck_map_backward _Nonnull gelu_backward;             ///< from the input

  ck_softmax_rows _Nonnull softmax_rows;
  ck_block_sums _Nonnull block_sums;     ///< of x
  ck_block_sums _Nonnull block_squares;  ///< of x^2, each square exact
  ck_sum _Nonnull sum;                   ///< of x
  ck_sum _Nonnull sum_of_squares;        ///< of x^2, each square exact

  ck_all_finite _Nonnull all_finite;

  ck_map64 _Nonnull exp64;    ///< e^x; results below 2^-1022 are 0
  ck_map64 _Nonnull expm1_64;
  ck_map64 _Nonnull log64;    ///< -inf at zero and subnormal numbers, NaN below
  ck_map64 _Nonnull log1p64;  ///< -inf at -1, NaN below
  ck_map64 _Nonnull softplus64;
  ck_map64 _Nonnull sigmoid64;
  ck_map64 _Nonnull tanh64;
  ck_map64 _Nonnull erf64;  ///< by `ck_erf`

  ck_element_loss _Nonnull squared_error_loss;
  ck_element_loss _Nonnull absolute_error_loss;
  ck_element_loss _Nonnull huber_loss;
  ck_element_loss _Nonnull smooth_absolute_loss;
  ck_element_loss _Nonnull squared_log_loss;
  ck_element_loss _Nonnull pinball_loss;
  ck_element_loss _Nonnull log_cosh_loss;
  ck_element_loss _Nonnull poisson_loss;
  ck_element_loss _Nonnull gamma_loss;
  ck_element_loss _Nonnull tweedie_loss;
  ck_element_loss _Nonnull binary_entropy_loss;
  ck_element_loss _Nonnull binary_focal_loss;
  ck_element_loss _Nonnull binary_poly_loss;
  ck_element_loss _Nonnull binary_hinge_loss;
  ck_element_loss _Nonnull binary_squared_hinge_loss;

  ck_random_words _Nonnull random_words;
  ck_random_uniform _Nonnull random_uniform;
  ck_random_normal _Nonnull random_normal;
  ck_dropout_rows _Nonnull dropout_rows;
  ck_gather_raw _Nonnull gather_raw;  ///< raw rows as float32

  ck_permute _Nonnull permute;

  ck_sgd_update _Nonnull sgd_update;
  ck_adam_update _Nonnull adam_update;
  ck_adagrad_update _Nonnull adagrad_update;
  ck_adadelta_update _Nonnull adadelta_update;
  ck_rmsprop_update _Nonnull rmsprop_update;
  ck_moments_update _Nonnull moments_update;
  ck_amsgrad_update _Nonnull amsgrad_update;
  ck_moments_update _Nonnull adamax_update;  ///< v is the greatest gradient: u = max(beta2 u, |g| + epsilon); w -= first_rate m / u
  ck_lion_update _Nonnull lion_update;
  ck_prepare_gradient _Nonnull prepare_gradient;
  ck_lars_update _Nonnull lars_update;
  ck_lamb_direction _Nonnull lamb_direction;
  ck_add_scaled _Nonnull add_scaled;
  ck_add_arrays _Nonnull add_arrays;
  ck_moving_average _Nonnull moving_average;

  ck_narrow _Nonnull narrow;
  ck_widen _Nonnull widen;

  ck_apply _Nonnull apply;
  ck_run_program _Nonnull run_program;
  ck_apply64 _Nonnull apply64;
  ck_run_values _Nonnull run_values;
};

/// The table of a level, or of the highest level the CPU offers if that is less.
const struct ck_table *_Nonnull ck_table(int isa);

/// The active table: the highest level the CPU offers, unless `ck_set_isa` lowered it.
const struct ck_table *_Nonnull ck_active(void);

#endif
