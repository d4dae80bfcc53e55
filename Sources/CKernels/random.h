// Random streams of one level: 16 blocks of Philox4x32-10 at a time, that is 64 words of a stream.

#define STREAM_CHUNK 64

INLINE u32x16 high_product(u32x16 a, uint32_t b) {
  u64x16 product = __builtin_convertvector(a, u64x16) * (u64x16)((uint64_t)b);
  return __builtin_convertvector(product >> 32, u32x16);
}

/// Words w[0..3] of the 16 blocks that begin at `block` (a multiple of 16, so the low counter word cannot carry).
INLINE void philox16(u32x16 w[4], uint64_t block, struct ck_key key, uint64_t item) {
  const u32x16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  u32x16 c0 = (u32x16)((uint32_t)block) + lane, c1 = (u32x16)((uint32_t)(block >> 32));
  u32x16 c2 = (u32x16)((uint32_t)item), c3 = (u32x16)((uint32_t)(item >> 32));
  uint32_t k0 = key.word[0], k1 = key.word[1];
  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    u32x16 high0 = high_product(c0, PHILOX_MULTIPLIER0), low0 = c0 * PHILOX_MULTIPLIER0;
    u32x16 high1 = high_product(c2, PHILOX_MULTIPLIER1), low1 = c2 * PHILOX_MULTIPLIER1;
    c0 = high1 ^ c1 ^ (u32x16)(k0);
    c1 = low1;
    c2 = high0 ^ c3 ^ (u32x16)(k1);
    c3 = low0;
    k0 += PHILOX_KEY_STEP0;
    k1 += PHILOX_KEY_STEP1;
  }
  w[0] = c0;
  w[1] = c1;
  w[2] = c2;
  w[3] = c3;
}

/// From words by block (w[k] holds word k of each block) to stream order (element 4 b + k).
INLINE void to_stream_order(u32x16 w[4]) {
  u32x16 a = __builtin_shufflevector(w[0], w[1], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  u32x16 b = __builtin_shufflevector(w[0], w[1], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  u32x16 c = __builtin_shufflevector(w[2], w[3], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  u32x16 d = __builtin_shufflevector(w[2], w[3], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  w[0] = __builtin_shufflevector(a, c, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
  w[1] = __builtin_shufflevector(a, c, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
  w[2] = __builtin_shufflevector(b, d, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
  w[3] = __builtin_shufflevector(b, d, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}

/// (word >> 8) / 2^24, in [0, 1).
INLINE f32x16 unit_interval(u32x16 w) { return __builtin_convertvector((i32x16)(w >> 8), f32x16) * 0x1p-24f; }

INLINE void uniform_chunk(u32x16 w[4], float low, float high) {
  to_stream_order(w);
  for (int k = 0; k < 4; k++) w[k] = (u32x16)fma16(unit_interval(w[k]), splat(high - low), splat(low));
}

INLINE void normal_chunk(u32x16 w[4], float mean, float deviation) {
  for (int k = 0; k < 4; k += 2) {
    f32x16 radius = __builtin_elementwise_sqrt(-2.0f * log16(unit_interval(w[k]) + 0x1p-24f));
    f32x16 cosine, sine = sincos_turns16(unit_interval(w[k + 1]), &cosine);
    w[k] = (u32x16)fma16(radius * cosine, splat(deviation), splat(mean));
    w[k + 1] = (u32x16)fma16(radius * sine, splat(deviation), splat(mean));
  }
  to_stream_order(w);
}

// Elements first ..< first + n of a stream, chunk by chunk; a partial chunk is made whole and copied in part.
#define FILL(out, n, first, key, item, transform)                                            \
  for (size_t done = 0; done < (n);) {                                                       \
    uint64_t position = (first) + done;                                                      \
    size_t offset = (size_t)(position % STREAM_CHUNK), count = STREAM_CHUNK - offset;        \
    if (count > (n)-done) count = (n)-done;                                                  \
    u32x16 w[4];                                                                             \
    philox16(w, (position - offset) / 4, key, item);                                         \
    transform;                                                                               \
    if (count == STREAM_CHUNK) {                                                             \
      __builtin_memcpy((out) + done, w, sizeof w);                                           \
    } else {                                                                                 \
      __builtin_memcpy((out) + done, (const char *)w + 4 * offset, 4 * count);               \
    }                                                                                        \
    done += count;                                                                           \
  }

static void random_words(uint32_t *out, size_t n, uint64_t first, struct ck_key key, uint64_t item) {
  FILL(out, n, first, key, item, to_stream_order(w))
}

static void random_uniform(
    float *out, size_t n, uint64_t first, struct ck_key key, uint64_t item, float low, float high) {
  FILL(out, n, first, key, item, uniform_chunk(w, low, high))
}

static void random_normal(
    float *out, size_t n, uint64_t first, struct ck_key key, uint64_t item, float mean, float deviation) {
  FILL(out, n, first, key, item, normal_chunk(w, mean, deviation))
}

static void dropout_rows(
    const float *x, size_t ldx, float *y, size_t ldy, const uint64_t *items, size_t rows,
    size_t n, struct ck_key key, uint32_t threshold, float scale) {
  for (size_t r = 0; r < rows; r++) {
    const float *from = x + r * ldx;
    float *to = y + r * ldy;
    for (size_t j = 0; j < n; j += STREAM_CHUNK) {
      u32x16 w[4];
      philox16(w, j / 4, key, items[r]);
      to_stream_order(w);
      for (size_t k = 0; k < 4 && j + 16 * k < n; k++) {
        size_t i = j + 16 * k;
        f32x16 kept = load_upto(from + i, n - i, 0.0f) * splat(scale);
        store_upto(to + i, w[k] >= (u32x16)(threshold) ? kept : splat(0.0f), n - i);
      }
    }
  }
}
