// An MPI_Init_thread that ends one rank, or all, as INIT says: by SIGKILL, by a fault, by exit (as libevent does
// without descriptors), or with too low a level of threads.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided) {
  const char *what = getenv("INIT"), *which = getenv("INIT_RANK"), *rank = getenv("OMPI_COMM_WORLD_RANK");
  const int is_meant = what && (!which || (rank && strcmp(which, rank) == 0));
  if (is_meant && strcmp(what, "kill") == 0) raise(SIGKILL);
  if (is_meant && strcmp(what, "fault") == 0) raise(SIGSEGV);
  if (is_meant && strcmp(what, "exit") == 0) exit(1);
  int (*next)(int *, char ***, int, int *) = (int (*)(int *, char ***, int, int *))dlsym(RTLD_NEXT, "MPI_Init_thread");
  const int result = next(argc, argv, required, provided);
  if (is_meant && strcmp(what, "level") == 0) *provided = 0;
  return result;
}
