#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define ISA(name) name##_avx512
#define VL 16
#define TILE 64
#define ROWS(nv) ((nv) == 4 ? 6 : (nv) == 3 ? 8 : 12)
#define TILE_VECTORS 24
#define PACKS 0
#include "dense_template.h"
#pragma clang attribute pop
#endif
