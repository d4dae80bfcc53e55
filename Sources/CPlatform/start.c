#define _GNU_SOURCE
#include "ck_start.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t is_starting;
static atomic_int is_claimed;
static char mark[PATH_MAX];
static int speaks_without_mark, is_alone_here;
static const char *gone_text, *ended_text;

// A child that waits at a pipe and speaks when this process has gone without a word, by SIGKILL or a fault: Open MPI
// handles faults itself.
static volatile sig_atomic_t sentinel_pipe = -1;
static pid_t sentinel;

static void say(const char *text) {
  ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written;
}

int ck_start_claim(void) {
  if (atomic_exchange(&is_claimed, 1)) return 0;
  // Takes no descriptor: there may be none left.
  if (mark[0] && mknod(mark, S_IFREG | 0600, 0) == 0) return 1;
  return (!mark[0] || errno != EEXIST) && speaks_without_mark;
}

static void post_sentinel(void) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  // The child hears nothing from its first moment on: mpirun sends signals to whole process groups, and a request to
  // stop would be answered by it too.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  sentinel = fork();
  if (sentinel != 0) pthread_sigmask(SIG_SETMASK, &before, 0);
  if (sentinel == 0) {
    setsid();
    close(ends[1]);
    char word;
    ssize_t count;
    do count = read(ends[0], &word, 1);
    while (count < 0 && errno == EINTR);
    if (count == 0 && ck_start_claim()) say(gone_text);
    _exit(0);
  }
  close(ends[0]);
  if (sentinel < 0)
    close(ends[1]);
  else
    sentinel_pipe = ends[1];
}

int ck_start_dismiss(void) {
  const int was_starting = is_starting, pipe = sentinel_pipe;
  is_starting = 0;
  if (pipe >= 0) {
    ssize_t written = write(pipe, "k", 1);
    (void)written;
  }
  return was_starting;
}

int ck_start_is_on(void) { return is_starting; }

void ck_start_say_ended(void) {
  // Ranks on other machines are ended too when one has failed, and it has spoken there.
  if (!is_alone_here) return;
  // One that was killed has a sentinel, which knows better; mpirun gives its ranks a second.
  const struct timespec pause = {0, 200 * 1000 * 1000};
  nanosleep(&pause, 0);
  if (ck_start_claim()) say(ended_text);
}

int ck_start_failed(void) {
  if (!is_starting) return 0;
  // mpirun may be ending this process already, for another's failure; the exit code is decided.
  const int requests[] = {SIGTERM, SIGINT, SIGUSR1};
  for (int index = 0; index < 3; index++) signal(requests[index], SIG_IGN);
  if (ck_start_claim()) say(gone_text);
  ck_start_dismiss();
  return 1;
}

// Libraries of MPI's end the process with `exit` too: libevent where no descriptor is left.
static void on_exit_of_library(void) {
  if (ck_start_failed()) _exit(69);
}

void ck_start_begin(
    const char *path, int is_first_of_node, int is_only_node, const char *gone, const char *ended) {
  static int is_registered;
  ck_start_end();
  atomic_store(&is_claimed, 0);
  mark[0] = 0;
  if (path && strlen(path) < sizeof mark) strcpy(mark, path);
  speaks_without_mark = is_first_of_node;
  is_alone_here = is_only_node;
  gone_text = gone;
  ended_text = ended;
  if (!is_registered) is_registered = atexit(on_exit_of_library) == 0;
  post_sentinel();
  is_starting = 1;
}

void ck_start_end(void) {
  ck_start_dismiss();
  if (sentinel_pipe < 0) return;
  close(sentinel_pipe);
  sentinel_pipe = -1;
  while (waitpid(sentinel, 0, 0) < 0 && errno == EINTR) {
  }
}
