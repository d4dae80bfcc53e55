// Signatures of the element-wise kernels, softmax and sums. The functions themselves are members of `struct ck_table`.
//
// Every element is computed by one sequence of IEEE operations, the same at every position, for every `n` and at every
// instruction-set level: a result does not depend on where an array is cut. NaN stays NaN, but its payload is not
// promised. `x`, `y`, `dy` and `dx` may be the same array; partial overlap is not allowed.
#ifndef PTRAIN_CK_MATH_H
#define PTRAIN_CK_MATH_H

#include <stddef.h>

/// y[i] = f(x[i]) for i in 0..<n.
typedef void (*ck_map)(const float *_Nonnull x, float *_Nonnull y, size_t n);

/// An activation: y[i] = f(x[i]; parameter) for i in 0..<n. Most have no parameter and do not look at it.
typedef void (*ck_activate)(const float *_Nonnull x, float *_Nonnull y, size_t n, float parameter);

/// dx[i] = dy[i] * f'(saved[i]) for i in 0..<n, where `saved` is the activation's input or output, as the list says.
typedef void (*ck_activate_backward)(
    const float *_Nonnull saved, const float *_Nonnull dy, float *_Nonnull dx, size_t n, float parameter);

/// Softmax of `rows` rows of `n` logits, and the logarithm of the sum of exponentials of each row in double:
/// probs[r][j] = exp(logits[r][j] - lse[r]). Row r starts at `r * ld` elements. `probs` may be `logits`
/// (with equal `ld`).
/// The sum is taken in double, lane j % 16 by ascending j, lanes added by halves.
typedef void (*ck_softmax_rows)(
    const float *_Nonnull logits, size_t ld_logits, float *_Nonnull probs, size_t ld_probs, size_t rows, size_t n,
    double *_Nullable lse);

/// Elements in a block of `ck_block_sums`.
#define CK_SUM_BLOCK 1024

/// out[b] = sum in double of elements 1024 b ..< min(n, 1024 (b + 1)), lane i % 16 by ascending i, lanes added
/// by halves.
typedef void (*ck_block_sums)(const float *_Nonnull x, size_t n, double *_Nonnull out);

/// Sum in double over all of x: block sums as above, combined by the tree that splits at lo + ceil((hi - lo) / 2).
typedef double (*ck_sum)(const float *_Nonnull x, size_t n);

/// y[i] = f(x[i]) for i in 0..<n, in double, with the same bits at every level; up to 3 units in the last place.
typedef void (*ck_map64)(const double *_Nonnull x, double *_Nonnull y, size_t n);

/// 1 where every element of x is a number, 0 where one is NaN or infinite.
typedef int (*ck_all_finite)(const float *_Nonnull x, size_t n);

#endif
