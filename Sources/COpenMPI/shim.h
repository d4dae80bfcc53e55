#ifndef PTRAIN_COPENMPI_SHIM_H
#define PTRAIN_COPENMPI_SHIM_H
#include <mpi.h>
#endif
