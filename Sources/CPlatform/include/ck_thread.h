/// What the system shows of a thread.
#ifndef PTRAIN_CK_THREAD_H
#define PTRAIN_CK_THREAD_H

/// Names the calling thread, with at most 15 characters. The corresponding C function is `prctl` with `PR_SET_NAME`.
void ck_name_thread(const char *_Nonnull name);

#endif
