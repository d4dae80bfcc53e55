// The kernels with what the target guarantees. Without FMA instructions (plain x86-64) each fused multiply-add is done
// in double with the same result, or by the C library in the register tile: right, but several times slower.
#include "ckernels.h"
#include "philox_constants.h"

#define LEVEL(name) name##_portable
#define CK_LEVEL CK_PORTABLE
#define CK_LANES 4
#if defined(__aarch64__) || defined(__FMA__)
#define CK_HAS_FMA 1
#else
#define CK_HAS_FMA 0
#endif
#define CK_HAS_MASKED_MEMORY 0

// Vectors are passed by value only between inlined functions of this file; the note about their ABI does not apply.
#pragma clang diagnostic ignored "-Wpsabi"
#include "level.h"
