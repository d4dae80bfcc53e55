// All kernels of one level, and its table. A kernels_<level>.c defines CK_LEVEL, CK_HAS_FMA, CK_HAS_MASKED_MEMORY and
// CK_TABLE_NAME, opens the level's target attribute and includes this file: one source for every level.

#include "vector.h"

#include "functions.h"

#include "doubles.h"

#include "loops.h"

#include "program.h"

#include "values.h"

#include "losses.h"

#include "random.h"

#include "gather.h"

#include "permutation.h"

#include "updates.h"

#include "gradients.h"

#include "optimizers.h"

#include "wire.h"

const struct ck_table CK_TABLE_NAME = {
    .isa = CK_LEVEL,
    .exp = map_exp,
    .log = map_log,
    .log1p = map_log1p,
    .expm1 = map_expm1,
    .tanh = map_tanh,
    .sigmoid = map_sigmoid,
    .erf = map_erf,
    .softplus = map_softplus,
    .silu = map_silu,
    .gelu = map_gelu,
    .relu = map_relu,
    .leaky_relu = map_leaky_relu,
    .elu = map_elu,
    .relu_backward = relu_backward,
    .leaky_relu_backward = leaky_relu_backward,
    .elu_backward = elu_backward,
    .sigmoid_backward = sigmoid_backward,
    .tanh_backward = tanh_backward,
    .softplus_backward = softplus_backward,
    .silu_backward = silu_backward,
    .gelu_backward = gelu_backward,
    .softmax_rows = softmax_rows,
    .block_sums = block_sums,
    .block_squares = block_squares,
    .sum = sum,
    .sum_of_squares = sum_of_squares,
    .all_finite = all_finite,
    .exp64 = map_exp64,
    .expm1_64 = map_expm1_64,
    .log64 = map_log64,
    .log1p64 = map_log1p64,
    .softplus64 = map_softplus64,
    .sigmoid64 = map_sigmoid64,
    .tanh64 = map_tanh64,
    .erf64 = map_erf64,
    .squared_error_loss = squared_error_loss,
    .absolute_error_loss = absolute_error_loss,
    .huber_loss = huber_loss,
    .smooth_absolute_loss = smooth_absolute_loss,
    .squared_log_loss = squared_log_loss,
    .pinball_loss = pinball_loss,
    .log_cosh_loss = log_cosh_loss,
    .poisson_loss = poisson_loss,
    .gamma_loss = gamma_loss,
    .tweedie_loss = tweedie_loss,
    .binary_entropy_loss = binary_entropy_loss,
    .binary_focal_loss = binary_focal_loss,
    .binary_poly_loss = binary_poly_loss,
    .binary_hinge_loss = binary_hinge_loss,
    .binary_squared_hinge_loss = binary_squared_hinge_loss,
    .random_words = random_words,
    .random_uniform = random_uniform,
    .random_normal = random_normal,
    .dropout_rows = dropout_rows,
    .gather_raw = gather_raw,
    .permute = permute,
    .sgd_update = sgd_update,
    .adam_update = adam_update,
    .adagrad_update = adagrad_update,
    .adadelta_update = adadelta_update,
    .rmsprop_update = rmsprop_update,
    .moments_update = moments_update,
    .amsgrad_update = amsgrad_update,
    .adamax_update = adamax_update,
    .lion_update = lion_update,
    .prepare_gradient = prepare_gradient,
    .lars_update = lars_update,
    .lamb_direction = lamb_direction,
    .add_scaled = add_scaled,
    .add_arrays = add_arrays,
    .moving_average = moving_average,
    .narrow = narrow,
    .widen = widen,
    .apply = apply,
    .run_program = run_program,
    .apply64 = apply64,
    .run_values = run_values,
};
