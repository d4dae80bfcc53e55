/// Locks of the kernel on open files, and where files lie.
#ifndef PTRAIN_CK_LOCK_H
#define PTRAIN_CK_LOCK_H

/// Takes an exclusive lock of an open file description (`F_OFD_SETLK`) on a whole file, without waiting. It goes with
/// the last descriptor of the description, however the process ends. Returns 0, or the error number negated: `EAGAIN`
/// where another description has it.
int ck_lock_file(int descriptor);

/// Whether a file lies in a file system that this machine alone writes to; 0 where that is not known.
int ck_is_local_file(int descriptor);

#endif
