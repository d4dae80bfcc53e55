/// Dense products in float32 whose bits do not depend on how the work is cut.
///
/// Every element of a product is one chain of fused multiply-adds over the inner index in ascending order, begun at the
/// bias (or zero). Tiles, threads, row cuts and instruction sets change nothing about that chain, so five lines of
/// scalar C with `fmaf` check every bit.
///
/// Packed weights. A matrix of `inner` rows and `outer` columns is kept in panels of 64 columns (the last one 16, 32,
/// 48 or 64 wide, columns beyond `outer` zero), each panel stored row by row: element (i, o) is at `inner * 64 * (o /
/// 64) + i * width(o / 64) + o % 64`. See `ck_packed_count` and `ck_packed_index`.
///
/// Activations are row-major with a row stride that is a multiple of 16 floats; the floats between the row's end and
/// the next multiple of 16 are zero and stay zero.
#ifndef PTRAIN_CK_DENSE_H
#define PTRAIN_CK_DENSE_H
#include <stdint.h>

enum { CK_PANEL = 64 };

static inline long ck_round16(long n) { return (n + 15) & ~15L; }

/// Floats of a packed matrix: `inner * round16(outer)`.
static inline long ck_packed_count(long inner, long outer) { return inner * ck_round16(outer); }

/// Columns of the panel that holds column `o`, padding included.
static inline long ck_panel_width(long o, long outer) {
  long left = ck_round16(outer) - o / CK_PANEL * CK_PANEL;
  return left < CK_PANEL ? left : CK_PANEL;
}

/// Where element (i, o) of a packed matrix is.
static inline long ck_packed_index(long i, long o, long inner, long outer) {
  return inner * (o / CK_PANEL * CK_PANEL) + i * ck_panel_width(o, outer) + o % CK_PANEL;
}

/// What happens to a finished element before it is stored.
enum ck_epilogue {
  CK_EPILOGUE_NONE = 0,
  /// max(0, v); NaN stays NaN
  CK_EPILOGUE_RELU = 1,
  /// v where the gate (same layout as y) is positive, else 0: ReLU's derivative
  CK_EPILOGUE_GATE = 2,
};

/// How the kernels cut their work, which no bit depends on; see tiling.c for the choice.
struct ck_tiling {
  /// Inner rows of weights over which all tiles of a product go before the next ones: 16 ... CK_INNER_BLOCK where the
  /// level packs, else any number; where inputs are copied, a multiple of 16 up to CK_COPIED_INPUTS.
  long inner_block;
  /// Samples that go through all inner rows before the next ones, where inputs are copied up to CK_COPIED_ROWS.
  long row_block;
  /// Samples over which all tiles of a weight gradient go before the next ones: 1 ... CK_GRADIENT_ROWS.
  long gradient_chunk;
  /// Rows of a weight gradient's tile of 64 columns with AVX-512: 4, 6 or CK_TILE_BY_LEAVES. With AVX2 0, which is 6
  /// inputs × 16 outputs, CK_TILE_TURNED or CK_TILE_BY_INPUTS.
  int gradient_tile;
  /// Whether a chunk's columns of d are copied next to each other before all tiles go over them; for turned tiles they
  /// always are.
  int gradient_packs;
  /// Whether products of many columns copy a block of inputs, row by row of a tile, and take it through all columns;
  /// see `ck_product_copies`. 0 with AVX-512.
  int product_copies;
};

/// 6 rows where leaves have CK_LONG_LEAF rows or more in the mean, else 4: a lower tile has less to store at a leaf's
/// end.
enum { CK_TILE_BY_LEAVES = -1, CK_LONG_LEAF = 64 };

/// 24 inputs × 4 outputs, with inputs as lanes; the same where the rows of a call's leaves times the matrix's inputs
/// are CK_MANY_INPUTS or more, half of what a second-level cache of 512 KiB holds, else 0: small ones gain nothing and
/// pay for packing.
enum { CK_TILE_TURNED = -2, CK_TILE_BY_INPUTS = -3, CK_MANY_INPUTS = 1 << 16 };

