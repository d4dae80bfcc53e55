#ifndef PTRAIN_CZLIB_SHIM_H
#define PTRAIN_CZLIB_SHIM_H
#include <zlib.h>

/* inflateInit2 is a macro, which Swift cannot import. 15 window bits, + 16: a gzip header is expected. */
static inline int czlib_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
/* Deflate data alone, without a header and a checksum. */
static inline int czlib_inflate_init_raw(z_stream *stream) { return inflateInit2(stream, -15); }
#endif
