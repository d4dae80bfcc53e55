/// What the fuzz test needs of C: an allocator that watches, gzip and zstd.
#ifndef PTRAIN_FUZZ_SUPPORT_H
#define PTRAIN_FUZZ_SUPPORT_H
#include <stddef.h>

/// Begins to watch: what this process asks for from now on counts.
void fuzz_watch(void);
/// The bytes of the largest block asked for since `fuzz_watch`.
long fuzz_largest_block(void);
/// The most bytes that were held at a time since `fuzz_watch`, beyond those held then.
long fuzz_peak_growth(void);

/// Compresses bytes as one gzip member; returns its size, 0 where it does not fit.
size_t fuzz_gzip(const unsigned char *input, size_t count, unsigned char *output, size_t capacity);
/// Compresses bytes as one zstd frame with a checksum; returns its size, 0 where it does not fit.
size_t fuzz_zstd(const unsigned char *input, size_t count, unsigned char *output, size_t capacity);
#endif
