// Gradients of packed weights, of one level: sums over leaves of the reduction tree while they are in registers.

// All tiles of nv vectors of columns, `full` rows high, over one chunk, from row `first` of the matrix on. Returns
// where the stacks of the next columns are.
INLINE float *gradient_columns(
    const int nv, const int full, const struct ck_weight_gradient *p, const struct gradient_chunk *chunk, int packs,
    long first, float *stacks, long column, long width, long c) {
  // Where one chunk holds all rows, no sum outlives its tile, and all tiles share one stack, which stays in the
  // first-level cache.
  const long first_row = p->leaves[0].row_begin, rows = chunk->row_end - chunk->row_begin;
  const int is_last = chunk->row_end == p->leaves[p->leaf_count - 1].row_end;
  const long slots = chunk->row_begin == first_row && is_last ? 0 : p->stack_depth * TILE_VECTORS * CK_LANES;
  const float *x = chunk->x, *d = p->d + chunk->row_begin * p->d_stride + column + c;
  long d_stride = p->d_stride;
  // What no tile of this chunk fetches, of the rows that come next: d, and the inputs of the first tiles. After the
  // last chunk these are the inputs of the next call's first rows, if it goes on in the same panel. Chunks that are not
  // packed are long, and what is fetched for the next one would drive this one from the cache (5 to 10 % with 256
  // samples).
  const uintptr_t d_next = address(d, is_last ? 0 : rows * d_stride);
  const long next_call = p->i_end - p->i_begin + (first_row - chunk->row_begin) * p->x_stride;
  const uintptr_t x_next = address(x, p->positions > 1 ? 0 : is_last ? next_call : rows * p->x_stride);
  _Alignas(64) float packed[CK_GRADIENT_ROWS * TILE_COLUMNS];
  if (packs) {
    pack_columns(nv, d, d_stride, 0, rows, packed);
    d_stride = nv * CK_LANES;
    d = packed;
  }
  float *out = p->dw + p->inner * column + c;
  enum { LINES_OF_X = 2 };
  const int lines = (nv * CK_LANES + 15) / 16;
  int n = packs ? 0 : lines + LINES_OF_X;
  long i = first;
#define TILES(mr)                                                                                            \
  for (; i + (mr) <= p->i_end; i += (mr), stacks += slots, n++) {                                            \
    const float *from = x + (i - p->i_begin);                                                                \
    const uintptr_t next = n < lines                ? d_next + (uintptr_t)n * 64                             \
                           : n < lines + LINES_OF_X ? x_next + (uintptr_t)(n - lines) * 64                   \
                                                    : address(from, 16);                                     \
    gradient_tile(                                                                                           \
        mr, nv, 0, from, p->x_stride, d, d_stride, next, n < lines ? p->d_stride : p->x_stride, p->leaves,   \
        p->leaf_count, chunk, stacks, out + i * width, width);                                               \
  }
  ALL_TILES(full)
#undef TILES
  if (p->db && p->i_begin == 0) {
    static const float one = 1;
    gradient_tile(
        1, nv, 0, &one, 0, d, d_stride, address(&one, 0), 0, p->leaves, p->leaf_count, chunk, stacks,
        p->db + column + c, width);
    stacks += slots;
  }
  return stacks;
}

#if TILE_COLUMNS == 64
// The same for a panel of one vector, with inputs as lanes: outputs that only fill up the vector cost nothing, and
// inputs are loaded as they lie instead of one by one. Tiles are turned round when they are stored. Inputs that are no
// 64 any more are left: `first` is theirs.
INLINE float *gradient_narrow(
    const struct ck_weight_gradient *p, const struct gradient_chunk *chunk, float *stacks, long column, long *first) {
  enum { LANES = 4 * CK_LANES };
  const long outputs = p->outer - column, width = CK_LANES;
  const int is_last = chunk->row_end == p->leaves[p->leaf_count - 1].row_end;
  const int is_only = is_last && chunk->row_begin == p->leaves[0].row_begin;
  const long slots = is_only ? 0 : p->stack_depth * TILE_VECTORS * CK_LANES;
  const float *d = p->d + chunk->row_begin * p->d_stride + column;
  _Alignas(64) float turned[6 * LANES];
  long i = p->i_begin;
  for (; i + LANES <= p->i_end; i += LANES) {
    float *out = p->dw + p->inner * column + i * width;
    for (long n = outputs; n < width; n++)
      for (long lane = 0; lane < LANES; lane++) out[lane * width + n] = 0;
    const float *x = chunk->x + (i - p->i_begin);
    long o = 0;
#define TILES(mr)                                                                                            \
  for (; o + (mr) <= outputs; o += (mr), stacks += slots) {                                                  \
    gradient_tile(                                                                                           \
        mr, 4, 0, d + o, p->d_stride, x, p->x_stride, address(x, LANES + (o ? 32 : 0)), p->x_stride,         \
        p->leaves, p->leaf_count, chunk, stacks, turned, LANES);                                             \
    if (is_last)                                                                                             \
      for (long n = 0; n < (mr); n++)                                                                        \
        for (long lane = 0; lane < LANES; lane++) out[lane * width + o + n] = turned[n * LANES + lane];      \
  }
    ALL_TILES(6)
#undef TILES
  }
  *first = i;
  return stacks;
}
#endif

