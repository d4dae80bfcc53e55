/// Signals that ask a run to stop, remembered until it looks.
#ifndef PTRAIN_CK_SIGNAL_H
#define PTRAIN_CK_SIGNAL_H

/// Remembers SIGUSR1, SIGTERM and SIGINT from now on; a second SIGINT ends the process with code 130.
void ck_listen_for_stop(void);

/// The last of them that came, 0 for none.
int ck_stop_signal(void);

/// From now on these signals, also one that has come, end the process with code 75: for the time before training, when
/// nothing has to be saved. The first rank says so in a line, but for what mpirun sends; while MPI starts, `ck_start.h`
/// says of that too.
void ck_end_when_asked(int is_first, int has_no_others);

/// Back to remembering them.
void ck_remember_when_asked(void);

#endif
