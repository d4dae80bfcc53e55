// All kernels of one level, and its table. A kernels_<level>.c defines what its CPUs have, opens the level's target
// attribute and includes this file: one source for every level.
//
//   LEVEL(name)           the name with the level's suffix
//   CK_LEVEL              of enum ck_isa
//   CK_LANES              floats in a vector of the CPU
//   CK_HAS_FMA            whether it has fused multiply-adds
//   CK_HAS_MASKED_MEMORY  whether it loads and stores some lanes alone

#include "vector.h"

#include "functions.h"

#include "doubles.h"

#include "loops.h"

#include "activations.h"

#include "program.h"

#include "values.h"

#include "losses.h"

#include "random.h"

#include "gather.h"

#include "permutation.h"

#include "updates.h"

#include "gradients.h"

#include "optimizers.h"

#include "wire.h"

#include "tile.h"

#include "transpose.h"

#include "product.h"

#include "weight_gradient.h"

const struct ck_table LEVEL(ck_table) = {
    .isa = CK_LEVEL,
#define FUNCTION(name) .name = map_##name,
#define FUNCTION64(name) .name = map_##name,
#define ACTIVATION(name, saved) .name = name##_forward, .name##_backward = name##_backward,
#define KERNEL(type, name) .name = name,
#include "ck_kernels.h"
};