/// `y[r][o] = epilogue(bias[o] + Σᵢ x[r][i] · w(i, o))` for panels `panel_begin ..< panel_end`.
struct ck_product {
  const float *x;
  long x_stride;
  const float *weights;
  /// `round16(outer)` floats, zero-padded, or null.
  const float *bias;
  /// For CK_EPILOGUE_GATE: same stride as y.
  const float *gate;
  float *y;
  long y_stride;
  long rows, inner, outer;
  long panel_begin, panel_end;
  enum ck_epilogue epilogue;
  /// `ck_product_scratch(inner, outer)` floats on a 64-byte border, or null: inputs are read where they lie.
  float *scratch;
  /// Set by `ck_product_transposed`: whether `weights` are those of its `packed`.
  int is_transposed;
  /// Null: what was chosen for this CPU.
  const struct ck_tiling *tiling;
};

/// Inputs and samples of a block that is copied, at most: 384 KiB, which the second-level cache of a Zen 3 holds (512
/// KiB).
enum { CK_COPIED_INPUTS = 256, CK_COPIED_ROWS = 384 };
/// The least panels and samples of a product that copies its inputs: it pays for two or three panels in busy moments
/// only, for fewer samples never.
enum { CK_COPIED_PANELS = 4, CK_COPIED_LEAST_ROWS = 18 };

/// Floats of a product's scratch memory; 0: it uses none.
static inline long ck_product_scratch(long inner, long outer) {
  if (outer <= (CK_COPIED_PANELS - 1) * CK_PANEL) return 0;
  return (inner < CK_COPIED_INPUTS ? ck_round16(inner) : CK_COPIED_INPUTS) * CK_COPIED_ROWS;
}

/// Whether a product copies its inputs.
static inline int ck_product_copies(const struct ck_product *p, const struct ck_tiling *tiling) {
  return tiling->product_copies && p->scratch && p->panel_end - p->panel_begin >= CK_COPIED_PANELS &&
         p->rows >= CK_COPIED_LEAST_ROWS;
}

/// One leaf after the other of a subtree of the reduction tree: rows of the leaf, and how many finished neighbours on
/// its left are added once it is done.
struct ck_leaf {
  long row_begin, row_end;
  int32_t merges;
};

/// `dw(i, o) = tree over leaves of Σ over the leaf's rows of x[r][i] · d[r][o]`, packed, for one panel and rows
/// `i_begin ..< i_end` of the packed matrix; `db[o]`, the same with x = 1, where `i_begin` is 0 and db is not null.
struct ck_weight_gradient {
  const float *x;
  long x_stride;
  const float *d;
  long d_stride;
  /// 0 or 1: a row is one sample. Else each row has so many positions, one after the other in the chains; x_stride and
  /// d_stride are from row to row, these from position to position, and d_stride is `positions * d_position_stride`.
  long positions;
  long x_position_stride, d_position_stride;
  /// Where there are positions: `CK_POSITIONS_COPIED * CK_GRADIENT_ITEM` floats, used where those of x are not equally
  /// far apart.
  float *copy;
  /// Set by the kernel: what x was before it is a copy of some of its positions.
  const float *rows;
  long rows_stride;
  float *dw;
  float *db;
  long inner, outer;
  long panel;
  long i_begin, i_end;
  const struct ck_leaf *leaves;
  long leaf_count;
  /// At least `ck_weight_gradient_scratch(stack_depth)` floats, 64-byte aligned, one per thread; where there are
  /// positions, behind them `ck_leaf_scratch(leaf_count)` more.
  float *scratch;
  /// Sums that are kept for each tile at most: `ck_stack_depth(leaves)` of the subtree.
  long stack_depth;
  /// Null: what was chosen for this CPU.
  const struct ck_tiling *tiling;
};

/// Rows of the matrix in one call, at most, and in all calls of a matrix but the last one of a panel, which takes up to
/// a quarter more rather than leave a few rows to a call of their own.
enum { CK_GRADIENT_ITEM = 240, CK_GRADIENT_CUT = 192 };

