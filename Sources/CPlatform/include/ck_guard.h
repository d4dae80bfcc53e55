/// Calls into a library that may never return, or end the process themselves.
#ifndef PTRAIN_CK_GUARD_H
#define PTRAIN_CK_GUARD_H

/// From now on until ``ck_guard_end()`` a line is written and the process ends with code 69: with `late` when `seconds` have passed
/// (0: never), with `gone` when the process ends in whatever way. The texts must live on; null writes nothing.
void ck_guard_begin(unsigned seconds, const char *_Nullable late, const char *_Nullable gone);

void ck_guard_end(void);

/// The process ends on purpose, and says why: `gone` is not written. May be called by a signal's handler.
///
/// Returns 1 where it would have been, 0 where nothing waits for that.
int ck_guard_dismiss(void);

/// Whether so many threads can be started beside this one, all at the same time. 0: yes, else the error number.
int ck_try_threads(int count);

/// Makes sure that the numbers of standard input, output and error are taken, so that no file gets one of them: a closed one becomes
/// one that cannot be written.
void ck_hold_standard_files(void);

#endif
