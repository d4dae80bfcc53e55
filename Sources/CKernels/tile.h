// The register tile: rows of x times vectors of columns of w, one chain of fused multiply-adds to an accumulator.
// Products, weight gradients and whatever else multiplies matrices include it; nothing here depends on the vectors'
// width but speed.
//
// `mr` and `nv` of a tile's functions are constants where they are called: rows of the tile and vectors of its columns.
//
// defines: TILE_COLUMNS (64 or 16), TILE_ROWS(nv), TILE_VECTORS (accumulators of the largest tile), TILE_PACKS (whether
// a tile's columns of weights are copied next to each other before all tiles go over them), ALL_TILES, address, fetch,
// fetch_near, tile_step, packed_step, pack_columns, pack_tile, product_tile, gradient_tile; with 8 lanes TURNED_ROWS,
// TURNED_STRIDE, turned_steps, turned_store

#if CK_LANES == 16
#define TILE_COLUMNS 64
#define TILE_ROWS(nv) ((nv) == 4 ? 6 : (nv) == 3 ? 8 : 12)
#define TILE_VECTORS 24
#define TILE_PACKS 0
#elif CK_LANES == 8
#define TILE_COLUMNS 16
#define TILE_ROWS(nv) 6
#define TILE_VECTORS 12
#define TILE_PACKS 1
#else
#define TILE_COLUMNS 16
#define TILE_ROWS(nv) 6
#define TILE_VECTORS 24
#define TILE_PACKS 1
#endif

// TILES(mr) for tiles of `full` rows, then for lower ones, each as long as there are rows for it.
#define ALL_TILES(full)    \
  TILES(full)              \
  if (full > 4) { TILES(4) } \
  if (full > 2) { TILES(2) } \
  TILES(1)

// Where p + offset is or would be, and fetching from there into the cache: it may lie outside of every array, where no
// pointer may point.
INLINE uintptr_t address(const float *p, long offset) {
  return (uintptr_t)p + (uintptr_t)(offset * (long)sizeof(float));
}

INLINE void fetch(uintptr_t from, long bytes) { __builtin_prefetch((const void *)(from + (uintptr_t)bytes)); }

// Into the second-level cache.
INLINE void fetch_near(uintptr_t from) { __builtin_prefetch((const void *)from, 0, 2); }

// One step of a tile's chains: mr values of x, `xs` floats apart, times nv vectors of w.
INLINE void tile_step(const int mr, const int nv, vec *acc, const float *x, long xs, const float *w) {
  vec b[4];
#pragma unroll
  for (int v = 0; v < nv; v++) b[v] = vec_load(w + v * CK_LANES);
#pragma unroll
  for (int i = 0; i < mr; i++) {
    vec a = vec_splat(x[i * xs]);
#pragma unroll
    for (int v = 0; v < nv; v++) acc[i * nv + v] = vec_fma(a, b[v], acc[i * nv + v]);
  }
}

// The same where the mr values of x lie together. Four at a time of either: on a core that another program shares every
// instruction counts (Zen 3: 5 to 7 % over two at a time).
INLINE void packed_step(const int mr, const int nv, vec *acc, const float *x, const float *w) {
  vec b[4];
#pragma unroll
  for (int v = 0; v < nv; v++) b[v] = vec_load(w + v * CK_LANES);
#pragma unroll
  for (int i = 0; i < mr; i++) {
    vec a = vec_splat_at(x + i);
#pragma unroll
    for (int v = 0; v < nv; v++) acc[i * nv + v] = vec_fma(a, b[v], acc[i * nv + v]);
  }
}

// mr rows of x, those values together that are multiplied by the same row of w.
INLINE void pack_tile(const int mr, const float *x, long xs, long inner, float *packed) {
  typedef float quad __attribute__((vector_size(16), aligned(4)));
  typedef float pair __attribute__((vector_size(8), aligned(4)));
  const int quads = mr & ~3;
  long k = 0;
  for (; mr > 1 && k + 4 <= inner; k += 4) {
    float *out = packed + k * mr;
    if (quads) {
      const quad a = *(const quad *)(x + k), b = *(const quad *)(x + xs + k);
      const quad c = *(const quad *)(x + 2 * xs + k), d = *(const quad *)(x + 3 * xs + k);
      const quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab2 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      const quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd2 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      *(quad *)out = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
      *(quad *)(out + mr) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
      *(quad *)(out + 2 * mr) = __builtin_shufflevector(ab2, cd2, 0, 1, 4, 5);
      *(quad *)(out + 3 * mr) = __builtin_shufflevector(ab2, cd2, 2, 3, 6, 7);
    }
    if (mr & 2) {
      const quad e = *(const quad *)(x + quads * xs + k), f = *(const quad *)(x + (quads + 1) * xs + k);
      *(pair *)(out + quads) = __builtin_shufflevector(e, f, 0, 4);
      *(pair *)(out + mr + quads) = __builtin_shufflevector(e, f, 1, 5);
      *(pair *)(out + 2 * mr + quads) = __builtin_shufflevector(e, f, 2, 6);
      *(pair *)(out + 3 * mr + quads) = __builtin_shufflevector(e, f, 3, 7);
    }
  }
  for (; k < inner; k++)
    for (int i = 0; i < mr; i++) packed[k * mr + i] = x[i * xs + k];
}

