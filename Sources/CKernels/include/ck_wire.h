// Floats as 16 bits, to travel between ranks.
#ifndef PTRAIN_CK_WIRE_H
#define PTRAIN_CK_WIRE_H
#include <stddef.h>
#include <stdint.h>

/// y = x scale, rounded to nearest even, as bfloat16 or else as IEEE half precision.
typedef void (*ck_narrow)(const float *_Nonnull x, uint16_t *_Nonnull y, size_t n, int is_bfloat, float scale);

/// y = x scale.
typedef void (*ck_widen)(const uint16_t *_Nonnull x, float *_Nonnull y, size_t n, int is_bfloat, float scale);

#endif
