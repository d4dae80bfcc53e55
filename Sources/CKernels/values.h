// Register programs in double, for the values of own losses; operations as in program.h.

/// a^b = e^(b log |a|), special values as power16's.
INLINE f64x16 power64(f64x16 a, f64x16 b) {
  f64x16 size = magnitude64(a), y = exp64(b * log64(size));
  f64x16 zero = splat64(0.0), one = splat64(1.0), infinite = splat64(INFINITE_64);
  y = size < 0x1p-1022 ? (b < zero ? infinite : zero) : y;
  y = size == infinite ? (b < zero ? zero : infinite) : y;
  y = size == one ? one : y;
  f64x16 bounded = magnitude64(b) < 0x1p53 ? b : splat64(0x1p53);  // from 2^53 on every double is even
  i64x16 whole = __builtin_convertvector(bounded, i64x16);
  i64x16 is_whole = __builtin_convertvector(whole, f64x16) == bounded;
  i64x16 is_odd = is_whole & ((whole & 1) != (i64x16)(0));
  y = (is_odd & ((i64x16)a < (i64x16)(0))) ? -y : y;
  y = ((a < zero) & ~is_whole) ? splat64(__builtin_nan("")) : y;
  y = ((a != a) | (b != b)) ? a + b : y;
  return ((b == zero) | (a == one)) ? one : y;
}

INLINE f64x16 sign64(f64x16 x) {
  f64x16 y = x < 0.0 ? splat64(-1.0) : (x != x ? x : splat64(0.0));
  return x > 0.0 ? splat64(1.0) : y;
}

INLINE f64x16 load64(const double *p) {
  f64x16 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store64(double *p, f64x16 v) { __builtin_memcpy(p, &v, sizeof v); }

#define UNARY(operation, expression)          \
  case operation:                             \
    for (size_t i = 0; i < n; i += 16) {      \
      f64x16 a = load64(pa);                  \
      store64(to + i, expression);            \
      pa += step_a;                           \
    }                                         \
    break;

#define BINARY(operation, expression)             \
  case operation:                                 \
    for (size_t i = 0; i < n; i += 16) {          \
      f64x16 a = load64(pa), b = load64(pb);      \
      store64(to + i, expression);                \
      pa += step_a;                               \
      pb += step_b;                               \
    }                                             \
    break;

#define TERNARY(operation, expression)                             \
  case operation:                                                  \
    for (size_t i = 0; i < n; i += 16) {                           \
      f64x16 a = load64(pa), b = load64(pb), c = load64(pc);       \
      store64(to + i, expression);                                 \
      pa += step_a;                                                \
      pb += step_b;                                                \
      pc += step_c;                                                \
    }                                                              \
    break;

static void apply64(
    uint32_t operation, double *to, const double *pa, size_t step_a, const double *pb, size_t step_b, const double *pc,
    size_t step_c, size_t n) {
  switch (operation) {
    UNARY(CK_OP_COPY, a)
    BINARY(CK_OP_ADD, a + b)
    BINARY(CK_OP_SUBTRACT, a - b)
    BINARY(CK_OP_MULTIPLY, a *b)
    BINARY(CK_OP_DIVIDE, a / b)
    TERNARY(CK_OP_MULTIPLY_ADD, a *b + c)
    BINARY(CK_OP_POWER, power64(a, b))
    BINARY(CK_OP_MINIMUM, ((a < b) | (a != a)) ? a : b)
    BINARY(CK_OP_MAXIMUM, ((a > b) | (a != a)) ? a : b)
    UNARY(CK_OP_NEGATE, (f64x16)((u64x16)a ^ 0x8000000000000000u))
    UNARY(CK_OP_ABSOLUTE, magnitude64(a))
    UNARY(CK_OP_SIGN, sign64(a))
    UNARY(CK_OP_SQUARE_ROOT, __builtin_elementwise_sqrt(a))
    UNARY(CK_OP_EXP, exp64(a))
    UNARY(CK_OP_EXPM1, expm1_64(a))
    UNARY(CK_OP_LOG, log64(a))
    UNARY(CK_OP_LOG1P, log1p64(a))
    UNARY(CK_OP_TANH, tanh64(a))
    UNARY(CK_OP_SIGMOID, sigmoid64(a))
    UNARY(CK_OP_SOFTPLUS, softplus64(a))
    UNARY(CK_OP_ERF, erf64(a))
    BINARY(CK_OP_LESS, (f64x16)(a < b))
    BINARY(CK_OP_LESS_OR_EQUAL, (f64x16)(a <= b))
    BINARY(CK_OP_EQUAL, (f64x16)(a == b))
    BINARY(CK_OP_NOT_EQUAL, (f64x16)(a != b))
    BINARY(CK_OP_AND, (f64x16)((u64x16)a & (u64x16)b))
    BINARY(CK_OP_OR, (f64x16)((u64x16)a | (u64x16)b))
    UNARY(CK_OP_NOT, (f64x16)(~(u64x16)a))
    TERNARY(CK_OP_SELECT, (i64x16)a ? b : c)
    default: break;
  }
}

/// `rows` x `width` numbers put close together, from row to row `ld` apart.
INLINE void widen_rows(double *to, const float *from, size_t ld, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < width; j++) to[r * width + j] = from[r * ld + j];
  }
}

