// The C library's allocator under our names: every block that the process asks for passes here.
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

#include "fuzz_support.h"

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static atomic_long largest, live, start, peak;

static void raise_to(atomic_long *place, long value) {
  long seen = atomic_load_explicit(place, memory_order_relaxed);
  while (seen < value && !atomic_compare_exchange_weak_explicit(place, &seen, value, memory_order_relaxed,
                                                                memory_order_relaxed)) {
  }
}

static void *count(void *block, size_t size) {
  raise_to(&largest, size > (size_t)1 << 62 ? 1L << 62 : (long)size);
  if (!block) return block;
  long usable = (long)malloc_usable_size(block);
  raise_to(&peak, atomic_fetch_add_explicit(&live, usable, memory_order_relaxed) + usable);
  return block;
}

static void uncount(void *block) {
  if (block) atomic_fetch_sub_explicit(&live, (long)malloc_usable_size(block), memory_order_relaxed);
}

void *malloc(size_t size) { return count(__libc_malloc(size), size); }
void *calloc(size_t number, size_t size) {
  size_t all;
  if (__builtin_mul_overflow(number, size, &all)) all = (size_t)-1;
  return count(__libc_calloc(number, size), all);
}
void *memalign(size_t alignment, size_t size) { return count(__libc_memalign(alignment, size), size); }
void *aligned_alloc(size_t alignment, size_t size) { return count(__libc_memalign(alignment, size), size); }
int posix_memalign(void **block, size_t alignment, size_t size) {
  *block = count(__libc_memalign(alignment, size), size);
  return *block ? 0 : 12;
}
void *realloc(void *block, size_t size) {
  uncount(block);
  return count(__libc_realloc(block, size), size);
}
void free(void *block) {
  uncount(block);
  __libc_free(block);
}

void fuzz_watch(void) {
  long now = atomic_load_explicit(&live, memory_order_relaxed);
  atomic_store_explicit(&start, now, memory_order_relaxed);
  atomic_store_explicit(&peak, now, memory_order_relaxed);
  atomic_store_explicit(&largest, 0, memory_order_relaxed);
}
long fuzz_largest_block(void) { return atomic_load_explicit(&largest, memory_order_relaxed); }
long fuzz_peak_growth(void) {
  return atomic_load_explicit(&peak, memory_order_relaxed) - atomic_load_explicit(&start, memory_order_relaxed);
}
