/// Memory that is asked for before it is needed.
#ifndef PTRAIN_CK_PREFETCH_H
#define PTRAIN_CK_PREFETCH_H

/// Starts to fetch memory that will be read once, a cache line after the other.
static inline void ck_prefetch(const char *first, long bytes) {
  for (long offset = 0; offset < bytes; offset += 64) __builtin_prefetch(first + offset, 0, 2);
}

#endif
