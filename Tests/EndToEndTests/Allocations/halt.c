// A rank that comes to some place and goes no further, so that it is killed there and nowhere else. Preloaded.
//
//   HALT_RANK=1         the rank
//   HALT_AT=message     before a message is sent off or asked for (MPI_Start)
//   HALT_AT=checkpoint  before a checkpoint that is complete gets its name
//   HALT_COUNT=7        at the seventh of these
//   HALT_THREAD=NAME    at the first from there on that a thread of this name comes to
//   HALT_MARK=FILE      made when the rank is there; it holds the number of its process
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_set(const char *name, const char *value) {
  const char *found = getenv(name);
  return found && value && strcmp(found, value) == 0;
}

static void come_to(const char *place) {
  static atomic_int count, halted;
  if (!is_set("HALT_AT", place) || !is_set("HALT_RANK", getenv("OMPI_COMM_WORLD_RANK"))) return;
  char thread[16] = "";
  pthread_getname_np(pthread_self(), thread, sizeof thread);
  if (atomic_fetch_add(&count, 1) + 1 < atoi(getenv("HALT_COUNT"))) return;
  if (getenv("HALT_THREAD") && !is_set("HALT_THREAD", thread)) return;
  if (atomic_fetch_add(&halted, 1) != 0) return;
  FILE *mark = fopen(getenv("HALT_MARK"), "w");
  if (!mark || fprintf(mark, "%d\n", getpid()) < 0 || fclose(mark) != 0) abort();
  while (1) pause();
}

int MPI_Start(void *request) {
  come_to("message");
  int (*next)(void *) = (int (*)(void *))dlsym(RTLD_NEXT, "MPI_Start");
  return next(request);
}

int rename(const char *path, const char *other) {
  if (strstr(other, "/checkpoints/step-")) come_to("checkpoint");
  int (*next)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  return next(path, other);
}
