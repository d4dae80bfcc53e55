// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011.
//
// A stream is named by a 64-bit key and a 64-bit item. Word i of the stream is word i % 4 of the block with counter
// (low(i / 4), high(i / 4), low(item), high(item)).
#ifndef PTRAIN_CK_PHILOX_H
#define PTRAIN_CK_PHILOX_H

#include <stddef.h>
#include <stdint.h>

/// Two words of key.
struct ck_key {
  uint32_t word[2];
};

/// Four words: a counter, or a block of output.
struct ck_block {
  uint32_t word[4];
};

/// One block of Philox4x32-10.
struct ck_block ck_philox(struct ck_block counter, struct ck_key key);

/// out[i] = word first + i of the stream.
typedef void (*ck_random_words)(
    uint32_t *_Nonnull out, size_t n, uint64_t first, struct ck_key key, uint64_t item);

/// out[i] = low + (high - low) u, u = (word first + i of the stream >> 8) / 2^24, one fused multiply-add.
typedef void (*ck_random_uniform)(
    float *_Nonnull out, size_t n, uint64_t first, struct ck_key key, uint64_t item, float low, float high);

/// out[i] = mean + deviation z, z standard normal by Box and Muller from words 2k and 2k + 1 of the stream,
/// 2k <= first + i < 2k + 2: radius sqrt(-2 log u), u in (0, 1]; angle 2 pi v, v in [0, 1);
/// cosine for even elements, sine for odd.
typedef void (*ck_random_normal)(
    float *_Nonnull out, size_t n, uint64_t first, struct ck_key key, uint64_t item, float mean, float deviation);

/// Dropout of `rows` rows of `n` elements: y[r][j] = x[r][j] * scale if word j of the stream (key, items[r]) is at
/// least `threshold`, else 0. The same call with dy for x gives dx. In place is allowed.
typedef void (*ck_dropout_rows)(
    const float *_Nonnull x, size_t ldx, float *_Nonnull y, size_t ldy, const uint64_t *_Nonnull items, size_t rows,
    size_t n, struct ck_key key, uint32_t threshold, float scale);

#endif
