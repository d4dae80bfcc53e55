#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define ISA(name) name##_avx2
#define VL 8
#define TILE 16
#define ROWS(nv) 6
#define TILE_VECTORS 12
#define PACKS 1
#include "dense_template.h"
#pragma clang attribute pop
#endif
