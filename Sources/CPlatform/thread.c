// prctl takes what arguments it likes, which Swift cannot import.
#include "ck_thread.h"

#include <sys/prctl.h>

void ck_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }
