// O_TMPFILE, memfd_create, fallocate and statfs are not among what Swift sees of the C library.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include "ck_space.h"

int ck_nameless_file(const char *directory) {
  int descriptor = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
  return descriptor < 0 ? -errno : descriptor;
}

int ck_memory_file(const char *name) {
  int descriptor = memfd_create(name, MFD_CLOEXEC);
  return descriptor < 0 ? -errno : descriptor;
}

int ck_take_space(int descriptor, int64_t count) {
  int result;
  // Not posix_fallocate, with which glibc writes all bytes where the file system has no such call; and with the size
  // kept, because some file systems write zeros up to a new size.
  do result = fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, count);
  while (result != 0 && errno == EINTR);
  return result == 0 ? 0 : -errno;
}

int ck_is_in_memory(const char *directory) {
  struct statfs info;
  if (statfs(directory, &info) != 0) return 0;
  unsigned long type = (unsigned long)info.f_type & 0xffffffff;
  return type == TMPFS_MAGIC || type == RAMFS_MAGIC;
}

int ck_open_place(int folder, const char *name) { return openat(folder, name, O_PATH | O_CLOEXEC); }
