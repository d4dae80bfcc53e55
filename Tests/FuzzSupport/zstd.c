#include <zstd.h>

#include "fuzz_support.h"

size_t fuzz_zstd(const unsigned char *input, size_t count, unsigned char *output, size_t capacity) {
  ZSTD_CCtx *context = ZSTD_createCCtx();
  if (!context) return 0;
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  size_t size = ZSTD_compress2(context, output, capacity, input, count);
  ZSTD_freeCCtx(context);
  return ZSTD_isError(size) ? 0 : size;
}
