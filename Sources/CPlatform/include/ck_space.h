/// Space of file systems.
#ifndef PTRAIN_CK_SPACE_H
#define PTRAIN_CK_SPACE_H

#include <stdint.h>

/// Opens a file without a name (`O_TMPFILE`), which goes when it is closed. Returns the descriptor, or the error number
/// negated.
int ck_nameless_file(const char *directory);

/// Makes a file that lies in memory (`memfd_create`) and goes when it is closed. Returns the descriptor, or the error
/// number negated.
int ck_memory_file(const char *name);

/// Takes space for so many bytes of a file, whose size stays as it is. Returns 0, or the error number negated.
int ck_take_space(int descriptor, int64_t count);

/// Whether the files of a directory lie in memory (tmpfs, ramfs); 0 where that is not known.
int ck_is_in_memory(const char *directory);

/// Opens what has this name in the folder of a descriptor (`AT_FDCWD`: the current one), as a place to look further
/// from alone: that needs no right to read it. The corresponding C function is `openat` with `O_PATH`.
int ck_open_place(int folder, const char *name);

#endif
