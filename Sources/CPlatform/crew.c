// The affinity mask is a GNU extension that Swift cannot import.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "ck_crew.h"

enum { most = 1023 };

typedef struct {
  const cpu_set_t *cores;
  void (*work)(void *);
  void *context;
} order;

static void *begin(void *argument) {
  const order *own = argument;
  if (sched_setaffinity(0, sizeof *own->cores, own->cores) == 0) own->work(own->context);
  return 0;
}

void ck_crew(int helpers, const uint8_t *allowed, int count, void (*work)(void *), void *context) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  for (int core = 0; core < count && core < CPU_SETSIZE; core++)
    if (allowed[core]) CPU_SET(core, &cores);
  const order own = {&cores, work, context};
  pthread_t threads[most];
  pthread_attr_t attributes;
  int started = 0;
  if (pthread_attr_init(&attributes) == 0) {
    pthread_attr_setstacksize(&attributes, 1 << 20);
    // Signals to the process are for its other threads; faults of the thread itself cannot wait.
    sigset_t signals, before;
    sigfillset(&signals);
    sigdelset(&signals, SIGBUS);
    sigdelset(&signals, SIGSEGV);
    sigdelset(&signals, SIGFPE);
    sigdelset(&signals, SIGILL);
    sigdelset(&signals, SIGABRT);
    sigdelset(&signals, SIGTRAP);
    pthread_sigmask(SIG_SETMASK, &signals, &before);
    while (started < helpers && started < most &&
           pthread_create(&threads[started], &attributes, begin, (void *)&own) == 0)
      started++;
    pthread_sigmask(SIG_SETMASK, &before, 0);
    pthread_attr_destroy(&attributes);
  }
  work(context);
  for (int thread = 0; thread < started; thread++) pthread_join(threads[thread], 0);
}
