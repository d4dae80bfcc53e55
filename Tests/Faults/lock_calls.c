// Lets a process fail at one of its calls on locks: preloaded before the C library. A call on a lock is one on a file
// called `.lock`, or that begins so, and one that makes or removes the run's directory LOCK_PLACE or its checkpoints'.
//
//   LOCK_FAULT=kill:7       killed with SIGKILL before the seventh call
//   LOCK_FAULT=after:7      after it
//   LOCK_FAULT=stop:7       stopped with SIGSTOP before it
//   LOCK_FAULT=5:7          the seventh call fails with error 5 (EIO), and is not made
//   LOCK_FAULT=lost:5:7     the seventh call is made, and fails with error 5 all the same, as where a reply is lost
//   LOCK_FAULT=5:7+         the seventh and all that follow fail
//   LOCK_FAULT=95:fcntl+    all calls of this name fail
//   LOCK_CALLS=FILE         the calls' names are appended to it, a line each
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { DESCRIPTORS = 4096 };
static char is_lock[DESCRIPTORS];
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static int calls;

static int names_lock(const char *path) { return path && strstr(path, "/.lock") != NULL; }

static int holds_lock(int descriptor) { return descriptor >= 0 && descriptor < DESCRIPTORS && is_lock[descriptor]; }

static int is_place(const char *path) {
  const char *place = getenv("LOCK_PLACE");
  size_t length = place ? strlen(place) : 0;
  if (!place || !path || strncmp(path, place, length) != 0) return 0;
  return path[length] == 0 || strcmp(path + length, "/checkpoints") == 0;
}

static void record(const char *name) {
  const char *path = getenv("LOCK_CALLS");
  if (!path) return;
  char line[64];
  int count = snprintf(line, sizeof line, "%s\n", name);
  int (*true_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  int descriptor = true_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor < 0 || write(descriptor, line, count) != count) abort();
  int (*true_close)(int) = dlsym(RTLD_NEXT, "close");
  true_close(descriptor);
}

// What is to be done at a call: an error's number; 0: nothing; -1: kill afterwards; -2 - N: make the call, and fail
// with error N.
static int fault(const char *name) {
  pthread_mutex_lock(&gate);
  int number = ++calls;
  record(name);
  pthread_mutex_unlock(&gate);
  const char *text = getenv("LOCK_FAULT");
  if (!text) return 0;
  int is_lost = strncmp(text, "lost:", 5) == 0;
  if (is_lost) text += 5;
  const char *when = strchr(text, ':');
  if (!when) abort();
  when += 1;
  int goes_on = when[strlen(when) - 1] == '+';
  int wanted = atoi(when);
  if (wanted == 0) {
    if (strncmp(when, name, strlen(name)) != 0 || when[strlen(name)] != '+') return 0;
  } else if (goes_on ? number < wanted : number != wanted) {
    return 0;
  }
  if (strncmp(text, "kill:", 5) == 0) raise(SIGKILL);
  if (strncmp(text, "stop:", 5) == 0) raise(SIGSTOP);
  if (strncmp(text, "after:", 6) == 0) return -1;
  int problem = atoi(text);
  return is_lost ? -2 - problem : problem;
}

// Makes a call on a lock, or does to it what LOCK_FAULT says.
#define CALL(condition, name, expression)                                                                              \
  do {                                                                                                                 \
    int what = (condition) ? fault(name) : 0;                                                                          \
    if (what > 0) {                                                                                                    \
      errno = what;                                                                                                    \
      return -1;                                                                                                       \
    }                                                                                                                  \
    result = expression;                                                                                               \
    if (what == -1) raise(SIGKILL);                                                                                    \
    if (what < -1) {                                                                                                   \
      errno = -2 - what;                                                                                               \
      result = -1;                                                                                                     \
    }                                                                                                                  \
  } while (0)

#define NEXT(type, name, ...) type (*next)(__VA_ARGS__) = dlsym(RTLD_NEXT, name)

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  NEXT(int, "open", const char *, int, ...);
  int result;
  CALL(names_lock(path), "open", next(path, flags, mode));
  if (result >= 0 && result < DESCRIPTORS) is_lock[result] = names_lock(path);
  return result;
}

int close(int descriptor) {
  NEXT(int, "close", int);
  int result, is_held = holds_lock(descriptor);
  if (is_held) is_lock[descriptor] = 0;
  CALL(is_held, "close", next(descriptor));
  return result;
}

int fcntl(int descriptor, int command, ...) {
  va_list more;
  va_start(more, command);
  void *argument = va_arg(more, void *);
  va_end(more);
  NEXT(int, "fcntl", int, int, ...);
  int result;
  CALL(command == F_OFD_SETLK && holds_lock(descriptor), "fcntl", next(descriptor, command, argument));
  return result;
}

int link(const char *path, const char *other) {
  NEXT(int, "link", const char *, const char *);
  int result;
  CALL(names_lock(path), "link", next(path, other));
  return result;
}

int rename(const char *path, const char *other) {
  NEXT(int, "rename", const char *, const char *);
  int result;
  CALL(names_lock(path), "rename", next(path, other));
  return result;
}

int unlink(const char *path) {
  NEXT(int, "unlink", const char *);
  int result;
  CALL(names_lock(path), "unlink", next(path));
  return result;
}

int mkdir(const char *path, mode_t mode) {
  NEXT(int, "mkdir", const char *, mode_t);
  int result;
  CALL(is_place(path), "mkdir", next(path, mode));
  return result;
}

int rmdir(const char *path) {
  NEXT(int, "rmdir", const char *);
  int result;
  CALL(is_place(path), "rmdir", next(path));
  return result;
}

int fstat(int descriptor, struct stat *info) {
  NEXT(int, "fstat", int, struct stat *);
  int result;
  CALL(holds_lock(descriptor), "fstat", next(descriptor, info));
  return result;
}

int lstat(const char *path, struct stat *info) {
  NEXT(int, "lstat", const char *, struct stat *);
  int result;
  CALL(names_lock(path), "lstat", next(path, info));
  return result;
}

int fstatfs(int descriptor, struct statfs *info) {
  NEXT(int, "fstatfs", int, struct statfs *);
  int result;
  CALL(holds_lock(descriptor), "fstatfs", next(descriptor, info));
  return result;
}

int futimens(int descriptor, const struct timespec times[2]) {
  NEXT(int, "futimens", int, const struct timespec *);
  int result;
  CALL(holds_lock(descriptor), "futimens", next(descriptor, times));
  return result;
}

ssize_t pread(int descriptor, void *bytes, size_t count, off_t offset) {
  NEXT(ssize_t, "pread", int, void *, size_t, off_t);
  ssize_t result;
  CALL(holds_lock(descriptor), "pread", next(descriptor, bytes, count, offset));
  return result;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  NEXT(ssize_t, "pwrite", int, const void *, size_t, off_t);
  ssize_t result;
  CALL(holds_lock(descriptor), "pwrite", next(descriptor, bytes, count, offset));
  return result;
}
