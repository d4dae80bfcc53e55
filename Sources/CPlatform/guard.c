#define _GNU_SOURCE
#include "ck_guard.h"

#include "ck_start.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *volatile late_text;
static volatile sig_atomic_t is_guarded;

static void leave(const char *text) {
  is_guarded = 0;
  // One of the processes that start together is enough.
  if (ck_start_is_on() && !ck_start_claim()) text = 0;
  ck_start_dismiss();
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

void ck_guard_begin(unsigned seconds, const char *late) {
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
