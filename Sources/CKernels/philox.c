// One block of Philox4x32-10, the scalar definition that the vector code of random.h follows.
#include "ck_philox.h"

#include "philox_constants.h"

struct ck_block ck_philox(struct ck_block counter, struct ck_key key) {
  uint32_t c0 = counter.word[0], c1 = counter.word[1], c2 = counter.word[2], c3 = counter.word[3];
  uint32_t k0 = key.word[0], k1 = key.word[1];
  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    uint64_t product0 = (uint64_t)PHILOX_MULTIPLIER0 * c0, product1 = (uint64_t)PHILOX_MULTIPLIER1 * c2;
    c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)product1;
    c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)product0;
    k0 += PHILOX_KEY_STEP0;
    k1 += PHILOX_KEY_STEP1;
  }
  return (struct ck_block){{c0, c1, c2, c3}};
}
