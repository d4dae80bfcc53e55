// Products of activations with packed weights, of one level.

// Some rows of the part of one panel that is nv vectors wide, over one block of inner rows.
INLINE void product_rows(
    const int nv, const struct ck_product *p, long row_begin, long row_end, const struct product_block *block,
    const float *w, long width, long column) {
  const int full = TILE_ROWS(nv);
  const float *bias = p->bias ? p->bias + column : 0;
#if TILE_PACKS
  _Alignas(64) float packed[CK_INNER_BLOCK * TILE_COLUMNS];
  pack_columns(nv, w, width, block->begin, block->end, packed);
  w = packed;
  width = nv * CK_LANES;
#else
  w += block->begin * width;
#endif
  long r = row_begin;
#define TILES(mr)                                                                                                 \
  for (; r + (mr) <= row_end; r += (mr))                                                                          \
    product_tile(                                                                                                 \
        mr, nv, 0, p->x + r * p->x_stride + block->begin, p->x_stride, w, width, bias,                               \
        p->gate ? p->gate + r * p->y_stride + column : 0, p->y + r * p->y_stride + column, p->y_stride, block,    \
        p->epilogue);
  ALL_TILES(full)
#undef TILES
}

// The part of one panel that starts at `column`, over some rows and one block.
INLINE void product_panel(
    const struct ck_product *p, long row_begin, long row_end, const struct product_block *block, const float *w,
    long width, long column) {
#if TILE_COLUMNS == 64
  switch (width / CK_LANES) {
    case 4: product_rows(4, p, row_begin, row_end, block, w, width, column); break;
    case 3: product_rows(3, p, row_begin, row_end, block, w, width, column); break;
    case 2: product_rows(2, p, row_begin, row_end, block, w, width, column); break;
    default: product_rows(1, p, row_begin, row_end, block, w, width, column); break;
  }
#else
  for (long c = 0; c < width; c += TILE_COLUMNS)
    product_rows(TILE_COLUMNS / CK_LANES, p, row_begin, row_end, block, w + c, width, column + c);
#endif
}

#if TILE_PACKS
// Columns of weights of a product that copies its inputs, and of which columns the next ones are.
struct product_strip {
  long column, next;
  // Those of one block, next to each other.
  _Alignas(64) float weights[CK_COPIED_INPUTS * TILE_COLUMNS];
};

INLINE void fill_strip(const struct ck_product *p, const struct product_block *block, struct product_strip *strip) {
  const long column = strip->column;
  if (p->is_transposed) {
    const long rows = p->outer - column < TILE_COLUMNS ? p->outer - column : TILE_COLUMNS;
    for (long k = block->begin; k < block->end; k += 16)
      transpose_block(
          p->weights + ck_packed_index(column, k, p->outer, p->inner), ck_panel_width(k, p->inner), rows,
          strip->weights + (k - block->begin) * TILE_COLUMNS, TILE_COLUMNS,
          block->end - k < 16 ? block->end - k : 16);
  } else {
    pack_columns(
        TILE_COLUMNS / CK_LANES, p->weights + ck_packed_index(0, column, p->inner, p->outer),
        ck_panel_width(column, p->outer), block->begin, block->end, strip->weights);
  }
}

// Cache lines `begin ..< end`, of as many as the block has inner rows, of the weights of the next columns: where inputs
// stay in the second-level cache, weights are what comes from afar.
INLINE void fetch_strip(
    const struct ck_product *p, const struct product_block *block, const struct product_strip *strip, long begin,
    long end) {
  for (long n = begin; n < end; n++) {
    const long place = p->is_transposed
                           ? ck_packed_index(strip->next + n % 16, block->begin + n / 16 * 16, p->outer, p->inner)
                           : ck_packed_index(block->begin + n, strip->next, p->inner, p->outer);
    fetch_near(address(p->weights, place));
  }
}

// All rows of one block of a copy, times its columns.
INLINE void product_columns(
    const struct ck_product *p, long row, long rows, const struct product_block *block,
    const struct product_strip *strip) {
  enum { VECTORS = TILE_COLUMNS / CK_LANES };
  const long inner = block->end - block->begin, column = strip->column;
  const float *bias = p->bias ? p->bias + column : 0, *gate = p->gate ? p->gate + row * p->y_stride + column : 0;
  float *y = p->y + row * p->y_stride + column;
  long r = 0;
#define TILES(mr)                                                                                          \
  for (; r + (mr) <= rows; r += (mr)) {                                                                    \
    if (strip->next < p->outer) fetch_strip(p, block, strip, r * inner / rows, (r + (mr)) * inner / rows); \
    product_tile(                                                                                          \
        mr, VECTORS, 1, p->scratch + r * inner, 0, strip->weights, TILE_COLUMNS, bias,                     \
        gate ? gate + r * p->y_stride : 0, y + r * p->y_stride, p->y_stride, block, p->epilogue);          \
  }
  ALL_TILES(TILE_ROWS(VECTORS))
#undef TILES
}

INLINE void copy_inputs(const struct ck_product *p, long row, long rows, const struct product_block *block) {
  const long inner = block->end - block->begin;
  const float *x = p->x + row * p->x_stride + block->begin;
  long r = 0;
#define TILES(mr)                     \
  for (; r + (mr) <= rows; r += (mr)) \
    pack_tile(mr, x + r * p->x_stride, p->x_stride, inner, p->scratch + r * inner);
  ALL_TILES(TILE_ROWS(TILE_COLUMNS / CK_LANES))
#undef TILES
}

// How long the parts are that `all` is cut into, none longer than `most`, as even as multiples of `unit` allow.
INLINE long even_part(long all, long most, long unit) {
  const long parts = (all + most - 1) / most, part = parts > 1 ? (all + parts - 1) / parts : all;
  const long whole = (part + unit - 1) / unit * unit;
  return whole < most ? whole : most;
}

// A block of inputs is copied once and goes through all columns while it is in the second-level cache.
static void product_of_copies(const struct ck_product *p, const struct ck_tiling *tiling) {
  const long inner_block = even_part(p->inner, tiling->inner_block, 16);
  const long row_block = even_part(p->rows, tiling->row_block, TILE_ROWS(TILE_COLUMNS / CK_LANES));
  const long first = p->panel_begin * CK_PANEL;
  const long end = ck_round16(p->outer) < p->panel_end * CK_PANEL ? ck_round16(p->outer) : p->panel_end * CK_PANEL;
  struct product_strip strip;
  for (long r = 0; r < p->rows; r += row_block) {
    const long rows = p->rows - r < row_block ? p->rows - r : row_block;
    struct product_block block = {0, 0, 1, 0};
    do {
      block.end = p->inner - block.begin <= inner_block ? p->inner : block.begin + inner_block;
      block.last = block.end == p->inner;
      copy_inputs(p, r, rows, &block);
      for (strip.column = first; strip.column < end; strip.column = strip.next) {
        strip.next = strip.column + TILE_COLUMNS;
        fill_strip(p, &block, &strip);
        product_columns(p, r, rows, &block, &strip);
      }
      block.begin = block.end;
      block.first = 0;
    } while (!block.last);
  }
}
#endif

static void product(const struct ck_product *p) {
  const struct ck_tiling *tiling = p->tiling ? p->tiling : ck_tiling();
#if TILE_PACKS
  if (ck_product_copies(p, tiling)) {
    product_of_copies(p, tiling);
    return;
  }
#endif
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
