#ifndef PTRAIN_CZLIB_SHIM_H
#define PTRAIN_CZLIB_SHIM_H
#include <zlib.h>
#endif
