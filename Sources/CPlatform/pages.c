#define _GNU_SOURCE
#include <sys/mman.h>

#include "ck_pages.h"

void *ck_move_pages(void *base, size_t bytes, size_t larger) {
  void *moved = mremap(base, bytes, larger, MREMAP_MAYMOVE);
  return moved == MAP_FAILED ? NULL : moved;
}
