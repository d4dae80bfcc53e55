#include <string.h>
#include <zlib.h>

#include "fuzz_support.h"

size_t fuzz_gzip(const unsigned char *input, size_t count, unsigned char *output, size_t capacity) {
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
  stream.next_in = (unsigned char *)input;
  stream.avail_in = (unsigned)count;
  stream.next_out = output;
  stream.avail_out = (unsigned)capacity;
  int status = deflate(&stream, Z_FINISH);
  size_t size = capacity - stream.avail_out;
  deflateEnd(&stream);
  return status == Z_STREAM_END ? size : 0;
}
