#include "ck_signal.h"

#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t received;

static void remember(int signal) {
  if (signal == SIGINT && received == SIGINT) _exit(130);
  received = signal;
}

// A request to stop that comes while the program starts is kept for later instead of ending it.
__attribute__((constructor)) static void keep_early_request(void) {
  struct sigaction action = {0};
  action.sa_handler = remember;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGUSR1, &action, 0);
}

void ck_listen_for_stop(void) {
  struct sigaction action = {0};
  action.sa_handler = remember;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGUSR1, &action, 0);
  sigaction(SIGTERM, &action, 0);
  sigaction(SIGINT, &action, 0);
  // Whoever started this process may have left them blocked.
  sigset_t these;
  sigemptyset(&these);
  sigaddset(&these, SIGUSR1);
  sigaddset(&these, SIGTERM);
  sigaddset(&these, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &these, 0);
}

int ck_stop_signal(void) { return received; }
