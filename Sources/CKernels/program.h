// Register programs of one level: an instruction is one loop over a block, so that dispatch costs nothing per element.

/// log x of a positive normal x, in double to about 2^-38 of the value.
INLINE f64x16 precise_log16(f32x16 x) {
  i32x16 k = ((i32x16)x - SQRT_HALF_BITS) >> 23;
  f64x16 m = __builtin_convertvector((f32x16)((u32x16)x - ((u32x16)k << 23)), f64x16);
  f64x16 s = (m - 1.0) / (m + 1.0);
  f64x16 square = s * s;
  f64x16 p = (f64x16)(1.0 / 17);
  for (int i = 15; i >= 3; i -= 2) p = p * square + 1.0 / i;
  return __builtin_convertvector(k, f64x16) * 0x1.62e42fefa39efp-1 + (2.0 * s + 2.0 * s * (square * p));
}

/// e^t in double, t bounded by 700.
INLINE f64x16 precise_exp16(f64x16 t) {
  t = t > (f64x16)(700.0) ? (f64x16)(700.0) : t;
  t = t < (f64x16)(-700.0) ? (f64x16)(-700.0) : t;
  f64x16 shifted = t * 0x1.71547652b82fep+0 + 0x1.8p52;  // leaves round(t / ln 2) in the low bits
  f64x16 r = t - (shifted - 0x1.8p52) * 0x1.62e42fefa39efp-1;
  f64x16 e = (f64x16)(1.0 / 39916800);
  const double factorials[] = {3628800, 362880, 40320, 5040, 720, 120, 24, 6, 2, 1, 1};
  for (int i = 0; i < 11; i++) e = e * r + 1.0 / factorials[i];
  return (f64x16)((u64x16)e + ((u64x16)shifted << 52));
}

/// a^b = e^(b log a), both in double, so that the one rounding to float decides.
INLINE f32x16 power16(f32x16 a, f32x16 b) {
  f32x16 size = magnitude(a);
  f64x16 t = __builtin_convertvector(b, f64x16) * precise_log16(size);
  f32x16 y = __builtin_convertvector(precise_exp16(t), f32x16);

  f32x16 zero = splat(0.0f), one = splat(1.0f), infinite = splat(INFINITE);
  y = size < splat(0x1p-126f) ? (b < zero ? infinite : zero) : y;
  y = size == infinite ? (b < zero ? zero : infinite) : y;
  y = size == one ? one : y;
  f32x16 bounded = magnitude(b) < splat(0x1p24f) ? b : splat(0x1p24f);  // from 2^24 on every float is even
  i32x16 whole = __builtin_convertvector(bounded, i32x16);
  i32x16 is_whole = __builtin_convertvector(whole, f32x16) == bounded;
  i32x16 is_odd = is_whole & ((whole & 1) != (i32x16)(0));
  y = (is_odd & ((i32x16)a < (i32x16)(0))) ? -y : y;
  y = ((a < zero) & ~is_whole) ? splat(NOT_A_NUMBER) : y;
  y = ((a != a) | (b != b)) ? a + b : y;
  return ((b == zero) | (a == one)) ? one : y;
}

INLINE f32x16 sign16(f32x16 x) {
  f32x16 zero = splat(0.0f);
  f32x16 y = x < zero ? splat(-1.0f) : (x != x ? x : zero);
  return x > zero ? splat(1.0f) : y;
}

#define UNARY(operation, expression)          \
  case operation:                             \
    for (size_t i = 0; i < n; i += 16) {      \
      f32x16 a = load(pa);                    \
      store(to + i, expression);              \
      pa += step_a;                           \
    }                                         \
    break;

#define BINARY(operation, expression)             \
  case operation:                                 \
    for (size_t i = 0; i < n; i += 16) {          \
      f32x16 a = load(pa), b = load(pb);          \
      store(to + i, expression);                  \
      pa += step_a;                               \
      pb += step_b;                               \
    }                                             \
    break;

