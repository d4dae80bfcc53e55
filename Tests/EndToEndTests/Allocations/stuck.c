// A file server that does not answer: whoever opens the first part of a checkpoint to read it waits for ever.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

static void wait_for_ever(const char *path, int flags) {
  static const char name[] = "/part-0.safetensors";
  size_t length = strlen(path), end = sizeof name - 1;
  if (length < end || strcmp(path + length - end, name) != 0 || (flags & O_ACCMODE) != O_RDONLY) return;
  while (1) pause();
}

#define OPEN(name)                                                     \
  int name(const char *path, int flags, ...) {                         \
    va_list more;                                                      \
    va_start(more, flags);                                             \
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;          \
    va_end(more);                                                      \
    wait_for_ever(path, flags);                                        \
    int (*next)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
    return next(path, flags, mode);                                    \
  }

OPEN(open)
OPEN(open64)
