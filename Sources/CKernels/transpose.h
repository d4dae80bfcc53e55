// The packed form of a matrix's transpose, of one level.

#if CK_LANES == 8
// 8 × 8 at a time: 16 × 16 are more than there are registers.
typedef float row8 __attribute__((vector_size(32), aligned(4)));

INLINE void transpose_eight(const row8 *a, row8 *r) {
  row8 low[4], high[4];
#pragma unroll
  for (int n = 0; n < 4; n++) {
    // Pairs of rows, then fours; the upper halves of a row hold the elements four further on.
    low[n] = __builtin_shufflevector(a[2 * n], a[2 * n + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    high[n] = __builtin_shufflevector(a[2 * n], a[2 * n + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  row8 fours[2][4];
#pragma unroll
  for (int n = 0; n < 2; n++) {
    fours[n][0] = __builtin_shufflevector(low[2 * n], low[2 * n + 1], 0, 1, 8, 9, 4, 5, 12, 13);
    fours[n][1] = __builtin_shufflevector(low[2 * n], low[2 * n + 1], 2, 3, 10, 11, 6, 7, 14, 15);
    fours[n][2] = __builtin_shufflevector(high[2 * n], high[2 * n + 1], 0, 1, 8, 9, 4, 5, 12, 13);
    fours[n][3] = __builtin_shufflevector(high[2 * n], high[2 * n + 1], 2, 3, 10, 11, 6, 7, 14, 15);
  }
#pragma unroll
  for (int n = 0; n < 4; n++) {
    r[n] = __builtin_shufflevector(fours[0][n], fours[1][n], 0, 1, 2, 3, 8, 9, 10, 11);
    r[n + 4] = __builtin_shufflevector(fours[0][n], fours[1][n], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// Up to 16 rows, `in_stride` floats apart, as up to 16 columns; rows that are not there are zeros. 16 floats are read
// of each row and written of each column.
INLINE void transpose_block(
    const float *in, long in_stride, long rows, float *out, long out_stride, long columns) {
  for (long i = 0; i < 16; i += 8)
    for (long o = 0; o < columns; o += 8) {
      row8 a[8], r[8];
      const float *from = in + i * in_stride + o;
      float *to = out + o * out_stride + i;
      if (rows == 16 && columns == 16) {
#pragma unroll
        for (int n = 0; n < 8; n++) a[n] = *(const row8 *)(from + n * in_stride);
        transpose_eight(a, r);
#pragma unroll
        for (int n = 0; n < 8; n++) *(row8 *)(to + n * out_stride) = r[n];
      } else {
        for (int n = 0; n < 8; n++) a[n] = i + n < rows ? *(const row8 *)(from + n * in_stride) : (row8){0};
        transpose_eight(a, r);
        for (int n = 0; n < 8 && o + n < columns; n++) *(row8 *)(to + n * out_stride) = r[n];
      }
    }
}
#else
typedef float row16 __attribute__((vector_size(64), aligned(4)));

// One stage of the transpose of 16 × 16: pairs of rows `step` apart exchange their off-diagonal quarters.
#define STAGE(step)                                                             \
  for (int i = 0; i < 16; i++)                                                  \
    if (!(i & (step))) {                                                        \
      row16 a = r[i], b = r[i + (step)];                                        \
      r[i] = __builtin_shufflevector(a, b, FIRST(step));                        \
      r[i + (step)] = __builtin_shufflevector(a, b, SECOND(step));              \
    }
#define LANE(n, step, from) (((n) & (step)) ? 16 + (n) - (step) + (from) : (n) + (from))
#define LANES(step, from)                                                                                        \
  LANE(0, step, from), LANE(1, step, from), LANE(2, step, from), LANE(3, step, from), LANE(4, step, from),       \
      LANE(5, step, from), LANE(6, step, from), LANE(7, step, from), LANE(8, step, from), LANE(9, step, from),   \
      LANE(10, step, from), LANE(11, step, from), LANE(12, step, from), LANE(13, step, from),                    \
      LANE(14, step, from), LANE(15, step, from)
#define FIRST(step) LANES(step, 0)
#define SECOND(step) LANES(step, step)

// Up to 16 rows, `in_stride` floats apart, as up to 16 columns; rows that are not there are zeros. 16 floats are read
// of each row and written of each column.
INLINE void transpose_block(
    const float *in, long in_stride, long rows, float *out, long out_stride, long columns) {
  row16 r[16];
  for (long i = 0; i < 16; i++) r[i] = i < rows ? *(const row16 *)(in + i * in_stride) : (row16){0};
#pragma unroll
  STAGE(8)
#pragma unroll
  STAGE(4)
#pragma unroll
  STAGE(2)
#pragma unroll
  STAGE(1)
  for (long o = 0; o < columns; o++) *(row16 *)(out + o * out_stride) = r[o];
}

#undef STAGE
#undef LANE
#undef LANES
#undef FIRST
#undef SECOND
#endif

// Blocks of 64 × 64 of the packed matrix into the packed form of its transpose, of which `transposed` begins with
// `first_panel`; both read and written in runs.
static void pack_transposed(
    const float *packed, long inner, long outer, float *transposed, long first_panel, long block_begin,
    long block_end) {
  const long across = (outer + CK_PANEL - 1) / CK_PANEL;
  for (long block = block_begin; block < block_end; block++) {
    const long i1 = block / across * CK_PANEL, o1 = block % across * CK_PANEL;
    for (long i0 = i1; i0 < i1 + CK_PANEL && i0 < inner; i0 += 16)
      for (long o0 = o1; o0 < o1 + CK_PANEL && o0 < outer; o0 += 16) {
        const long rows = inner - i0 < 16 ? inner - i0 : 16, columns = outer - o0 < 16 ? outer - o0 : 16;
        float *out = transposed + (ck_packed_index(o0, i0, outer, inner) - first_panel * CK_PANEL * outer);
        transpose_block(
            packed + ck_packed_index(i0, o0, inner, outer), ck_panel_width(o0, outer), rows, out,
            ck_panel_width(i0, inner), columns);
      }
  }
}