/// Calls that a panel is cut into.
static inline long ck_gradient_cuts(long inner) {
  const long least = CK_GRADIENT_ITEM - CK_GRADIENT_CUT;
  return inner <= CK_GRADIENT_ITEM ? 1 : (inner - least + CK_GRADIENT_CUT - 1) / CK_GRADIENT_CUT;
}
/// Most samples over which all tiles of a call go before the next ones: their inputs and gradients of 64 outputs take
/// 256 KiB.
enum { CK_GRADIENT_ROWS = 256 };
/// Most positions that are copied at a time: with the inputs of a call they take 60 KiB.
enum { CK_POSITIONS_COPIED = 64 };
/// Most inner rows of weights that are packed at a time: 16 columns of them take 32 KiB.
enum { CK_INNER_BLOCK = 512 };

/// Sums that a tree of so many leaves keeps at a time, the one at work included.
static inline long ck_stack_depth(long leaves) {
  long depth = 1;
  while ((1L << (depth - 1)) < leaves) depth++;
  return depth + 1;
}

/// Floats of a call's scratch memory: the stacks of at most 66 tiles of 24 vectors of 16 floats, or of four times 44 of
/// 96 floats; turned tiles need 172 of these.
static inline long ck_weight_gradient_scratch(long stack_depth) {
  return (CK_GRADIENT_ITEM / 4 + 6) * stack_depth * 24 * 16;
}

/// Floats that so many leaves take, to the next cache line.
static inline long ck_leaf_scratch(long leaves) {
  return ck_round16(leaves * (long)(sizeof(struct ck_leaf) / sizeof(float)));
}

/// Where a choice of tiling comes from.
enum ck_tiling_source {
  CK_TILING_FIRST = 0,     ///< nothing was asked: the level's first candidate
  CK_TILING_TABLE = 1,     ///< this CPU is in the table of those that were measured
  CK_TILING_MEASURED = 2,  ///< a measurement of a few milliseconds
};

/// How many candidates a level has, and each of them.
int ck_tiling_count(int isa);
const struct ck_tiling *ck_tiling_candidate(int isa, int index);
/// The one in use at the active level.
const struct ck_tiling *ck_tiling(void);
/// Chooses the tiling of the active level. Call it once, on one thread, before the first computation.
enum ck_tiling_source ck_choose_tiling(void);
/// The least seconds that a small forward product and a small weight gradient take together; -1 where memory is short.
double ck_tiling_seconds(const struct ck_tiling *tiling);

// The kernels of the table: what the functions below do at one level. A gradient's positions are those of its copy, and
// the transpose is written from panel `first_panel` on.
typedef void (*ck_dense_product)(const struct ck_product *p);
typedef void (*ck_dense_gradient)(struct ck_weight_gradient *p);
typedef void (*ck_dense_transpose)(
    const float *packed, long inner, long outer, float *transposed, long first_panel, long block_begin,
    long block_end);

/// The three kernels at the active level.
void ck_product(const struct ck_product *p);
void ck_weight_gradient(const struct ck_weight_gradient *p);
/// Blocks of 64 × 64 of a packed matrix (numbered panel by panel of rows, `ceil(outer / 64)` to a row of blocks) into
/// the packed form of its transpose.
void ck_pack_transposed(
    const float *packed, long inner, long outer, float *transposed, long block_begin, long block_end);

/// `ck_product` with the transpose of `packed`, which has `p->outer` rows and `p->inner` columns; `p->weights` and
/// `p->scratch` are not looked at. Where inputs are not copied each panel is transposed into `scratch`,
/// `ck_transposed_scratch(p->inner, p->outer)` floats on a 64-byte border, and used while it is in the cache.
void ck_product_transposed(const struct ck_product *p, const float *packed, float *scratch);

static inline long ck_transposed_scratch(long inner, long outer) {
  const long copy = ck_product_scratch(inner, outer);
  return inner * CK_PANEL < copy ? copy : inner * CK_PANEL;
}

#endif