#if CK_LANES == 8
// A panel with inputs as lanes, 24 of them and 4 outputs to a tile. The 24 inputs of a chunk's rows stay in the
// first-level cache while all outputs go over them, instead of coming 6 at a time for 16 outputs; those of the next 24
// are fetched meanwhile, a whole round of tiles ahead. Outputs are packed whatever the tiling says. Inputs that are no
// 16 any more are left: `first` is theirs.
static __attribute__((noinline)) float *gradient_turned(
    const struct ck_weight_gradient *p, const struct gradient_chunk *chunk, float *stacks, long column, long width,
    long *first) {
  const long outputs = p->outer - column < width ? p->outer - column : width;
  const long tiles = (outputs + TURNED_ROWS - 1) / TURNED_ROWS;
  const long rows = chunk->row_end - chunk->row_begin, from_begin = p->leaves[0].row_begin - chunk->row_begin;
  const int is_last = chunk->row_end == p->leaves[p->leaf_count - 1].row_end;
  const long slots = from_begin == 0 && is_last ? 0 : p->stack_depth * TILE_VECTORS * CK_LANES;
  const float *d = p->d + chunk->row_begin * p->d_stride + column;
  _Alignas(64) float packed[CK_GRADIENT_ROWS * CK_PANEL];
  const long pair = rows * TURNED_STRIDE;
  for (long r = 0; r < rows; r++)
    for (long n = 0; n < (tiles + 1) / 2; n++)
      vec_store(packed + n * pair + r * TURNED_STRIDE, vec_load(d + r * p->d_stride + n * TURNED_STRIDE));
  long i = p->i_begin, lanes;
  for (; i + 16 <= p->i_end; i += lanes) {
    const long left = p->i_end - i;
    lanes = left >= 24 && left != 32 ? 24 : 16;
    const float *x = chunk->x + (i - p->i_begin);
    // After the last inputs, the first ones of the next rows, which may be those of the next call; copies come anew.
    const long next_rows = is_last ? from_begin * p->x_stride + p->i_end - p->i_begin : rows * p->x_stride;
    const uintptr_t next = left - lanes >= 16 ? address(x, lanes) : address(chunk->x, p->positions > 1 ? 0 : next_rows);
    float *out = p->dw + p->inner * column + i * width;
    for (long t = 0; t < tiles; t++, stacks += slots) {
      for (long r = rows * t / tiles; r < rows * (t + 1) / tiles; r++) {
        fetch(next, r * p->x_stride * (long)sizeof(float));
        fetch(next, r * p->x_stride * (long)sizeof(float) + 64);
      }
      const float *from = packed + t / 2 * pair + t % 2 * TURNED_ROWS;
#define TILE(nv)                                                                                       \
  gradient_tile(                                                                                       \
      TURNED_ROWS, nv, 1, from, TURNED_STRIDE, x, p->x_stride, next, 0, p->leaves, p->leaf_count,      \
      chunk, stacks, out + t * TURNED_ROWS, width)
      if (lanes == 24) TILE(3);
      else TILE(2);
#undef TILE
    }
    // Tiles end at four outputs; zero whatever these inputs are.
    if (is_last && outputs < width)
      for (long lane = 0; lane < lanes; lane++)
        for (long n = outputs; n < width; n++) out[lane * width + n] = 0;
  }
  *first = i;
  return stacks;
}
#endif

