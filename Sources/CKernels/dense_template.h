// The dense kernels, written once for every vector width. The including file defines
//   ISA(name)  the name with the instruction set's suffix
//   VL         floats in a hardware vector
//   TILE       columns of a register tile (64 or 16), NV = TILE / VL vectors
//   ROWS(nv)   rows of a full register tile of nv vectors
//   GRADIENT_ROWS(nv)  the same of weight gradients
// Nothing here depends on VL but speed: each element is one ascending chain of fused multiply-adds.

#include "ck_dense.h"

typedef float vf __attribute__((vector_size(VL * 4), aligned(4)));
typedef int32_t vi __attribute__((vector_size(VL * 4), aligned(4)));
// Accumulators of the largest register tile. Arrays of fixed size: those of variable size would stay in memory.
enum { TILE_VECTORS = 24 };
#define INLINE static inline __attribute__((always_inline))

INLINE vf load(const float *p) { return *(const vf *)p; }
INLINE void store(float *p, vf v) { *(vf *)p = v; }
// Lane by lane, which becomes one broadcasting load; `(vf){0} + s` would add and shuffle where the fused multiply-adds run.
INLINE vf splat(float s) {
  vf v;
  for (int i = 0; i < VL; i++) v[i] = s;
  return v;
}
INLINE vf fma_(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }

// A tile of mr rows and nv vectors: y = epilogue(bias + x · w). `width` is the stride between rows of the panel.
INLINE void product_tile(const int mr, const int nv, const float *x, long xs, const float *w, long width, const float *bias,
                         const float *gate, float *y, long ys, long inner, enum ck_epilogue epilogue) {
  vf acc[TILE_VECTORS];
#pragma unroll
  for (int v = 0; v < nv; v++) {
    vf b = bias ? load(bias + v * VL) : splat(0);
#pragma unroll
    for (int i = 0; i < mr; i++) acc[i * nv + v] = b;
  }
#pragma nounroll
  for (long k = 0; k < inner; k++) {
    vf b[4];
#pragma unroll
    for (int v = 0; v < nv; v++) b[v] = load(w + k * width + v * VL);
#pragma unroll
    for (int i = 0; i < mr; i++) {
      vf a = splat(x[i * xs + k]);
#pragma unroll
      for (int v = 0; v < nv; v++) acc[i * nv + v] = fma_(a, b[v], acc[i * nv + v]);
    }
  }
#pragma unroll
  for (int i = 0; i < mr; i++) {
#pragma unroll
    for (int v = 0; v < nv; v++) {
      vf r = acc[i * nv + v];
      if (epilogue == CK_EPILOGUE_RELU) {
        vi drop = r <= 0;  // NaN stays, so that the loss shows it
        r = (vf)((vi)r & ~drop);
      } else if (epilogue == CK_EPILOGUE_GATE) {
        vi keep = load(gate + i * ys + v * VL) > 0;
        r = (vf)((vi)r & keep);
      }
      store(y + i * ys + v * VL, r);
    }
  }
}

// All rows of one panel's part that is nv vectors wide.
INLINE void product_panel(const int nv, const struct ck_product *p, const float *w, long width, long column) {
  const int full = ROWS(nv);
  const float *bias = p->bias ? p->bias + column : 0;
  long r = 0;
#define TILES(mr)                                                                                                    \
  for (; r + (mr) <= p->rows; r += (mr))                                                                             \
    product_tile(mr, nv, p->x + r * p->x_stride, p->x_stride, w, width, bias, p->gate ? p->gate + r * p->y_stride + column : 0, \
                 p->y + r * p->y_stride + column, p->y_stride, p->inner, p->epilogue);
  TILES(full)
  if (full > 4) { TILES(4) }
  if (full > 2) { TILES(2) }
  TILES(1)
#undef TILES
}

void ISA(ck_product)(const struct ck_product *p) {
  for (long panel = p->panel_begin; panel < p->panel_end; panel++) {
    const long column = panel * CK_PANEL, width = ck_panel_width(column, p->outer);
    const float *w = p->weights + p->inner * column;
#if TILE == 64
    switch (width / VL) {
      case 4: product_panel(4, p, w, width, column); break;
      case 3: product_panel(3, p, w, width, column); break;
      case 2: product_panel(2, p, w, width, column); break;
      default: product_panel(1, p, w, width, column); break;
    }
#else
    for (long c = 0; c < width; c += TILE) product_panel(TILE / VL, p, w + c, width, column + c);
#endif
  }
}

