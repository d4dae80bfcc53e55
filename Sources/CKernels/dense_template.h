// The dense kernels, written once for every vector width. The including file defines
//   ISA(name)  the name with the instruction set's suffix
//   VL         floats in a hardware vector
//   TILE       columns of a register tile (64 or 16), NV = TILE / VL vectors
//   ROWS(nv)   rows of a full register tile of nv vectors
//   TILE_VECTORS       accumulators of the largest register tile
//   PACKS              whether a tile's columns of weights are copied next to each other before all tiles go over them
// Nothing here depends on VL but speed: each element is one ascending chain of fused multiply-adds.

#include <limits.h>

#include "ck_dense.h"

typedef float vf __attribute__((vector_size(VL * 4), aligned(4)));
typedef int32_t vi __attribute__((vector_size(VL * 4), aligned(4)));
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

// One step of a tile's chains: mr values of x, `xs` floats apart, times nv vectors of w.
INLINE void tile_step(const int mr, const int nv, vf *acc, const float *x, long xs, const float *w) {
  vf b[4];
#pragma unroll
  for (int v = 0; v < nv; v++) b[v] = load(w + v * VL);
#pragma unroll
  for (int i = 0; i < mr; i++) {
    vf a = splat(x[i * xs]);
#pragma unroll
    for (int v = 0; v < nv; v++) acc[i * nv + v] = fma_(a, b[v], acc[i * nv + v]);
  }
}

// Inner rows of a product over which all tiles go before the next ones; the chains wait in y between two blocks.
struct product_block {
  long begin, end;
  // Whether the chains begin here, at the bias, and whether they end here, with the epilogue.
  int first, last;
};

// A tile of mr rows and nv vectors over one block: y = epilogue(bias + x · w). `width` is the stride between rows of w.
INLINE void product_tile(const int mr, const int nv, const float *x, long xs, const float *w, long width, const float *bias,
                         const float *gate, float *y, long ys, const struct product_block *block, enum ck_epilogue epilogue) {
  vf acc[TILE_VECTORS];
#pragma unroll
  for (int v = 0; v < nv; v++) {
    vf b = bias && block->first ? load(bias + v * VL) : splat(0);
#pragma unroll
    for (int i = 0; i < mr; i++) acc[i * nv + v] = block->first ? b : load(y + i * ys + v * VL);
  }
  const long inner = block->end - block->begin;
  long k = 0;
#if PACKS
  // The next tile's rows, a cache line of each at a time: where w stays in the first-level cache, x is what is waited for.
  for (; k + 16 <= inner; k += 16) {
#pragma unroll
    for (int i = 0; i < mr; i++) __builtin_prefetch(x + (mr + i) * xs + k);
#pragma unroll 4
    for (long n = k; n < k + 16; n++) tile_step(mr, nv, acc, x + n, xs, w + n * width);
  }
#endif
#pragma nounroll
  for (; k < inner; k++) tile_step(mr, nv, acc, x + k, xs, w + k * width);
  const enum ck_epilogue end = block->last ? epilogue : CK_EPILOGUE_NONE;
#pragma unroll
  for (int i = 0; i < mr; i++) {
#pragma unroll
    for (int v = 0; v < nv; v++) {
      vf r = acc[i * nv + v];
      if (end == CK_EPILOGUE_RELU) {
        vi drop = r <= 0;  // NaN stays, so that the loss shows it
        r = (vf)((vi)r & ~drop);
      } else if (end == CK_EPILOGUE_GATE) {
        vi keep = load(gate + i * ys + v * VL) > 0;
        r = (vf)((vi)r & keep);
      }
      store(y + i * ys + v * VL, r);
    }
  }
}

// nv vectors of columns of rows `begin ..< end`, next to each other.
INLINE void pack_columns(const int nv, const float *from, long stride, long begin, long end, float *packed) {
  for (long r = begin; r < end; r++, packed += nv * VL)
#pragma unroll
    for (int v = 0; v < nv; v++) store(packed + v * VL, load(from + r * stride + v * VL));
}

// Some rows of the part of one panel that is nv vectors wide, over one block of inner rows.
INLINE void product_rows(const int nv, const struct ck_product *p, long row_begin, long row_end, const struct product_block *block,
                         const float *w, long width, long column) {
  const int full = ROWS(nv);
  const float *bias = p->bias ? p->bias + column : 0;
#if PACKS
  _Alignas(64) float packed[CK_INNER_BLOCK * TILE];
  pack_columns(nv, w, width, block->begin, block->end, packed);
  w = packed;
  width = nv * VL;
#else
  w += block->begin * width;
#endif
  long r = row_begin;
#define TILES(mr)                                                                                                    \
  for (; r + (mr) <= row_end; r += (mr))                                                                             \
    product_tile(mr, nv, p->x + r * p->x_stride + block->begin, p->x_stride, w, width, bias,                         \
                 p->gate ? p->gate + r * p->y_stride + column : 0, p->y + r * p->y_stride + column, p->y_stride, block, p->epilogue);
  TILES(full)
  if (full > 4) { TILES(4) }
  if (full > 2) { TILES(2) }
  TILES(1)
#undef TILES
}

