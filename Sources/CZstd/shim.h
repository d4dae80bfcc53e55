#ifndef PTRAIN_CZSTD_SHIM_H
#define PTRAIN_CZSTD_SHIM_H
#include <zstd.h>
#include <zstd_errors.h>
#endif
