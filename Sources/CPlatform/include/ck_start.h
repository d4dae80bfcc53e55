/// The start of MPI, which Open MPI may end inside `MPI_Init`, past everything that a program can say: exactly one
/// process of a node says so all the same.
///
/// Who fails speaks before whoever started it hears of its end: mpirun then kills the others, and goes. Who speaks has
/// made the mark, a file in the session's directory of the node, which only one process can make.
#ifndef PTRAIN_CK_START_H
#define PTRAIN_CK_START_H

/// From now on until ``ck_start_end()`` a failure of MPI's start is said, and ends this process with code 69 where it
/// ends in an orderly way. The texts must live on.
///
/// - mark: the file that the one who speaks makes; null: there is no place for it.
/// - is_first_of_node: speaks where the mark cannot be made.
/// - is_only_node: no process is elsewhere, so that one of these has failed where they are ended, and not one that has
/// spoken there.
/// - gone: the line for a failure. - ended: that for SIGTERM, where none has spoken.
void ck_start_begin(
    const char *_Nullable mark, int is_first_of_node, int is_only_node, const char *_Nonnull gone,
    const char *_Nonnull ended);

/// MPI has started, or a line about that is written elsewhere.
void ck_start_end(void);

/// Whether MPI is starting.
int ck_start_is_on(void);

/// Whether this process is the one of its node that speaks; 1 at most once. May be called by a signal's handler.
int ck_start_claim(void);

/// This process ends on purpose: nothing is said of its end. Returns whether MPI was starting. May be called by a
/// signal's handler.
int ck_start_dismiss(void);

/// SIGTERM has come while MPI was starting, and was dismissed: says so where nobody has spoken. To be called by the
/// signal's handler.
void ck_start_say_ended(void);

/// Open MPI is about to end this process: says so where MPI was starting, and nobody has. Returns whether it was; then
/// the exit code is to be 69.
int ck_start_failed(void);

#endif
