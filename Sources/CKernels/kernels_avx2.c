// The kernels at level avx2: AVX2 and FMA.
#if defined(__x86_64__)

#include "ckernels.h"
#include "philox_constants.h"

#define LEVEL(name) name##_avx2
#define CK_LEVEL CK_AVX2
#define CK_LANES 8
#define CK_HAS_FMA 1
#define CK_HAS_MASKED_MEMORY 0

// Vectors are passed by value only between inlined functions of this file; the note about their ABI does not apply.
#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "level.h"
#pragma clang attribute pop

#endif
