// fcntl is variadic, and the magic numbers of file systems are C macros: Swift sees neither.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "ck_lock.h"

int ck_lock_file(int descriptor) {
  struct flock lock;
  // The kernel wants l_pid to be 0.
  memset(&lock, 0, sizeof lock);
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  int result;
  do result = fcntl(descriptor, F_OFD_SETLK, &lock);
  while (result != 0 && errno == EINTR);
  if (result == 0) return 0;
  return errno == EACCES ? -EAGAIN : -errno;
}

int ck_is_local_file(int descriptor) {
  struct statfs info;
  if (fstatfs(descriptor, &info) != 0) return 0;
  switch ((unsigned long)info.f_type & 0xffffffff) {
  case BTRFS_SUPER_MAGIC:
  case EXT4_SUPER_MAGIC:
  case F2FS_SUPER_MAGIC:
  case OVERLAYFS_SUPER_MAGIC:
  case RAMFS_MAGIC:
  case TMPFS_MAGIC:
  case XFS_SUPER_MAGIC:
  case 0xca451a4e: // bcachefs
  case 0x2fc12fc1: // ZFS
    return 1;
  default: return 0;
  }
}
