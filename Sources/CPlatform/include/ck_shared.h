/// Atomic counters in memory that several processes share.
#ifndef PTRAIN_CK_SHARED_H
#define PTRAIN_CK_SHARED_H
#include <stdint.h>

static inline uint64_t ck_load_acquire(const uint64_t *place) { return __atomic_load_n(place, __ATOMIC_ACQUIRE); }
static inline void ck_store_release(uint64_t *place, uint64_t value) {
  __atomic_store_n(place, value, __ATOMIC_RELEASE);
}

static inline void ck_count_down(uint64_t *place) { __atomic_fetch_sub(place, 1, __ATOMIC_ACQ_REL); }

#endif
