// A seeded order of 0 ..< count: a Feistel network on 2 x half_bits bits, walked along its cycle until it falls inside
// (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002).
#ifndef PTRAIN_CK_PERMUTATION_H
#define PTRAIN_CK_PERMUTATION_H

#include <stddef.h>
#include <stdint.h>

#define CK_PERMUTATION_ROUNDS 8

struct ck_permutation {
  uint64_t count;
  uint64_t half_bits;
  uint64_t keys[CK_PERMUTATION_ROUNDS];
};

/// out[i] = the element at place first + i of the order, for i in 0 ..< n; first + n <= count.
typedef void (*ck_permute)(const struct ck_permutation *_Nonnull order, uint64_t first, size_t n, long *_Nonnull out);

#endif
