#define _GNU_SOURCE
#include "ck_mapping.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// A run has three sources at most, each of at most 256 files (TableReader); tests have several ranks in one process.
enum { most = 2048 };

static struct watch {
  // 0: free. Set last and taken away first, because the handler looks at any time.
  atomic_uintptr_t first;
  uintptr_t end;
  size_t bytes;
  int file;
  char *shorter, *unreadable;
  _Atomic(uint32_t *) word;
} watches[most];

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static int watched;
static struct sigaction before;
static uint32_t own_word;

static void leave(struct watch *watch) {
  struct stat now;
  const int is_shorter = fstat(watch->file, &now) == 0 && (size_t)now.st_size < watch->bytes;
  uint32_t *word = atomic_load(&watch->word);
  if (__atomic_exchange_n(word ? word : &own_word, 1, __ATOMIC_ACQ_REL) == 0) {
    const char *text = is_shorter ? watch->shorter : watch->unreadable;
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
  } else {
    // Another thread or process has the word; mpirun ends the others as soon as one has gone.
    const struct timespec pause = {0, 200 * 1000 * 1000};
    nanosleep(&pause, 0);
  }
  _exit(is_shorter ? 65 : 74);
}

static void on_bus_error(int number, siginfo_t *info, void *context) {
  (void)context;
  const uintptr_t place = (uintptr_t)info->si_addr;
  const int is_fault = info->si_code > 0;
  for (int index = 0; is_fault && index < most; index++) {
    const uintptr_t first = atomic_load(&watches[index].first);
    if (first && place >= first && place < watches[index].end) leave(&watches[index]);
  }
  // Nothing of ours: it comes again, to who had it before.
  sigaction(number, &before, 0);
  if (!is_fault) raise(number);
}

int ck_watch_mapping(const void *base, size_t bytes, int file, const char *shorter, const char *unreadable) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  int found = -1;
  pthread_mutex_lock(&gate);
  for (int index = 0; index < most && found < 0; index++)
    if (!atomic_load(&watches[index].first)) found = index;
  struct watch *watch = &watches[found < 0 ? 0 : found];
  char *texts[] = {found < 0 ? 0 : strdup(shorter), found < 0 ? 0 : strdup(unreadable)};
  if (!texts[0] || !texts[1]) {
    free(texts[0]);
    free(texts[1]);
    pthread_mutex_unlock(&gate);
    return -1;
  }
  watch->end = (uintptr_t)base + (bytes + page - 1) / page * page;
  watch->bytes = bytes;
  watch->file = file;
  watch->shorter = texts[0];
  watch->unreadable = texts[1];
  atomic_store(&watch->word, 0);
  atomic_store(&watch->first, (uintptr_t)base);
  if (watched++ == 0) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
  }
  pthread_mutex_unlock(&gate);
  return found;
}

void ck_share_watch(int watch, uint32_t *word) { atomic_store(&watches[watch].word, word); }

void ck_unwatch_mapping(int watch) {
  pthread_mutex_lock(&gate);
  atomic_store(&watches[watch].first, 0);
  free(watches[watch].shorter);
  free(watches[watch].unreadable);
  if (--watched == 0) sigaction(SIGBUS, &before, 0);
  pthread_mutex_unlock(&gate);
}