// nv vectors of columns of rows `begin ..< end`, next to each other.
INLINE void pack_columns(const int nv, const float *from, long stride, long begin, long end, float *packed) {
  for (long r = begin; r < end; r++, packed += nv * CK_LANES)
#pragma unroll
    for (int v = 0; v < nv; v++) vec_store(packed + v * CK_LANES, vec_load(from + r * stride + v * CK_LANES));
}

// Inner rows of a product over which all tiles go before the next ones; the chains wait in y between two blocks.
struct product_block {
  long begin, end;
  // Whether the chains begin here, at the bias, and whether they end here, with the epilogue.
  int first, last;
};

// A tile of mr rows and nv vectors over one block: y = epilogue(bias + x · w). `width` is the stride between rows of w.
// Where it is packed, x is what `pack_tile` made.
INLINE void product_tile(
    const int mr, const int nv, const int is_packed, const float *x, long xs, const float *w, long width,
    const float *bias, const float *gate, float *y, long ys, const struct product_block *block,
    enum ck_epilogue epilogue) {
  vec acc[TILE_VECTORS];
#pragma unroll
  for (int v = 0; v < nv; v++) {
    vec b = bias && block->first ? vec_load(bias + v * CK_LANES) : vec_splat(0);
#pragma unroll
    for (int i = 0; i < mr; i++) acc[i * nv + v] = block->first ? b : vec_load(y + i * ys + v * CK_LANES);
  }
  const long inner = block->end - block->begin;
  long k = 0;
#if TILE_PACKS
  if (is_packed) {
    // The next tile's chains, which wait in y: all of a block's come from far behind the second-level cache.
#pragma unroll
    for (int i = 0; i < mr; i++) fetch(address(y, (mr + i) * ys), 0);
#pragma nounroll
    for (; k + 4 <= inner; k += 4) {
#pragma unroll
      for (long n = k; n < k + 4; n++) packed_step(mr, nv, acc, x + n * mr, w + n * width);
    }
#pragma nounroll
    for (; k < inner; k++) packed_step(mr, nv, acc, x + k * mr, w + k * width);
  }
  // The next tile's rows, a cache line of each at a time: where w stays in the first-level cache, x is what is waited
  // for.
  for (; k + 16 <= inner; k += 16) {
#pragma unroll
    for (int i = 0; i < mr; i++) fetch(address(x, (mr + i) * xs + k), 0);
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
      vec r = acc[i * nv + v];
      if (end == CK_EPILOGUE_RELU) {
        ivec drop = r <= 0;  // NaN stays, so that the loss shows it
        r = (vec)((ivec)r & ~drop);
      } else if (end == CK_EPILOGUE_GATE) {
        ivec keep = vec_load(gate + i * ys + v * CK_LANES) > 0;
        r = (vec)((ivec)r & keep);
      }
      vec_store(y + i * ys + v * CK_LANES, r);
    }
  }
}

// Some rows of consecutive leaves, few enough that their x and a panel's columns of d stay near while all tiles go over
// them.
struct gradient_chunk {
  long leaf_begin, leaf_end;
  long row_begin, row_end;
  // Inputs of its first row, from the call's first one on: those of the call or a copy.
  const float *x;
  // Finished sums before it.
  int depth;
  // Whether it goes on with a leaf that the chunk before it began.
  int continues;
  // Bytes that a tile's fetching of inputs is further ahead with each row: one, and 64 rows come to new cache lines one
  // after the other in the course of three tiles; none, and all of them do in the same tile, more than the cache can
  // wait for.
  long ramp;
};

#if CK_LANES == 8
// A turned tile of the weight gradient has outputs as rows and inputs as lanes. Its outputs are packed, two tiles' in a
// row of TURNED_STRIDE floats.
enum { TURNED_ROWS = 4, TURNED_STRIDE = 8 };

INLINE void turned_steps(const int nv, vec *acc, const float *d, const float *x, long x_stride, long n) {
#pragma nounroll
  for (; n & 3; n--, d += TURNED_STRIDE, x += x_stride) packed_step(TURNED_ROWS, nv, acc, d, x);
#pragma nounroll
  for (; n; n -= 4, d += 4 * TURNED_STRIDE) {
#pragma unroll
    for (int k = 0; k < 4; k++, x += x_stride) packed_step(TURNED_ROWS, nv, acc, d + k * TURNED_STRIDE, x);
  }
}

