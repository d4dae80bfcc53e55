/// Threads on cores that a process is not bound to.
#ifndef PTRAIN_CK_CREW_H
#define PTRAIN_CK_CREW_H

#include <stdint.h>

/// Calls `work` on the calling thread and on up to `helpers` more, at most 1,023, which may run on the cores `core` of
/// `0 ..< count` with `allowed[core]` 1; returns when all have ended. A thread that cannot be started there does not
/// call. The corresponding C functions are `pthread_create` and `sched_setaffinity`.
void ck_crew(
    int helpers, const uint8_t *_Nonnull allowed, int count, void (*_Nonnull work)(void *_Nonnull context),
    void *_Nonnull context);

#endif