// Some rows of consecutive leaves, few enough that their x and a panel's columns of d stay near while all tiles go over them.
struct gradient_chunk {
  long leaf_begin, leaf_end;
  long row_begin, row_end;
  // Finished sums before it.
  int depth;
  // Whether it goes on with a leaf that the chunk before it began.
  int continues;
};

// A tile of the weight gradient over one chunk: mr rows of the matrix, nv vectors of columns. `stack` holds the tile's finished sums and,
// behind them, the leaf at work where it goes on.
INLINE void gradient_tile(const int mr, const int nv, const float *x, long xs, const float *d, long ds, const struct ck_leaf *leaves,
                          long leaf_count, const struct gradient_chunk *chunk, float *stack, float *out, long width) {
  enum { SLOT = TILE_VECTORS * VL };
  float *top = stack + (long)chunk->depth * SLOT;
  for (long leaf = chunk->leaf_begin; leaf < chunk->leaf_end; leaf++) {
    vf acc[TILE_VECTORS];
    const int continues = chunk->continues && leaf == chunk->leaf_begin;
#pragma unroll
    for (int n = 0; n < mr * nv; n++) acc[n] = continues ? load(top + n * VL) : splat(0);
    const long begin = continues ? chunk->row_begin : leaves[leaf].row_begin, leaf_end = leaves[leaf].row_end;
    const long end = leaf_end < chunk->row_end ? leaf_end : chunk->row_end;
#pragma nounroll
    for (long r = begin; r < end; r++) {
      __builtin_prefetch(x + r * xs + 16);  // the next tiles' inputs
      vf b[4];
#pragma unroll
      for (int v = 0; v < nv; v++) b[v] = load(d + r * ds + v * VL);
#pragma unroll
      for (int i = 0; i < mr; i++) {
        vf a = splat(x[r * xs + i]);
#pragma unroll
        for (int v = 0; v < nv; v++) acc[i * nv + v] = fma_(a, b[v], acc[i * nv + v]);
      }
    }
    if (end == leaf_end) {
      for (int m = leaves[leaf].merges; m > 0; m--) {
        top -= SLOT;
#pragma unroll
        for (int n = 0; n < mr * nv; n++) acc[n] = load(top + n * VL) + acc[n];
      }
      if (leaf + 1 == leaf_count) {
#pragma unroll
        for (int i = 0; i < mr; i++)
#pragma unroll
          for (int v = 0; v < nv; v++) store(out + i * width + v * VL, acc[i * nv + v]);
        return;
      }
    }
#pragma unroll
    for (int n = 0; n < mr * nv; n++) store(top + n * VL, acc[n]);
    top += SLOT;
  }
}

// All tiles of nv vectors of columns over one chunk.
INLINE void gradient_chunk_tiles(const int nv, const struct ck_weight_gradient *p, const struct gradient_chunk *chunk, long column, long width,
                                 long c) {
  const int full = GRADIENT_ROWS(nv);
  // Where one chunk holds all rows, no sum outlives its tile, and all tiles share one stack, which stays in the first-level cache.
  const int whole = chunk->row_begin == p->leaves[0].row_begin && chunk->row_end == p->leaves[p->leaf_count - 1].row_end;
  const long slots = whole ? 0 : p->stack_depth * TILE_VECTORS * VL;
  const float *d = p->d + column + c;
  float *stacks = p->scratch, *out = p->dw + p->inner * column + c;
  long i = p->i_begin;
#define TILES(mr)                                                                                                             \
  for (; i + (mr) <= p->i_end; i += (mr), stacks += slots)                                                                    \
    gradient_tile(mr, nv, p->x + i, p->x_stride, d, p->d_stride, p->leaves, p->leaf_count, chunk, stacks, out + i * width, width);
  TILES(full)
  if (full > 4) { TILES(4) }
  if (full > 2) { TILES(2) }
  TILES(1)
#undef TILES
  if (p->db && p->i_begin == 0) {
    static const float one = 1;
    gradient_tile(1, nv, &one, 0, d, p->d_stride, p->leaves, p->leaf_count, chunk, stacks, p->db + column + c, width);
  }
}