// Rows of a turned tile as columns of the matrix: its transpose, 4 × 8 floats at a time.
INLINE void turned_store(const int nv, const vec *acc, float *out, long width) {
#pragma unroll
  for (int v = 0; v < nv; v++) {
    const vec a = acc[v], b = acc[nv + v], c = acc[2 * nv + v], d = acc[3 * nv + v];
    const vec ab = __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13);
    const vec cd = __builtin_shufflevector(c, d, 0, 8, 1, 9, 4, 12, 5, 13);
    const vec ab2 = __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15);
    const vec cd2 = __builtin_shufflevector(c, d, 2, 10, 3, 11, 6, 14, 7, 15);
    // Lane k and lane k + 4 of each.
    const vec lanes[4] = {
        __builtin_shufflevector(ab, cd, 0, 1, 8, 9, 4, 5, 12, 13),
        __builtin_shufflevector(ab, cd, 2, 3, 10, 11, 6, 7, 14, 15),
        __builtin_shufflevector(ab2, cd2, 0, 1, 8, 9, 4, 5, 12, 13),
        __builtin_shufflevector(ab2, cd2, 2, 3, 10, 11, 6, 7, 14, 15),
    };
#pragma unroll
    for (int k = 0; k < 4; k++) {
      float *first = out + (v * CK_LANES + k) * width;
      __builtin_memcpy(first, (const float *)&lanes[k], 4 * sizeof(float));
      __builtin_memcpy(first + 4 * width, (const float *)&lanes[k] + 4, 4 * sizeof(float));
    }
  }
}
#endif

// A tile of the weight gradient over one chunk, with whose first row x, d and `next` begin: mr rows of the matrix, nv
// vectors of columns. `stack` holds the tile's finished sums and, behind them, the leaf at work where it goes on. With
// each row of a wide tile a cache line at the address `next` is fetched. Where it is turned, x are its packed outputs,
// d its inputs, mr its columns, nv vectors of its rows, and nothing is fetched.
INLINE void gradient_tile(
    const int mr, const int nv, const int is_turned, const float *x, long xs, const float *d, long ds, uintptr_t next,
    long next_stride, const struct ck_leaf *leaves, long leaf_count, const struct gradient_chunk *chunk, float *stack,
    float *out, long width) {
  enum { SLOT = TILE_VECTORS * CK_LANES };
  float *top = stack + (long)chunk->depth * SLOT;
  for (long leaf = chunk->leaf_begin; leaf < chunk->leaf_end; leaf++) {
    vec acc[TILE_VECTORS];
    const int continues = chunk->continues && leaf == chunk->leaf_begin;
#pragma unroll
    for (int n = 0; n < mr * nv; n++) acc[n] = continues ? vec_load(top + n * CK_LANES) : vec_splat(0);
    const long row_begin = chunk->row_begin, leaf_end = leaves[leaf].row_end;
    const long begin = (continues ? row_begin : leaves[leaf].row_begin) - row_begin;
    const long end = (leaf_end < chunk->row_end ? leaf_end : chunk->row_end) - row_begin;
#if CK_LANES == 8
    if (is_turned) turned_steps(nv, acc, x + begin * xs, d + begin * ds, ds, end - begin);
#endif
    const uintptr_t ahead = (uintptr_t)x + 64;  // the next tiles' inputs
    const long ahead_stride = xs * (long)sizeof(float) + chunk->ramp, further = next_stride * (long)sizeof(float);
#pragma nounroll
    for (long r = begin; r < end && !is_turned; r++) {
      fetch(ahead, r * ahead_stride);
      // Narrower tiles load more than they multiply.
      if (nv * CK_LANES >= 48) fetch(next, r * further);
      tile_step(mr, nv, acc, x + r * xs, 1, d + r * ds);
    }
    if (leaf_end <= chunk->row_end) {
      for (int m = leaves[leaf].merges; m > 0; m--) {
        top -= SLOT;
#pragma unroll
        for (int n = 0; n < mr * nv; n++) acc[n] = vec_load(top + n * CK_LANES) + acc[n];
      }
      if (leaf + 1 == leaf_count) {
#if CK_LANES == 8
        if (is_turned) {
          turned_store(nv, acc, out, width);
          return;
        }
#endif
#pragma unroll
        for (int i = 0; i < mr; i++)
#pragma unroll
          for (int v = 0; v < nv; v++) vec_store(out + i * width + v * CK_LANES, acc[i * nv + v]);
        return;
      }
    }
#pragma unroll
    for (int n = 0; n < mr * nv; n++) vec_store(top + n * CK_LANES, acc[n]);
    top += SLOT;
  }
}