#define TERNARY(operation, expression)                         \
  case operation:                                              \
    for (size_t i = 0; i < n; i += 16) {                       \
      f32x16 a = load(pa), b = load(pb), c = load(pc);         \
      store(to + i, expression);                               \
      pa += step_a;                                            \
      pb += step_b;                                            \
      pc += step_c;                                            \
    }                                                          \
    break;

static void apply(
    uint32_t operation, float *to, const float *pa, size_t step_a, const float *pb, size_t step_b, const float *pc,
    size_t step_c, size_t n) {
  switch (operation) {
    UNARY(CK_OP_COPY, a)
    BINARY(CK_OP_ADD, a + b)
    BINARY(CK_OP_SUBTRACT, a - b)
    BINARY(CK_OP_MULTIPLY, a *b)
    BINARY(CK_OP_DIVIDE, a / b)
    TERNARY(CK_OP_MULTIPLY_ADD, fma16(a, b, c))
    BINARY(CK_OP_POWER, power16(a, b))
    BINARY(CK_OP_MINIMUM, ((a < b) | (a != a)) ? a : b)
    BINARY(CK_OP_MAXIMUM, ((a > b) | (a != a)) ? a : b)
    UNARY(CK_OP_NEGATE, (f32x16)((u32x16)a ^ 0x80000000u))
    UNARY(CK_OP_ABSOLUTE, magnitude(a))
    UNARY(CK_OP_SIGN, sign16(a))
    UNARY(CK_OP_SQUARE_ROOT, __builtin_elementwise_sqrt(a))
    UNARY(CK_OP_EXP, exp16(a))
    UNARY(CK_OP_EXPM1, expm1_16(a))
    UNARY(CK_OP_LOG, log16(a))
    UNARY(CK_OP_LOG1P, log1p16(a))
    UNARY(CK_OP_TANH, tanh16(a))
    UNARY(CK_OP_SIGMOID, sigmoid_only16(a))
    UNARY(CK_OP_SOFTPLUS, softplus16(a))
    UNARY(CK_OP_ERF, erf16(a))
    BINARY(CK_OP_LESS, (f32x16)(a < b))
    BINARY(CK_OP_LESS_OR_EQUAL, (f32x16)(a <= b))
    BINARY(CK_OP_EQUAL, (f32x16)(a == b))
    BINARY(CK_OP_NOT_EQUAL, (f32x16)(a != b))
    BINARY(CK_OP_AND, (f32x16)((u32x16)a & (u32x16)b))
    BINARY(CK_OP_OR, (f32x16)((u32x16)a | (u32x16)b))
    UNARY(CK_OP_NOT, (f32x16)(~(u32x16)a))
    TERNARY(CK_OP_SELECT, (i32x16)a ? b : c)
    default: break;
  }
}

/// One float of each row put close together.
INLINE void pack_column(float *to, const float *from, size_t ld, size_t rows) {
  for (size_t r = 0; r < rows; r++) to[r] = from[r * ld];
}

/// The results of rows of one output, 16 rows at a time.
INLINE void write_column(
    const struct ck_program_rows *batch, const float *value, const float *slope, size_t first, size_t rows) {
  for (size_t r = 0; r < rows; r += 16) {
    size_t count = rows - r < 16 ? rows - r : 16;
    f32x16 w = load_upto(batch->w + first + r, count, 0.0f);
    f64x16 losses = __builtin_convertvector(load(value + r), f64x16) / batch->divisor;
    double weighted[16];
    losses *= __builtin_convertvector(w, f64x16);
    __builtin_memcpy(weighted, &losses, sizeof weighted);
    float slopes[16];
    store(slopes, w * load(slope + r));
    for (size_t i = 0; i < count; i++) {
      batch->losses[first + r + i] = weighted[i];
      batch->slope[(first + r + i) * batch->ld_slope] = slopes[i];
    }
  }
}

