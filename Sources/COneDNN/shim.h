#ifndef PTRAIN_CONEDNN_SHIM_H
#define PTRAIN_CONEDNN_SHIM_H
#include <oneapi/dnnl/dnnl.h>

// oneDNN of Debian is built on OpenMP. Its thread count is set for each calling thread; where oneDNN is built on something
// else the function is not there.
extern void omp_set_num_threads(int) __attribute__((weak));

/// Makes oneDNN compute on the calling thread alone.
static inline void ptrain_dnnl_use_one_thread(void) {
  if (omp_set_num_threads) omp_set_num_threads(1);
}

#endif