// All tiles of one panel over one chunk.
INLINE void gradient_panel(
    const struct ck_weight_gradient *p, const struct gradient_chunk *chunk, int tile, int packs, long column,
    long width) {
  float *stacks = p->scratch;
#if TILE_COLUMNS == 64
  switch (width / CK_LANES) {
    case 4:
      if (tile == 4) gradient_columns(4, 4, p, chunk, packs, p->i_begin, stacks, column, width, 0);
      else gradient_columns(4, TILE_ROWS(4), p, chunk, packs, p->i_begin, stacks, column, width, 0);
      break;
    case 3: gradient_columns(3, TILE_ROWS(3), p, chunk, packs, p->i_begin, stacks, column, width, 0); break;
    case 2: gradient_columns(2, TILE_ROWS(2), p, chunk, packs, p->i_begin, stacks, column, width, 0); break;
    default: {
      long first;
      stacks = gradient_narrow(p, chunk, stacks, column, &first);
      gradient_columns(1, TILE_ROWS(1), p, chunk, packs, first, stacks, column, width, 0);
      break;
    }
  }
#else
  long first = p->i_begin;
#if CK_LANES == 8
  if (tile == CK_TILE_TURNED) stacks = gradient_turned(p, chunk, stacks, column, width, &first);
  if (first == p->i_end && !(p->db && p->i_begin == 0)) return;
  // The bias alone is not worth it.
  packs = packs && first < p->i_end;
#else
  (void)tile;
#endif
  // Chunk by chunk, not column by column: x of an item, 768 KiB of 1024 samples, would come from the third-level cache
  // for each.
  for (long c = 0; c < width; c += TILE_COLUMNS)
    stacks = gradient_columns(
        TILE_COLUMNS / CK_LANES, TILE_ROWS(TILE_COLUMNS / CK_LANES), p, chunk, packs, first, stacks, column, width, c);
#endif
}

// The inputs of a call at the positions of a chunk, equally far apart. Out of line, so that nothing of it is in the way
// of the tiles: a copy of the call beside it cost short leaves 13 % (AVX2).
static __attribute__((noinline)) void copy_positions(
    const struct ck_weight_gradient *p, const struct gradient_chunk *chunk) {
  float *to = p->copy;
  for (long r = chunk->row_begin; r < chunk->row_end; r++, to += CK_GRADIENT_ITEM) {
    const float *from = p->rows + r / p->positions * p->rows_stride + r % p->positions * p->x_position_stride;
    for (long i = p->i_begin; i < p->i_end; i++) to[i - p->i_begin] = from[i];
  }
}

static void weight_gradient(struct ck_weight_gradient *p) {
  const long column = p->panel * CK_PANEL, width = ck_panel_width(column, p->outer);
  if (p->leaf_count == 0) {
    for (long n = p->i_begin * width; n < p->i_end * width; n++) p->dw[p->inner * column + n] = 0;
    if (p->db && p->i_begin == 0)
      for (long n = 0; n < width; n++) p->db[column + n] = 0;
    return;
  }
  const struct ck_tiling *tiling = p->tiling ? p->tiling : ck_tiling();
  const struct ck_leaf *leaves = p->leaves;
  struct gradient_chunk chunk = {0, 0, leaves[0].row_begin, 0, 0, 0, 0, tiling->gradient_packs && TILE_COLUMNS == 64};
  const long last = leaves[p->leaf_count - 1].row_end;
  const int is_cut = p->positions > 1 && tiling->gradient_chunk > CK_POSITIONS_COPIED;
  const long chunk_rows = is_cut ? CK_POSITIONS_COPIED : tiling->gradient_chunk;
  int tile = tiling->gradient_tile;
  if (tile == CK_TILE_BY_LEAVES) tile = last - leaves[0].row_begin < CK_LONG_LEAF * p->leaf_count ? 4 : 6;
#if CK_LANES == 8
  if (tile == CK_TILE_BY_INPUTS)
    tile = (last - leaves[0].row_begin) * p->inner < CK_MANY_INPUTS ? 0 : CK_TILE_TURNED;
#endif
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
    const long finished = chunk.leaf_end - chunk.continues;
    for (long leaf = chunk.leaf_begin; leaf < finished; leaf++) chunk.depth += 1 - leaves[leaf].merges;
    chunk.leaf_begin = finished;
    chunk.row_begin = chunk.row_end;
  }
}
