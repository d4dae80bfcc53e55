/// Signals that ask a run to stop, remembered until it looks.
#ifndef PTRAIN_CK_SIGNAL_H
#define PTRAIN_CK_SIGNAL_H

/// Remembers SIGUSR1, SIGTERM and SIGINT from now on; a second SIGINT ends the process with code 130.
void ck_listen_for_stop(void);

/// The last of them that came, 0 for none.
int ck_stop_signal(void);

#endif
