/// Programs that end with the process that started them.
#ifndef PTRAIN_CK_PROCESS_H
#define PTRAIN_CK_PROCESS_H

/// Starts the program `argv[0]`, looked up on the PATH, in a session of its own: a terminal's Ctrl-C does not reach it.
/// It reads nothing, gets SIGTERM when the calling thread ends, ignores SIGUSR1 until it asks for it, and has all other
/// signals as they are by default. Returns its process number, or the error number of what failed, negated.
///
/// `output` takes its standard output, and its standard error is dropped; -1: both are those of this process.
int ck_start_process(
    const char *_Nullable const *_Nonnull argv, const char *_Nullable const *_Nonnull envp, int output);

/// Makes this process the parent of those whose own parent, a descendant of this process, has ended.
void ck_adopt_orphans(void);

/// From now on a freed block of so many bytes or more goes back to the system at once.
void ck_give_back_blocks(int bytes);

#endif
