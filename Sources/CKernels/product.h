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
        mr, nv, p->x + r * p->x_stride + block->begin, p->x_stride, w, width, bias,                               \
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

static void product(const struct ck_product *p) {
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
