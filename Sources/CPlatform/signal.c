#include "ck_signal.h"

#include "ck_start.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t received;
// While nothing is trained: a request ends the process at once, because nothing is lost by it.
static volatile sig_atomic_t ends_at_once, speaks, is_alone;

static void leave(int signal) {
  const int is_starting = ck_start_dismiss();
  static const char user[] = "ptrain: stopped on request (SIGUSR1) before the first step; the same command goes on\n";
  static const char termination[] =
      "ptrain: stopped on request (SIGTERM) before the first step; the same command goes on\n";
  static const char interrupt[] =
      "ptrain: stopped on request (SIGINT) before the first step; the same command goes on\n";
  // mpirun ends its ranks with SIGTERM when one of them has failed, and that one has spoken.
  if (is_starting && !is_alone && signal == SIGTERM)
    ck_start_say_ended();
  else if (speaks && (is_alone || signal == SIGUSR1) && (!is_starting || ck_start_claim())) {
    ssize_t written = signal == SIGUSR1   ? write(STDERR_FILENO, user, sizeof user - 1)
                      : signal == SIGTERM ? write(STDERR_FILENO, termination, sizeof termination - 1)
                                          : write(STDERR_FILENO, interrupt, sizeof interrupt - 1);
    (void)written;
  }
  // Others end with this one: mpirun and srun kill the ranks that are left when one has gone, and a killed one has
  // another code. By then each has heard the request, and the first has spoken.
  if (!is_alone && signal == SIGUSR1) {
    const struct timespec pause = {0, 200 * 1000 * 1000};
    nanosleep(&pause, 0);
  }
  _exit(75);
}

static void remember(int signal) {
  if (ends_at_once) leave(signal);
  if (signal == SIGINT && received == SIGINT) _exit(130);
  received = signal;
}

static sigset_t requests(void) {
  sigset_t these;
  sigemptyset(&these);
  sigaddset(&these, SIGUSR1);
  sigaddset(&these, SIGTERM);
  sigaddset(&these, SIGINT);
  return these;
}

static void hear(int signal) {
  struct sigaction action = {0};
  action.sa_handler = remember;
  action.sa_flags = SA_RESTART;
  // One at a time, in the order of their arrival.
  action.sa_mask = requests();
  sigaction(signal, &action, 0);
}

// A request to stop that comes while the program starts is kept for later instead of ending it.
__attribute__((constructor)) static void keep_early_request(void) { hear(SIGUSR1); }

void ck_listen_for_stop(void) {
  hear(SIGUSR1);
  hear(SIGTERM);
  hear(SIGINT);
  // Whoever started this process may have left them blocked.
  sigset_t these = requests();
  pthread_sigmask(SIG_UNBLOCK, &these, 0);
}

int ck_stop_signal(void) { return received; }

void ck_end_when_asked(int is_first, int has_no_others) {
  speaks = is_first;
  is_alone = has_no_others;
  ends_at_once = 1;
  if (received) leave(received);
}

void ck_remember_when_asked(void) { ends_at_once = 0; }
