// Four floats at a time: SSE2 (fused multiply-adds through the C library, right but slow) or NEON (fused in hardware).
#define ISA(name) name##_portable
#define VL 4
#define TILE 16
#define ROWS(nv) 6
#define TILE_VECTORS 24
#define PACKS 1
#include "dense_template.h"