// The part of one panel that starts at `column`, over some rows and one block.
INLINE void product_panel(const struct ck_product *p, long row_begin, long row_end, const struct product_block *block, const float *w,
                          long width, long column) {
#if TILE == 64
  switch (width / VL) {
    case 4: product_rows(4, p, row_begin, row_end, block, w, width, column); break;
    case 3: product_rows(3, p, row_begin, row_end, block, w, width, column); break;
    case 2: product_rows(2, p, row_begin, row_end, block, w, width, column); break;
    default: product_rows(1, p, row_begin, row_end, block, w, width, column); break;
  }
#else
  for (long c = 0; c < width; c += TILE) product_rows(TILE / VL, p, row_begin, row_end, block, w + c, width, column + c);
#endif
}

void ISA(ck_product)(const struct ck_product *p) {
  const struct ck_tiling *tiling = p->tiling ? p->tiling : ck_tiling();
  const long inner_block = tiling->inner_block, row_block = tiling->row_block;
  for (long panel = p->panel_begin; panel < p->panel_end; panel++) {
    const long column = panel * CK_PANEL, width = ck_panel_width(column, p->outer);
    const float *w = p->weights + p->inner * column;
    for (long r = 0; r < p->rows; r += row_block) {
      const long row_end = p->rows - r < row_block ? p->rows : r + row_block;
      struct product_block block = {0, 0, 1, 0};
      do {
        block.end = p->inner - block.begin <= inner_block ? p->inner : block.begin + inner_block;
        block.last = block.end == p->inner;
        product_panel(p, r, row_end, &block, w, width, column);
        block.begin = block.end;
        block.first = 0;
      } while (!block.last);
    }
  }
}

// Some rows of consecutive leaves, few enough that their x and a panel's columns of d stay near while all tiles go over them.
struct gradient_chunk {
  long leaf_begin, leaf_end;
  long row_begin, row_end;
  // Inputs of its first row, from the call's first one on: those of the call or a copy.
  const float *x;
  // Finished sums before it.
  int depth;
  // Whether it goes on with a leaf that the chunk before it began.
  int continues;
  // Bytes that a tile's fetching of inputs is further ahead with each row: one, and 64 rows come to new cache lines one after the other
  // in the course of three tiles; none, and all of them do in the same tile, more than the cache can wait for.
  long ramp;
};

