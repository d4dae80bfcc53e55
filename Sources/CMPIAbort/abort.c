#define _GNU_SOURCE
#include "cmpi_abort.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

#include "ck_start.h"

int ompi_mpi_abort(void *communicator, int code) {
  if (ck_start_failed()) code = 69;
  int (*const next)(void *, int) = (int (*)(void *, int))dlsym(RTLD_NEXT, "ompi_mpi_abort");
  if (!next) _exit(code);
  return next(communicator, code);
}

int ompi_rte_abort(int code, char *text, ...) {
  if (ck_start_failed()) code = 69;
  int (*const next)(int, char *, ...) = (int (*)(int, char *, ...))dlsym(RTLD_NEXT, "ompi_rte_abort");
  if (!next) _exit(code);
  if (!text) return next(code, 0);
  char line[1024];
  va_list values;
  va_start(values, text);
  vsnprintf(line, sizeof line, text, values);
  va_end(values);
  return next(code, "%s", line);
}
