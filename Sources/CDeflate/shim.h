#ifndef PTRAIN_CDEFLATE_SHIM_H
#define PTRAIN_CDEFLATE_SHIM_H
#include <libdeflate.h>
#endif