// A tile of the weight gradient over one chunk, with whose first row x, d and `next` begin: mr rows of the matrix, nv vectors of
// columns. `stack` holds the tile's finished sums and, behind them, the leaf at work where it goes on. With each row of a wide tile a
// cache line of `next` is fetched.
INLINE void gradient_tile(const int mr, const int nv, const float *x, long xs, const float *d, long ds, const float *next,
                          long next_stride, const struct ck_leaf *leaves, long leaf_count, const struct gradient_chunk *chunk,
                          float *stack, float *out, long width) {
  enum { SLOT = TILE_VECTORS * VL };
  float *top = stack + (long)chunk->depth * SLOT;
  for (long leaf = chunk->leaf_begin; leaf < chunk->leaf_end; leaf++) {
    vf acc[TILE_VECTORS];
    const int continues = chunk->continues && leaf == chunk->leaf_begin;
#pragma unroll
    for (int n = 0; n < mr * nv; n++) acc[n] = continues ? load(top + n * VL) : splat(0);
    const long row_begin = chunk->row_begin, leaf_end = leaves[leaf].row_end;
    const long begin = (continues ? row_begin : leaves[leaf].row_begin) - row_begin;
    const long end = (leaf_end < chunk->row_end ? leaf_end : chunk->row_end) - row_begin;
    const char *ahead = (const char *)(x + 16);  // the next tiles' inputs
    const long ahead_stride = xs * (long)sizeof(float) + chunk->ramp;
#pragma nounroll
    for (long r = begin; r < end; r++) {
      __builtin_prefetch(ahead + r * ahead_stride);
      // Narrower tiles load more than they multiply.
      if (nv * VL >= 48) __builtin_prefetch(next + r * next_stride);
      tile_step(mr, nv, acc, x + r * xs, 1, d + r * ds);
    }
    if (leaf_end <= chunk->row_end) {
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

// All tiles of nv vectors of columns, `full` rows high, over one chunk, from row `first` of the matrix on. Returns where the stacks of the
// next columns are.
INLINE float *gradient_columns(const int nv, const int full, const struct ck_weight_gradient *p, const struct gradient_chunk *chunk,
                               int packs, long first, float *stacks, long column, long width, long c) {
  // Where one chunk holds all rows, no sum outlives its tile, and all tiles share one stack, which stays in the first-level cache.
  const long first_row = p->leaves[0].row_begin, rows = chunk->row_end - chunk->row_begin;
  const int is_last = chunk->row_end == p->leaves[p->leaf_count - 1].row_end;
  const long slots = chunk->row_begin == first_row && is_last ? 0 : p->stack_depth * TILE_VECTORS * VL;
  const float *x = chunk->x, *d = p->d + chunk->row_begin * p->d_stride + column + c;
  long d_stride = p->d_stride;
  // What no tile of this chunk fetches, of the rows that come next: d, and the inputs of the first tiles. After the last chunk these are
  // the inputs of the next call's first rows, if it goes on in the same panel. Chunks that are not packed are long, and what is fetched
  // for the next one would drive this one from the cache (5 to 10 % with 256 samples).
  const float *d_next = d + (is_last ? 0 : rows * d_stride);
  const long to_next = is_last ? p->i_end - p->i_begin + (first_row - chunk->row_begin) * p->x_stride : rows * p->x_stride;
  const float *x_next = x + (p->positions > 1 ? 0 : to_next);
  _Alignas(64) float packed[CK_GRADIENT_ROWS * TILE];
  if (packs) {
    pack_columns(nv, d, d_stride, 0, rows, packed);
    d_stride = nv * VL;
    d = packed;
  }
  float *out = p->dw + p->inner * column + c;
  enum { LINES_OF_X = 2 };
  const int lines = (nv * VL + 15) / 16;
  int n = packs ? 0 : lines + LINES_OF_X;
  long i = first;
#define TILES(mr)                                                                                                               \
  for (; i + (mr) <= p->i_end; i += (mr), stacks += slots, n++) {                                                               \
    const float *from = x + (i - p->i_begin);                                                                                   \
    const float *next = n < lines ? d_next + n * 16 : n < lines + LINES_OF_X ? x_next + (n - lines) * 16 : from + 16;           \
    gradient_tile(mr, nv, from, p->x_stride, d, d_stride, next, n < lines ? p->d_stride : p->x_stride, p->leaves,               \
                  p->leaf_count, chunk, stacks, out + i * width, width);                                                        \
  }
  TILES(full)
  if (full > 4) { TILES(4) }
  if (full > 2) { TILES(2) }
  TILES(1)
#undef TILES
  if (p->db && p->i_begin == 0) {
    static const float one = 1;
    gradient_tile(1, nv, &one, 0, d, d_stride, &one, 0, p->leaves, p->leaf_count, chunk, stacks, p->db + column + c, width);
    stacks += slots;
  }
  return stacks;
}

#if TILE == 64
// The same for a panel of one vector, with inputs as lanes: outputs that only fill up the vector cost nothing, and inputs are loaded as
// they lie instead of one by one. Tiles are turned round when they are stored. Inputs that are no 64 any more are left: `first` is theirs.
INLINE float *gradient_narrow(const struct ck_weight_gradient *p, const struct gradient_chunk *chunk, float *stacks, long column,
                              long *first) {
  enum { LANES = 4 * VL };
  const long outputs = p->outer - column, width = VL;
  const int is_last = chunk->row_end == p->leaves[p->leaf_count - 1].row_end;
  const long slots = chunk->row_begin == p->leaves[0].row_begin && is_last ? 0 : p->stack_depth * TILE_VECTORS * VL;
  const float *d = p->d + chunk->row_begin * p->d_stride + column;
  _Alignas(64) float turned[6 * LANES];
  long i = p->i_begin;
  for (; i + LANES <= p->i_end; i += LANES) {
    float *out = p->dw + p->inner * column + i * width;
    for (long n = outputs; n < width; n++)
      for (long lane = 0; lane < LANES; lane++) out[lane * width + n] = 0;
    const float *x = chunk->x + (i - p->i_begin);
    long o = 0;
#define TILES(mr)                                                                                                             \
  for (; o + (mr) <= outputs; o += (mr), stacks += slots) {                                                                   \
    gradient_tile(mr, 4, d + o, p->d_stride, x, p->x_stride, x + LANES + (o ? 32 : 0), p->x_stride, p->leaves,                \
                  p->leaf_count, chunk, stacks, turned, LANES);                                                               \
    if (is_last)                                                                                                              \
      for (long n = 0; n < (mr); n++)                                                                                         \
        for (long lane = 0; lane < LANES; lane++) out[lane * width + o + n] = turned[n * LANES + lane];                       \
  }
    TILES(6)
    TILES(4)
    TILES(2)
    TILES(1)
#undef TILES
  }
  *first = i;
  return stacks;
}
#endif

// All tiles of one panel over one chunk.
INLINE void gradient_panel(const struct ck_weight_gradient *p, const struct gradient_chunk *chunk, int tile, int packs, long column,
                           long width) {
  float *stacks = p->scratch;
#if TILE == 64
  switch (width / VL) {
    case 4:
      if (tile == 4) gradient_columns(4, 4, p, chunk, packs, p->i_begin, stacks, column, width, 0);
      else gradient_columns(4, ROWS(4), p, chunk, packs, p->i_begin, stacks, column, width, 0);
      break;
    case 3: gradient_columns(3, ROWS(3), p, chunk, packs, p->i_begin, stacks, column, width, 0); break;
    case 2: gradient_columns(2, ROWS(2), p, chunk, packs, p->i_begin, stacks, column, width, 0); break;
    default: {
      long first;
      stacks = gradient_narrow(p, chunk, stacks, column, &first);
      gradient_columns(1, ROWS(1), p, chunk, packs, first, stacks, column, width, 0);
      break;
    }
  }
#else
  (void)tile;
  // Chunk by chunk, not column by column: x of an item, 768 KiB of 1024 samples, would come from the third-level cache for each.
  for (long c = 0; c < width; c += TILE)
    stacks = gradient_columns(TILE / VL, ROWS(TILE / VL), p, chunk, packs, p->i_begin, stacks, column, width, c);
#endif
}

// The inputs of a call at the positions of a chunk, equally far apart. Out of line, so that nothing of it is in the way of the tiles: a
// copy of the call beside it cost short leaves 13 % (AVX2).
static __attribute__((noinline)) void copy_positions(const struct ck_weight_gradient *p, const struct gradient_chunk *chunk) {
  float *to = p->copy;
  for (long r = chunk->row_begin; r < chunk->row_end; r++, to += CK_GRADIENT_ITEM) {
    const float *from = p->rows + r / p->positions * p->rows_stride + r % p->positions * p->x_position_stride;
    for (long i = p->i_begin; i < p->i_end; i++) to[i - p->i_begin] = from[i];
  }
}

void ISA(ck_weight_gradient)(struct ck_weight_gradient *p) {
  const long column = p->panel * CK_PANEL, width = ck_panel_width(column, p->outer);
  if (p->leaf_count == 0) {
    for (long n = p->i_begin * width; n < p->i_end * width; n++) p->dw[p->inner * column + n] = 0;
    if (p->db && p->i_begin == 0)
      for (long n = 0; n < width; n++) p->db[column + n] = 0;
    return;
  }
  const struct ck_tiling *tiling = p->tiling ? p->tiling : ck_tiling();
  const struct ck_leaf *leaves = p->leaves;
  struct gradient_chunk chunk = {0, 0, leaves[0].row_begin, 0, 0, 0, 0, tiling->gradient_packs && TILE == 64};
  const long last = leaves[p->leaf_count - 1].row_end;
  const long copied = p->positions > 1 ? CK_POSITIONS_COPIED : LONG_MAX;
  const long chunk_rows = copied < tiling->gradient_chunk ? copied : tiling->gradient_chunk;
  int tile = tiling->gradient_tile;
  if (tile == CK_TILE_BY_LEAVES) tile = last - leaves[0].row_begin < CK_LONG_LEAF * p->leaf_count ? 4 : 6;
  while (chunk.row_begin < last) {
    // Whole leaves as long as they fit, else a piece of one.
    const long most = chunk.row_begin + chunk_rows;
    chunk.leaf_end = chunk.leaf_begin + 1;
    while (chunk.leaf_end < p->leaf_count && leaves[chunk.leaf_end].row_end <= most) chunk.leaf_end++;
    const long whole = leaves[chunk.leaf_end - 1].row_end;
    chunk.row_end = whole <= most ? whole : most;
    if (p->positions > 1) {
      copy_positions(p, &chunk);
      chunk.x = p->copy;
    } else {
      chunk.x = p->x + chunk.row_begin * p->x_stride + p->i_begin;
    }
    gradient_panel(p, &chunk, tile, tiling->gradient_packs, column, width);
    chunk.continues = chunk.row_end < whole;
    for (long leaf = chunk.leaf_begin; leaf < chunk.leaf_end - chunk.continues; leaf++) chunk.depth += 1 - leaves[leaf].merges;
    chunk.leaf_begin = chunk.leaf_end - chunk.continues;
    chunk.row_begin = chunk.row_end;
  }
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

// Blocks of 64 × 64 of the packed matrix into the packed form of its transpose, of which `transposed` begins with `first_panel`; both
// read and written in runs.
void ISA(ck_pack_transposed)(const float *packed, long inner, long outer, float *transposed, long first_panel, long block_begin,
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