/// `rows` x `width` floats put close together. Each row is stored as whole vectors: what sticks out is overwritten by
/// the next row, and after the last by the register that is filled next.
INLINE void pack_rows(float *to, const float *from, size_t ld, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < width; j += 16) store(to + r * width + j, load(from + r * ld + j));
  }
}

INLINE void spread_weights(float *to, const float *w, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t j = 0; j < width; j += 16) store(to + r * width + j, splat(w[r]));
  }
}

INLINE f32x16 first_lanes(f32x16 v, size_t count) {
  const i32x16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return count >= 16 ? v : (f32x16)((i32x16)v & (lane < (i32x16)((int32_t)count)));
}

static void run_program(const struct ck_program *program, const struct ck_program_rows *batch) {
  // The 16 floats behind the last register take what sticks out of it.
  _Alignas(64) float registers[CK_PROGRAM_FLOATS + 16];
  size_t lanes = CK_PROGRAM_FLOATS / program->registers / 16 * 16;
  if (lanes > CK_PROGRAM_LANES) lanes = CK_PROGRAM_LANES;
  __builtin_memset(registers, 0, (program->registers * lanes + 16) * sizeof(float));
  const float *value = registers + program->value * lanes;
  const float *slope = registers + program->slope * lanes;

  // A block is several whole rows, or a part of one; parts begin at multiples of 16, so the lanes of the sum are those
  // of the whole row.
  size_t width = batch->width;
  size_t part = width < lanes ? width : lanes;
  size_t block_rows = lanes / part;
  for (size_t first = 0; first < batch->rows; first += block_rows) {
    size_t rows = batch->rows - first < block_rows ? batch->rows - first : block_rows;
    f64x16 sums = (f64x16)(0.0);
    for (size_t start = 0; start < width; start += part) {
      size_t columns = width - start < part ? width - start : part;
      size_t n = (rows * columns + 15) / 16 * 16;
      if (width == 1) {
        pack_column(registers, batch->p + first * batch->ld_p, batch->ld_p, rows);
        pack_column(registers + lanes, batch->y + first * batch->ld_y, batch->ld_y, rows);
        if (program->uses_weight) pack_column(registers + 2 * lanes, batch->w + first, 1, rows);
      } else {
        pack_rows(registers, batch->p + first * batch->ld_p + start, batch->ld_p, rows, columns);
        pack_rows(registers + lanes, batch->y + first * batch->ld_y + start, batch->ld_y, rows, columns);
        if (program->uses_weight) spread_weights(registers + 2 * lanes, batch->w + first, rows, columns);
      }

      for (size_t i = 0; i < program->count; i++) {
        const struct ck_instruction *step = program->instructions + i;
#define PLACE(o) ((o).is_constant ? program->constants + (size_t)(o).index * 16 : registers + (o).index * lanes)
        apply(
            step->operation, registers + step->to * lanes, PLACE(step->a), step->a.is_constant ? 0 : 16,
            PLACE(step->b), step->b.is_constant ? 0 : 16, PLACE(step->c), step->c.is_constant ? 0 : 16, n);
#undef PLACE
      }

      if (width == 1) {
        write_column(batch, value, slope, first, rows);
        continue;
      }
      for (size_t r = 0; r < rows; r++) {
        f32x16 weight = splat(batch->w[first + r]);
        float *to = batch->slope + (first + r) * batch->ld_slope + start;
        if (block_rows > 1) sums = (f64x16)(0.0);
        for (size_t j = 0; j < columns; j += 16) {
          f32x16 v = first_lanes(load(value + r * columns + j), columns - j);
          sums += __builtin_convertvector(v, f64x16);
          store(to + j, first_lanes(weight * load(slope + r * columns + j), columns - j));
        }
        if (start + columns == width) {
          batch->losses[first + r] = (double)batch->w[first + r] * (sum_of_lanes(sums) / batch->divisor);
        }
      }
    }
  }
}

#undef UNARY
#undef BINARY
#undef TERNARY
