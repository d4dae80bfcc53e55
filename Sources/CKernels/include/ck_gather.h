// Rows of raw data as float32: numbers of any type, fetched from where they lie.
#ifndef PTRAIN_CK_GATHER_H
#define PTRAIN_CK_GATHER_H

#include <stddef.h>
#include <stdint.h>

enum ck_raw { CK_UINT8, CK_INT8, CK_INT16, CK_UINT16, CK_INT32, CK_INT64, CK_FLOAT32, CK_FLOAT64 };

/// What is done to a number on its way; in double, rounded to float32 once.
enum ck_affine {
  CK_AS_IS,       ///< x
  CK_DIVIDED,     ///< (x - shift) / scale
  CK_MULTIPLIED,  ///< (x - shift) * scale
};

/// Neighbouring elements of each row of an array.
struct ck_segment {
  const void *_Nonnull base;  ///< the first of them in row 0
  size_t row_bytes;           ///< from one row to the next
  int raw;                    ///< of enum ck_raw
  int affine;                 ///< of enum ck_affine
  size_t count;               ///< elements; of a category the numbers of 0 and 1 that its code becomes
  int is_code;                ///< whether the one element is a code, 0 ..< count
  const double *_Nonnull shift;  ///< of each element
  const double *_Nonnull scale;
};

/// y[i * stride + j] = element j of row rows[i], in float32, for i in 0 ..< n; which of `rows` is meant goes through
/// `index` where that is not null: 4 or 8 bytes for each row.
typedef void (*ck_gather_raw)(
    const struct ck_segment *_Nonnull segment, const long *_Nonnull rows, const void *_Nullable index, int index_bytes,
    size_t n, float *_Nonnull y, size_t stride);

#endif
