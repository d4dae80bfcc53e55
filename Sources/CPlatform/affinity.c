// The affinity mask is a GNU extension that Swift cannot import.
#define _GNU_SOURCE
#include <sched.h>

#include "ck_affinity.h"

int ck_affinity(uint8_t *allowed, int count) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return -1;
  for (int core = 0; core < count; core++) allowed[core] = core < CPU_SETSIZE && CPU_ISSET(core, &mask) ? 1 : 0;
  return 0;
}
