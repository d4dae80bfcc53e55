// Dispatch of the dense kernels by the active level.
#include "ckernels.h"

#if defined(__x86_64__)
#define DISPATCH(call)                          \
  switch (ck_active()->isa) {                   \
    case CK_AVX512: call(avx512); break;        \
    case CK_AVX2: call(avx2); break;            \
    default: call(portable); break;             \
  }
#else
#define DISPATCH(call) call(portable)
#endif

void ck_product(const struct ck_product *p) {
#define CALL(isa) ck_product_##isa(p)
  DISPATCH(CALL)
#undef CALL
}

void ck_weight_gradient(const struct ck_weight_gradient *p) {
#define CALL(isa) ck_weight_gradient_##isa(p)
  DISPATCH(CALL)
#undef CALL
}

void ck_pack_transposed(const float *packed, long inner, long outer, float *transposed, long block_begin, long block_end) {
#define CALL(isa) ck_pack_transposed_##isa(packed, inner, outer, transposed, block_begin, block_end)
  DISPATCH(CALL)
#undef CALL
}
