// The kernels that have a formula alone, by number.
#include "ckernels.h"

enum {
#define ACTIVATION(name, saved) ACTIVATION_##name,
#include "ck_kernels.h"
  ACTIVATIONS
};
enum {
#define ELEMENT_LOSS(name) ELEMENT_LOSS_##name,
#include "ck_kernels.h"
  ELEMENT_LOSSES
};
enum {
#define OPTIMIZER(name, arrays) OPTIMIZER_##name,
#include "ck_kernels.h"
  OPTIMIZERS
};

const char *ck_activation_name(int number) {
  static const char *const names[] = {
#define ACTIVATION(name, saved) #name,
#include "ck_kernels.h"
  };
  return number >= 0 && number < ACTIVATIONS ? names[number] : 0;
}

int ck_activation_keeps_output(int number) {
  enum { x, y };
  static const int outputs[] = {
#define ACTIVATION(name, saved) saved,
#include "ck_kernels.h"
  };
  return outputs[number];
}

ck_activate ck_activation(const struct ck_table *table, int number) {
  switch (number) {
#define ACTIVATION(name, saved) case ACTIVATION_##name: return table->name;
#include "ck_kernels.h"
    default: __builtin_trap();
  }
}

ck_activate_backward ck_activation_backward(const struct ck_table *table, int number) {
  switch (number) {
#define ACTIVATION(name, saved) case ACTIVATION_##name: return table->name##_backward;
#include "ck_kernels.h"
    default: __builtin_trap();
  }
}

const char *ck_element_loss_name(int number) {
  static const char *const names[] = {
#define ELEMENT_LOSS(name) #name,
#include "ck_kernels.h"
  };
  return number >= 0 && number < ELEMENT_LOSSES ? names[number] : 0;
}

ck_element_loss ck_element_loss_kernel(const struct ck_table *table, int number) {
  switch (number) {
#define ELEMENT_LOSS(name) case ELEMENT_LOSS_##name: return table->name##_loss;
#include "ck_kernels.h"
    default: __builtin_trap();
  }
}

const char *ck_optimizer_name(int number) {
  static const char *const names[] = {
#define OPTIMIZER(name, arrays) #name,
#include "ck_kernels.h"
  };
  return number >= 0 && number < OPTIMIZERS ? names[number] : 0;
}

int ck_optimizer_arrays(int number) {
  static const int counts[] = {
#define OPTIMIZER(name, arrays) arrays,
#include "ck_kernels.h"
  };
  return counts[number];
}

ck_optimizer_update ck_optimizer_kernel(const struct ck_table *table, int number) {
  switch (number) {
#define OPTIMIZER(name, arrays) case OPTIMIZER_##name: return table->name##_update;
#include "ck_kernels.h"
    default: __builtin_trap();
  }
}