// All chunks of nv vectors of columns from column c of the panel on.
INLINE void gradient_columns(const int nv, const struct ck_weight_gradient *p, long column, long width, long c) {
  const struct ck_leaf *leaves = p->leaves;
  struct gradient_chunk chunk = {0, 0, leaves[0].row_begin, 0, 0, 0};
  const long last = leaves[p->leaf_count - 1].row_end;
  while (chunk.row_begin < last) {
    // Whole leaves as long as they fit, else a piece of one.
    const long most = chunk.row_begin + CK_GRADIENT_ROWS;
    chunk.leaf_end = chunk.leaf_begin + 1;
    while (chunk.leaf_end < p->leaf_count && leaves[chunk.leaf_end].row_end <= most) chunk.leaf_end++;
    const long whole = leaves[chunk.leaf_end - 1].row_end;
    chunk.row_end = whole <= most ? whole : most;
    gradient_chunk_tiles(nv, p, &chunk, column, width, c);
    chunk.continues = chunk.row_end < whole;
    for (long leaf = chunk.leaf_begin; leaf < chunk.leaf_end - chunk.continues; leaf++) chunk.depth += 1 - leaves[leaf].merges;
    chunk.leaf_begin = chunk.leaf_end - chunk.continues;
    chunk.row_begin = chunk.row_end;
  }
}

void ISA(ck_weight_gradient)(const struct ck_weight_gradient *p) {
  const long column = p->panel * CK_PANEL, width = ck_panel_width(column, p->outer);
  if (p->leaf_count == 0) {
    for (long n = p->i_begin * width; n < p->i_end * width; n++) p->dw[p->inner * column + n] = 0;
    if (p->db && p->i_begin == 0)
      for (long n = 0; n < width; n++) p->db[column + n] = 0;
    return;
  }
#if TILE == 64
  switch (width / VL) {
    case 4: gradient_columns(4, p, column, width, 0); break;
    case 3: gradient_columns(3, p, column, width, 0); break;
    case 2: gradient_columns(2, p, column, width, 0); break;
    default: gradient_columns(1, p, column, width, 0); break;
  }
#else
  for (long c = 0; c < width; c += TILE) gradient_columns(TILE / VL, p, column, width, c);
#endif
}

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
#define LANES(step, from)                                                                                                  \
  LANE(0, step, from), LANE(1, step, from), LANE(2, step, from), LANE(3, step, from), LANE(4, step, from), LANE(5, step, from), \
      LANE(6, step, from), LANE(7, step, from), LANE(8, step, from), LANE(9, step, from), LANE(10, step, from),            \
      LANE(11, step, from), LANE(12, step, from), LANE(13, step, from), LANE(14, step, from), LANE(15, step, from)
#define FIRST(step) LANES(step, 0)
#define SECOND(step) LANES(step, step)

// Blocks of 64 × 64 of the packed matrix into the packed form of its transpose, both read and written in runs.
void ISA(ck_pack_transposed)(const float *packed, long inner, long outer, float *transposed, long block_begin, long block_end) {
  const long across = (outer + CK_PANEL - 1) / CK_PANEL;
  for (long block = block_begin; block < block_end; block++) {
    const long i1 = block / across * CK_PANEL, o1 = block % across * CK_PANEL;
    for (long i0 = i1; i0 < i1 + CK_PANEL && i0 < inner; i0 += 16)
      for (long o0 = o1; o0 < o1 + CK_PANEL && o0 < outer; o0 += 16) {
        const long rows = inner - i0 < 16 ? inner - i0 : 16, columns = outer - o0 < 16 ? outer - o0 : 16;
        const float *in = packed + ck_packed_index(i0, o0, inner, outer);
        const long in_stride = ck_panel_width(o0, outer);
        float *out = transposed + ck_packed_index(o0, i0, outer, inner);
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
