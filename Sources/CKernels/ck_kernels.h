// The list of kernels: each is named here, and here alone, on one line.
//
// Who includes it says with macros what becomes of a line; what has no macro is a `KERNEL`, or nothing. So come from it
// the members of `struct ck_table`, the tables of all levels, the loops around formulas, the names that Swift asks for,
// and the calls that Tests/Processors compares between CPUs. A kernel without a function does not compile.
//
//   FUNCTION(name)            y = f(x): `map_name` in loops.h
//   FUNCTION64(name)          the same in double: `map_name` in doubles.h
//   ACTIVATION(name, saved)   two kernels of the formulas `name_y` and `name_dx` in activations.h, which keeps x or y
//   ELEMENT_LOSS(name)        the kernel `name_loss` of the formula `name_element` in losses.h
//   OPTIMIZER(name, arrays)   the kernel `name_update` of the formula `name_step` in optimizers.h, with so many arrays
//   KERNEL(type, name)        any other function, as it is: `name`

#ifndef KERNEL
#define KERNEL(type, name)
#endif
#ifndef FUNCTION
#define FUNCTION(name) KERNEL(ck_map, name)
#endif
#ifndef FUNCTION64
#define FUNCTION64(name) KERNEL(ck_map64, name)
#endif
#ifndef ACTIVATION
#define ACTIVATION(name, saved) KERNEL(ck_activate, name) KERNEL(ck_activate_backward, name##_backward)
#endif
#ifndef ELEMENT_LOSS
#define ELEMENT_LOSS(name) KERNEL(ck_element_loss, name##_loss)
#endif
#ifndef OPTIMIZER
#define OPTIMIZER(name, arrays) KERNEL(ck_optimizer_update, name##_update)
#endif

FUNCTION(exp)    // e^x; results below 2^-126 are 0
FUNCTION(log)    // natural logarithm; -inf at zero and denormals, NaN below
FUNCTION(log1p)  // log(1 + x); -inf at -1, NaN below
FUNCTION(expm1)  // e^x - 1
FUNCTION(erf)

FUNCTION64(exp64)  // e^x; results below 2^-1022 are 0
FUNCTION64(expm1_64)
FUNCTION64(log64)    // -inf at zero and subnormal numbers, NaN below
FUNCTION64(log1p64)  // -inf at -1, NaN below
FUNCTION64(softplus64)
FUNCTION64(sigmoid64)
FUNCTION64(tanh64)
FUNCTION64(erf64)  // by `ck_erf`

ACTIVATION(relu, y)        // max(x, 0)
ACTIVATION(leaky_relu, y)  // x > 0 ? x : parameter x; parameter >= 0
ACTIVATION(elu, y)         // x > 0 ? x : parameter (e^x - 1); parameter >= 0
ACTIVATION(sigmoid, y)     // 1 / (1 + e^-x); results below 2^-126 are 0
ACTIVATION(tanh, y)
ACTIVATION(softplus, x)  // log(1 + e^x)
ACTIVATION(silu, x)      // x sigmoid(x)
ACTIVATION(gelu, x)      // x Phi(x), Phi the normal distribution function (exact, not the tanh approximation)

ELEMENT_LOSS(squared_error)
ELEMENT_LOSS(absolute_error)
ELEMENT_LOSS(huber)
ELEMENT_LOSS(smooth_absolute)
ELEMENT_LOSS(squared_log)
ELEMENT_LOSS(pinball)
ELEMENT_LOSS(log_cosh)
ELEMENT_LOSS(poisson)
ELEMENT_LOSS(gamma)
ELEMENT_LOSS(tweedie)
ELEMENT_LOSS(binary_entropy)
ELEMENT_LOSS(binary_focal)
ELEMENT_LOSS(binary_poly)
ELEMENT_LOSS(binary_hinge)
ELEMENT_LOSS(binary_squared_hinge)

OPTIMIZER(adagrad, 1)
OPTIMIZER(adadelta, 2)
OPTIMIZER(moments, 2)  // Adam's kin
OPTIMIZER(amsgrad, 3)
OPTIMIZER(adamax, 2)
OPTIMIZER(lion, 1)

KERNEL(ck_sgd_update, sgd_update)
KERNEL(ck_adam_update, adam_update)
KERNEL(ck_rmsprop_update, rmsprop_update)
KERNEL(ck_prepare_gradient, prepare_gradient)
KERNEL(ck_lars_update, lars_update)
KERNEL(ck_lamb_direction, lamb_direction)
KERNEL(ck_add_scaled, add_scaled)
KERNEL(ck_add_arrays, add_arrays)
KERNEL(ck_moving_average, moving_average)

KERNEL(ck_softmax_rows, softmax_rows)
KERNEL(ck_block_sums, block_sums)     // of x
KERNEL(ck_block_sums, block_squares)  // of x^2, each square exact
KERNEL(ck_sum, sum)                   // of x
KERNEL(ck_sum, sum_of_squares)        // of x^2, each square exact
KERNEL(ck_all_finite, all_finite)

KERNEL(ck_random_words, random_words)
KERNEL(ck_random_uniform, random_uniform)
KERNEL(ck_random_normal, random_normal)
KERNEL(ck_dropout_rows, dropout_rows)
KERNEL(ck_permute, permute)
KERNEL(ck_gather_raw, gather_raw)  // raw rows as float32
KERNEL(ck_narrow, narrow)
KERNEL(ck_widen, widen)

KERNEL(ck_apply, apply)
KERNEL(ck_run_program, run_program)
KERNEL(ck_apply64, apply64)
KERNEL(ck_run_values, run_values)

// By way of `ck_product`, `ck_weight_gradient` and `ck_pack_transposed`.
KERNEL(ck_dense_product, product)
KERNEL(ck_dense_gradient, weight_gradient)
KERNEL(ck_dense_transpose, pack_transposed)

#undef KERNEL
#undef FUNCTION
#undef FUNCTION64
#undef ACTIVATION
#undef ELEMENT_LOSS
#undef OPTIMIZER
