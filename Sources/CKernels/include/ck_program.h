// Register programs over blocks of elements: what an own loss is compiled to.
#ifndef PTRAIN_CK_PROGRAM_H
#define PTRAIN_CK_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

/// What one instruction does with its operands a, b, c. Truth values are lanes of all ones or all zeros.
enum ck_operation {
  CK_OP_COPY,      ///< a
  CK_OP_ADD,       ///< a + b
  CK_OP_SUBTRACT,  ///< a - b
  CK_OP_MULTIPLY,  ///< a * b
  CK_OP_DIVIDE,    ///< a / b
  CK_OP_MULTIPLY_ADD,  ///< a * b + c with one rounding
  CK_OP_POWER,         ///< a to the power b; special values as C's pow, but NaN for -inf to a power that is not whole
  CK_OP_MINIMUM,       ///< the lesser; NaN where either is NaN
  CK_OP_MAXIMUM,       ///< the greater; NaN where either is NaN
  CK_OP_NEGATE,
  CK_OP_ABSOLUTE,
  CK_OP_SIGN,  ///< -1, 0 or 1
  CK_OP_SQUARE_ROOT,
  CK_OP_EXP,
  CK_OP_EXPM1,
  CK_OP_LOG,
  CK_OP_LOG1P,
  CK_OP_TANH,
  CK_OP_SIGMOID,
  CK_OP_SOFTPLUS,
  CK_OP_ERF,
  CK_OP_LESS,           ///< a < b
  CK_OP_LESS_OR_EQUAL,  ///< a <= b
  CK_OP_EQUAL,
  CK_OP_NOT_EQUAL,
  CK_OP_AND,
  CK_OP_OR,
  CK_OP_NOT,
  CK_OP_SELECT,  ///< a ? b : c
  CK_OP_COUNT,
};

/// Where an operand lies: a register, or one of the program's constants.
struct ck_operand {
  uint32_t index;
  uint32_t is_constant;
};

struct ck_instruction {
  uint32_t operation;  ///< enum ck_operation
  uint32_t to;         ///< register; may be that of an operand
  struct ck_operand a, b, c;  ///< those that the operation does not read are ignored
};

/// Floats of all registers together: they stay in the first-level cache.
#define CK_PROGRAM_FLOATS 8192
/// Elements of one register at most; fewer where there are many registers.
#define CK_PROGRAM_LANES 512
/// Registers of a program at most.
#define CK_PROGRAM_REGISTERS 512

/// A program that computes, element by element, a value and its slope. Registers 0, 1 and 2 begin as p, y and w.
struct ck_program {
  const struct ck_instruction *_Nonnull instructions;
  size_t count;
  const float *_Nonnull constants;  ///< 16 equal floats each
  uint32_t registers;               ///< 3 ... CK_PROGRAM_REGISTERS
  uint32_t value, slope;            ///< the registers that hold the results
  uint32_t uses_weight;             ///< 0: register 2 is not filled
};

/// Rows of a loss: p, y and slope are `rows` x `width`, from row to row a multiple of 16 floats, of which those from
/// `width` on are padding: it may be read, and stays 0 in slope. `width` >= 1.
struct ck_program_rows {
  const float *_Nonnull p;
  const float *_Nonnull y;
  const float *_Nonnull w;
  float *_Nonnull slope;
  double *_Nonnull losses;
  size_t ld_p, ld_y, ld_slope;
  size_t rows, width;
  double divisor;
};

/// to[i] = operation(a[i], b[i], c[i]) for i in 0 ..< n, n a multiple of 16; a step is 16, or 0 for a constant of 16
/// equal floats.
typedef void (*ck_apply)(
    uint32_t operation, float *_Nonnull to, const float *_Nonnull a, size_t step_a, const float *_Nonnull b,
    size_t step_b, const float *_Nonnull c, size_t step_c, size_t n);

/// losses[r] = w[r] * (sum over j of value / divisor), slope[r][j] = w[r] * slope. The sum is taken in double, lane
/// j % 16 by ascending j, lanes added by halves. Allocates nothing on the heap.
typedef void (*ck_run_program)(const struct ck_program *_Nonnull program, const struct ck_program_rows *_Nonnull rows);

/// A program that computes values alone, in double; registers 0, 1 and 2 begin as p, y and w.
struct ck_value_program {
  const struct ck_instruction *_Nonnull instructions;
  size_t count;
  const double *_Nonnull constants;  ///< 16 equal doubles each; truth values are all ones or zeros
  uint32_t registers;                ///< 3 ... CK_PROGRAM_REGISTERS
  uint32_t value;                    ///< the register that holds the result
  uint32_t uses_weight;              ///< 0: register 2 is not filled
};

/// As `ck_apply`, in double. A product and a sum round twice.
typedef void (*ck_apply64)(
    uint32_t operation, double *_Nonnull to, const double *_Nonnull a, size_t step_a, const double *_Nonnull b,
    size_t step_b, const double *_Nonnull c, size_t step_c, size_t n);

/// losses[r] = w[r] * (sum over j of value / divisor), as `ck_run_program` sums; slopes are left alone.
typedef void (*ck_run_values)(
    const struct ck_value_program *_Nonnull program, const struct ck_program_rows *_Nonnull rows);

#endif
