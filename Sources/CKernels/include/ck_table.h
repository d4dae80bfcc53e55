// The dispatch table: one per instruction-set level, all levels bit-equal. Its members are the lines of ck_kernels.h.
#ifndef PTRAIN_CK_TABLE_H
#define PTRAIN_CK_TABLE_H

#include "ck_dense.h"
#include "ck_gather.h"
#include "ck_gradient.h"
#include "ck_loss.h"
#include "ck_math.h"
#include "ck_optimizers.h"
#include "ck_permutation.h"
#include "ck_philox.h"
#include "ck_program.h"
#include "ck_update.h"
#include "ck_wire.h"

struct ck_table {
  int isa;
#define KERNEL(type, name) type _Nonnull name;
#include "../ck_kernels.h"
};

/// The table of a level, or of the highest level the CPU offers if that is less.
const struct ck_table *_Nonnull ck_table(int isa);

/// The active table: the highest level the CPU offers, unless `ck_set_isa` lowered it.
const struct ck_table *_Nonnull ck_active(void);

// The kernels that have a formula alone, by number: 0 ... in the order of the list. A name is null where the list ends.

const char *_Nullable ck_activation_name(int number);
/// Whether the derivative is told from the output, else from the input.
int ck_activation_keeps_output(int number);
ck_activate _Nonnull ck_activation(const struct ck_table *_Nonnull table, int number);
ck_activate_backward _Nonnull ck_activation_backward(const struct ck_table *_Nonnull table, int number);

const char *_Nullable ck_element_loss_name(int number);
ck_element_loss _Nonnull ck_element_loss_kernel(const struct ck_table *_Nonnull table, int number);

const char *_Nullable ck_optimizer_name(int number);
/// Arrays that it keeps, each as long as the weights.
int ck_optimizer_arrays(int number);
ck_optimizer_update _Nonnull ck_optimizer_kernel(const struct ck_table *_Nonnull table, int number);

#endif
