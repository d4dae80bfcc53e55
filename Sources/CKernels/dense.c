// Dense products at the active level.
#include "ckernels.h"

void ck_product(const struct ck_product *p) { ck_active()->product(p); }

// Positions are rows of their own, which leaves count once they are multiplied.
void ck_weight_gradient(const struct ck_weight_gradient *p) {
  if (p->positions <= 1) {
    // Only a call with positions is written to.
    ck_active()->weight_gradient((struct ck_weight_gradient *)p);
    return;
  }
  struct ck_weight_gradient all = *p;
  struct ck_leaf *leaves = (struct ck_leaf *)(p->scratch + ck_weight_gradient_scratch(p->stack_depth));
  for (long n = 0; n < p->leaf_count; n++) {
    const struct ck_leaf leaf = p->leaves[n];
    leaves[n] = (struct ck_leaf){leaf.row_begin * p->positions, leaf.row_end * p->positions, leaf.merges};
  }
  all.leaves = leaves;
  all.d_stride = p->d_position_stride;
  if (p->x_stride == p->positions * p->x_position_stride) {
    all.x_stride = p->x_position_stride;
    all.positions = 1;
  } else {
    all.rows = p->x;
    all.rows_stride = p->x_stride;
    all.x_stride = CK_GRADIENT_ITEM;
  }
  ck_active()->weight_gradient(&all);
}

void ck_pack_transposed(
    const float *packed, long inner, long outer, float *transposed, long block_begin, long block_end) {
  ck_active()->pack_transposed(packed, inner, outer, transposed, 0, block_begin, block_end);
}

void ck_product_transposed(const struct ck_product *p, const float *packed, float *scratch) {
  const struct ck_table *table = ck_active();
  const long across = (p->inner + CK_PANEL - 1) / CK_PANEL;
  struct ck_product one = *p;
  one.scratch = scratch;
  if (ck_product_copies(&one, p->tiling ? p->tiling : ck_tiling())) {
    one.weights = packed;
    one.is_transposed = 1;
    table->product(&one);
    return;
  }
  for (long panel = p->panel_begin; panel < p->panel_end; panel++) {
    const long column = panel * CK_PANEL;
    table->pack_transposed(packed, p->outer, p->inner, scratch, panel, panel * across, (panel + 1) * across);
    // The panel as a product of its own.
    one.weights = scratch;
    one.bias = p->bias ? p->bias + column : 0;
    one.gate = p->gate ? p->gate + column : 0;
    one.y = p->y + column;
    one.outer = p->outer - column < CK_PANEL ? p->outer - column : CK_PANEL;
    one.panel_begin = 0;
    one.panel_end = 1;
    table->product(&one);
  }
}