static void run_values(const struct ck_value_program *program, const struct ck_program_rows *batch) {
  // The 16 doubles behind the last register are read with the last row.
  _Alignas(64) double registers[CK_PROGRAM_FLOATS + 16];
  size_t lanes = CK_PROGRAM_FLOATS / program->registers / 16 * 16;
  if (lanes > CK_PROGRAM_LANES) lanes = CK_PROGRAM_LANES;
  __builtin_memset(registers, 0, (program->registers * lanes + 16) * sizeof(double));
  const double *value = registers + program->value * lanes;

  // Blocks as in run_program.
  size_t width = batch->width;
  size_t part = width < lanes ? width : lanes;
  size_t block_rows = lanes / part;
  for (size_t first = 0; first < batch->rows; first += block_rows) {
    size_t rows = batch->rows - first < block_rows ? batch->rows - first : block_rows;
    f64x16 sums = splat64(0.0);
    for (size_t start = 0; start < width; start += part) {
      size_t columns = width - start < part ? width - start : part;
      size_t n = (rows * columns + 15) / 16 * 16;
      widen_rows(registers, batch->p + first * batch->ld_p + start, batch->ld_p, rows, columns);
      widen_rows(registers + lanes, batch->y + first * batch->ld_y + start, batch->ld_y, rows, columns);
      for (size_t r = 0; program->uses_weight && r < rows; r++) {
        for (size_t j = 0; j < columns; j++) registers[2 * lanes + r * columns + j] = batch->w[first + r];
      }
      for (size_t i = 0; i < program->count; i++) {
        const struct ck_instruction *step = program->instructions + i;
#define PLACE(o) ((o).is_constant ? program->constants + (size_t)(o).index * 16 : registers + (o).index * lanes)
        apply64(
            step->operation, registers + step->to * lanes, PLACE(step->a), step->a.is_constant ? 0 : 16,
            PLACE(step->b), step->b.is_constant ? 0 : 16, PLACE(step->c), step->c.is_constant ? 0 : 16, n);
#undef PLACE
      }
      for (size_t r = 0; r < rows; r++) {
        if (block_rows > 1) sums = splat64(0.0);
        for (size_t j = 0; j < columns; j += 16) {
          f64x16 v = load64(value + r * columns + j);
          sums += columns - j >= 16 ? v : kept64(v, lanes_below(columns - j));
        }
        if (start + columns < width) continue;
        double sum = width == 1 ? value[r] : sum_of_lanes(sums);
        batch->losses[first + r] = (double)batch->w[first + r] * (sum / batch->divisor);
      }
    }
  }
}

#undef UNARY
#undef BINARY
#undef TERNARY
