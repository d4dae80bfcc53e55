/// The cores that a thread may run on.
#ifndef PTRAIN_CK_AFFINITY_H
#define PTRAIN_CK_AFFINITY_H

#include <stdint.h>

/// Sets `allowed[core]` to 1 for each of the cores `0 ..< count` that the calling thread may run on, else to 0; -1
/// where the system does not say. The corresponding C function is `sched_getaffinity`.
int ck_affinity(uint8_t *_Nonnull allowed, int count);

#endif
