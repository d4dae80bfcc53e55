#define _GNU_SOURCE
#include "ck_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *volatile late_text;
static volatile sig_atomic_t is_guarded;

// A child that waits at a pipe and speaks when this process has gone without a word: Open MPI ends processes past `atexit`.
static volatile sig_atomic_t sentinel_pipe = -1;
static pid_t sentinel;

static void post_sentinel(const char *text) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  // The child hears nothing from its first moment on: mpirun sends signals to whole process groups, and a request to stop would be
  // answered by it too.
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
    if (count == 0) count = write(STDERR_FILENO, text, strlen(text));
    _exit(0);
  }
  close(ends[0]);
  if (sentinel < 0)
    close(ends[1]);
  else
    sentinel_pipe = ends[1];
}

int ck_guard_dismiss(void) {
  int pipe = sentinel_pipe;
  if (pipe < 0) return 0;
  ssize_t written = write(pipe, "k", 1);
  (void)written;
  return 1;
}

static void recall_sentinel(void) {
  if (sentinel_pipe < 0) return;
  ck_guard_dismiss();
  close(sentinel_pipe);
  sentinel_pipe = -1;
  while (waitpid(sentinel, 0, 0) < 0 && errno == EINTR) {
  }
}

static void leave(const char *text) {
  is_guarded = 0;
  ck_guard_dismiss();
  if (text) {
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
  }
  _exit(69);
}

static void on_alarm(int signal) {
  (void)signal;
  if (is_guarded) leave(late_text);
}

static void handle(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, 0);
}

void ck_guard_begin(unsigned seconds, const char *late, const char *gone) {
  recall_sentinel();
  if (gone) post_sentinel(gone);
  late_text = late;
  is_guarded = 1;
  handle(SIGALRM, on_alarm);
  sigset_t these;
  sigemptyset(&these);
  sigaddset(&these, SIGALRM);
  pthread_sigmask(SIG_UNBLOCK, &these, 0);
  alarm(seconds);
}

void ck_guard_end(void) {
  alarm(0);
  is_guarded = 0;
  recall_sentinel();
}

struct trial {
  pthread_mutex_t gate;
};

static void *wait_at_gate(void *argument) {
  struct trial *trial = argument;
  pthread_mutex_lock(&trial->gate);
  pthread_mutex_unlock(&trial->gate);
  return 0;
}

int ck_try_threads(int count) {
  struct trial trial;
  pthread_mutex_init(&trial.gate, 0);
  pthread_t *threads = calloc(count > 0 ? (size_t)count : 1, sizeof *threads);
  if (!threads) return ENOMEM;
  int problem = 0, started = 0;
  pthread_mutex_lock(&trial.gate);
  while (started < count && problem == 0) {
    problem = pthread_create(&threads[started], 0, wait_at_gate, &trial);
    if (problem == 0) started++;
  }
  pthread_mutex_unlock(&trial.gate);
  for (int index = 0; index < started; index++) pthread_join(threads[index], 0);
  free(threads);
  pthread_mutex_destroy(&trial.gate);
  return problem;
}

void ck_hold_standard_files(void) {
  for (int number = 0; number < 3; number++) {
    if (fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is given, which is this one.
    int file = open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY);
    (void)file;
  }
}
