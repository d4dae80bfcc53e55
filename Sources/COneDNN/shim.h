#ifndef PTRAIN_CONEDNN_SHIM_H
#define PTRAIN_CONEDNN_SHIM_H
#include <oneapi/dnnl/dnnl.h>
#endif
