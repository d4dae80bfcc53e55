// Between fork and exec only a few calls are allowed, and Swift cannot promise to make no others.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ck_process.h"

static void reset_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  for (int number = 1; number < NSIG; number++) {
    action.sa_handler = number == SIGUSR1 ? SIG_IGN : SIG_DFL;
    sigaction(number, &action, 0);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, 0);
}

/// Reports what failed to the parent, and ends.
static void fail(int report) {
  int problem = errno;
  while (write(report, &problem, sizeof problem) < 0 && errno == EINTR) {
  }
  _exit(127);
}

int ck_start_process(const char *const *argv, const char *const *envp, int output) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) return -errno;
  pid_t parent = getpid(), child = fork();
  if (child == 0) {
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(127);
    reset_signals();
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0) fail(report[1]);
    if (output >= 0 && (dup2(output, STDOUT_FILENO) < 0 || dup2(nothing, STDERR_FILENO) < 0)) fail(report[1]);
    execvpe(argv[0], (char *const *)argv, (char *const *)envp);
    fail(report[1]);
  }
  int problem = child < 0 ? errno : 0;
  close(report[1]);
  if (child > 0) {
    ssize_t count;
    do count = read(report[0], &problem, sizeof problem);
    while (count < 0 && errno == EINTR);
    if (count != sizeof problem) problem = 0;
    if (problem != 0) {
      while (waitpid(child, 0, 0) < 0 && errno == EINTR) {
      }
    }
  }
  close(report[0]);
  return problem != 0 ? -problem : child;
}

void ck_adopt_orphans(void) { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

void ck_give_back_blocks(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }
