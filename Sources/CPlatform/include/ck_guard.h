/// Calls into a library that may never return, and limits that nobody tells of.
#ifndef PTRAIN_CK_GUARD_H
#define PTRAIN_CK_GUARD_H

/// When `seconds` have passed before ``ck_guard_end()``, `late` is written, where MPI starts by one process of a node
/// (`ck_start.h`), and the process ends with code 69. The text must live on; null writes nothing.
void ck_guard_begin(unsigned seconds, const char *_Nullable late);

void ck_guard_end(void);

/// Whether so many threads can be started beside this one, all at the same time. 0: yes, else the error number.
int ck_try_threads(int count);

/// Makes sure that the numbers of standard input, output and error are taken, so that no file gets one of them: a
/// closed one becomes one that cannot be written.
void ck_hold_standard_files(void);

#endif
