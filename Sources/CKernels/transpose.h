// The packed form of a matrix's transpose, of one level.

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
        const float *in = packed + ck_packed_index(i0, o0, inner, outer);
        const long in_stride = ck_panel_width(o0, outer);
        float *out = transposed + (ck_packed_index(o0, i0, outer, inner) - first_panel * CK_PANEL * outer);
        const long out_stride = ck_panel_width(i0, inner);
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
  }
}

#undef STAGE
#undef LANE
#undef LANES
#undef FIRST
#undef SECOND
