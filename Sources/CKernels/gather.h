// Raw rows as float32, at one level. Conversions and the four operations are exact or rounded once, so every level has
// the same bits.

INLINE size_t place_of(const void *index, int index_bytes, long row) {
  if (!index) return (size_t)row;
  return index_bytes == 4 ? ((const uint32_t *)index)[row] : (size_t)((const uint64_t *)index)[row];
}

// All asked rows, the next of them being fetched from memory while one is converted: `row` is what is done with x and y
// of one.
#define GATHER_ROWS(bytes, row)                                                                                       \
  for (size_t i = 0; i < n; i++, out += stride) {                                                                     \
    const char *from = next;                                                                                          \
    if (i + 1 < n) {                                                                                                  \
      next = base + place_of(index, index_bytes, rows[i + 1]) * s->row_bytes;                                         \
      for (size_t offset = 0; offset < (bytes); offset += 64) __builtin_prefetch(next + offset, 0, 2);                \
    }                                                                                                                 \
    row;                                                                                                              \
  }

// The affine is told apart outside the rows: with 8 features a switch in each row was a tenth of the row.
#define GATHER(name, type)                                                                                            \
  static void name(                                                                                                   \
      const struct ck_segment *s, const long *rows, const void *index, int index_bytes, size_t n, float *out,         \
      size_t stride) {                                                                                                \
    const char *base = (const char *)s->base;                                                                         \
    const char *next = base + place_of(index, index_bytes, rows[0]) * s->row_bytes;                                   \
    const double *shift = s->shift, *scale = s->scale;                                                                \
    const size_t count = s->count, bytes = count * sizeof(type);                                                      \
    switch (s->affine) {                                                                                              \
      case CK_AS_IS:                                                                                                  \
        GATHER_ROWS(bytes, {                                                                                          \
          const type *x = (const type *)from;                                                                         \
          for (size_t j = 0; j < count; j++) out[j] = (float)x[j];                                                    \
        })                                                                                                            \
        break;                                                                                                        \
      case CK_DIVIDED:                                                                                                \
        GATHER_ROWS(bytes, {                                                                                          \
          const type *x = (const type *)from;                                                                         \
          for (size_t j = 0; j < count; j++) out[j] = (float)(((double)x[j] - shift[j]) / scale[j]);                  \
        })                                                                                                            \
        break;                                                                                                        \
      default:                                                                                                        \
        GATHER_ROWS(bytes, {                                                                                          \
          const type *x = (const type *)from;                                                                         \
          for (size_t j = 0; j < count; j++) out[j] = (float)(((double)x[j] - shift[j]) * scale[j]);                  \
        })                                                                                                            \
    }                                                                                                                 \
  }

GATHER(gather_u8, uint8_t)
GATHER(gather_i8, int8_t)
GATHER(gather_i16, int16_t)
GATHER(gather_u16, uint16_t)
GATHER(gather_i32, int32_t)
GATHER(gather_i64, int64_t)
GATHER(gather_f32, float)
GATHER(gather_f64, double)

/// Rows of float32 as they are.
static void gather_copies(
    const struct ck_segment *s, const long *rows, const void *index, int index_bytes, size_t n, float *out,
    size_t stride) {
  const char *base = (const char *)s->base;
  const char *next = base + place_of(index, index_bytes, rows[0]) * s->row_bytes;
  const size_t bytes = s->count * sizeof(float);
  GATHER_ROWS(bytes, __builtin_memcpy(out, from, bytes))
}

/// Codes as one 1 among zeros.
static void gather_codes(
    const struct ck_segment *s, const long *rows, const void *index, int index_bytes, size_t n, float *out,
    size_t stride) {
  const char *base = (const char *)s->base;
  const char *next = base + place_of(index, index_bytes, rows[0]) * s->row_bytes;
  GATHER_ROWS(1, {
    const size_t code = s->raw == CK_UINT8    ? *(const uint8_t *)from
                        : s->raw == CK_UINT16 ? *(const uint16_t *)from
                                              : (size_t) * (const int32_t *)from;
    for (size_t j = 0; j < s->count; j++) {
      const double value = j == code ? 1 : 0;
      out[j] = s->affine == CK_AS_IS     ? (float)value
               : s->affine == CK_DIVIDED ? (float)((value - s->shift[j]) / s->scale[j])
                                         : (float)((value - s->shift[j]) * s->scale[j]);
    }
  })
}

static void gather_raw(
    const struct ck_segment *s, const long *rows, const void *index, int index_bytes, size_t n, float *y,
    size_t stride) {
  static void (*const gathers[])(
      const struct ck_segment *, const long *, const void *, int, size_t, float *, size_t) = {
      gather_u8, gather_i8, gather_i16, gather_u16, gather_i32, gather_i64, gather_f32, gather_f64,
  };
  if (n == 0) return;
  if (s->is_code) {
    gather_codes(s, rows, index, index_bytes, n, y, stride);
  } else if (s->raw == CK_FLOAT32 && s->affine == CK_AS_IS) {
    gather_copies(s, rows, index, index_bytes, n, y, stride);
  } else {
    gathers[s->raw](s, rows, index, index_bytes, n, y, stride);
  }
}
