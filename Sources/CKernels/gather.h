// Raw rows as float32, at one level. Conversions and the four operations are exact or rounded once, so every level has the same bits.

#define GATHER_ROW(name, type)                                                                                        \
  INLINE void name(                                                                                                   \
      const void *base, size_t n, int affine, const double *shift, const double *scale, float *y) {                  \
    const type *x = (const type *)base;                                                                               \
    switch (affine) {                                                                                                 \
      case CK_AS_IS:                                                                                                  \
        for (size_t i = 0; i < n; i++) y[i] = (float)x[i];                                                            \
        break;                                                                                                        \
      case CK_DIVIDED:                                                                                                \
        for (size_t i = 0; i < n; i++) y[i] = (float)(((double)x[i] - shift[i]) / scale[i]);                          \
        break;                                                                                                        \
      default:                                                                                                        \
        for (size_t i = 0; i < n; i++) y[i] = (float)(((double)x[i] - shift[i]) * scale[i]);                          \
    }                                                                                                                 \
  }

GATHER_ROW(gather_u8, uint8_t)
GATHER_ROW(gather_i8, int8_t)
GATHER_ROW(gather_i16, int16_t)
GATHER_ROW(gather_u16, uint16_t)
GATHER_ROW(gather_i32, int32_t)
GATHER_ROW(gather_i64, int64_t)
GATHER_ROW(gather_f32, float)
GATHER_ROW(gather_f64, double)

INLINE size_t place_of(const void *index, int index_bytes, long row) {
  if (!index) return (size_t)row;
  return index_bytes == 4 ? ((const uint32_t *)index)[row] : (size_t)((const uint64_t *)index)[row];
}

/// A code as one 1 among zeros.
INLINE void gather_code(const struct ck_segment *s, const char *x, float *y) {
  const size_t code = s->raw == CK_UINT8 ? *(const uint8_t *)x
                      : s->raw == CK_UINT16 ? *(const uint16_t *)x
                                            : (size_t) * (const int32_t *)x;
  for (size_t i = 0; i < s->count; i++) {
    const double value = i == code ? 1 : 0;
    y[i] = s->affine == CK_AS_IS     ? (float)value
           : s->affine == CK_DIVIDED ? (float)((value - s->shift[i]) / s->scale[i])
                                     : (float)((value - s->shift[i]) * s->scale[i]);
  }
}

#define GATHER_ROWS(row)                                                                                              \
  for (size_t i = 0; i < n; i++) {                                                                                    \
    const char *x = next;                                                                                             \
    if (i + 1 < n) {                                                                                                  \
      next = base + place_of(index, index_bytes, rows[i + 1]) * s->row_bytes;                                         \
      for (size_t offset = 0; offset < bytes; offset += 64) __builtin_prefetch(next + offset, 0, 2);                  \
    }                                                                                                                 \
    row;                                                                                                              \
  }

#define GATHER_CASE(name)                                                                                             \
  GATHER_ROWS(name(x, s->count, s->affine, s->shift, s->scale, y + i * stride))                                       \
  break

static void gather_raw(
    const struct ck_segment *s, const long *rows, const void *index, int index_bytes, size_t n, float *y, size_t stride) {
  if (n == 0) return;
  static const size_t sizes[] = {1, 1, 2, 2, 4, 8, 4, 8};
  const char *base = (const char *)s->base;
  const char *next = base + place_of(index, index_bytes, rows[0]) * s->row_bytes;
  const size_t bytes = s->is_code ? 1 : s->count * sizes[s->raw];
  if (s->is_code) {
    GATHER_ROWS(gather_code(s, x, y + i * stride))
    return;
  }
  switch (s->raw) {
    case CK_UINT8: GATHER_CASE(gather_u8);
    case CK_INT8: GATHER_CASE(gather_i8);
    case CK_INT16: GATHER_CASE(gather_i16);
    case CK_UINT16: GATHER_CASE(gather_u16);
    case CK_INT32: GATHER_CASE(gather_i32);
    case CK_INT64: GATHER_CASE(gather_i64);
    case CK_FLOAT32: GATHER_CASE(gather_f32);
    default: GATHER_CASE(gather_f64);
  }
}
