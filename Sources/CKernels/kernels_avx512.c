// The kernels at level avx512: AVX-512 F, BW, DQ, VL.
#if defined(__x86_64__)

#include <immintrin.h>  // for vector.h, which is inside the attribute below

#include "ckernels.h"
#include "philox_constants.h"

#define LEVEL(name) name##_avx512
#define CK_LEVEL CK_AVX512
#define CK_LANES 16
#define CK_HAS_FMA 1
#define CK_HAS_MASKED_MEMORY 1

// Vectors are passed by value only between inlined functions of this file; the note about their ABI does not apply.
#pragma clang diagnostic ignored "-Wpsabi"
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#include "level.h"
#pragma clang attribute pop

#endif
