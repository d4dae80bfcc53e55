/// The functions by which Open MPI ends a process, in the program's own hands first.
///
/// A program that has this linked need not call anything: libmpi calls them by name, and the program's come before the
/// library's. Where MPI was starting, `ck_start.h` says its line, and the exit code is 69. Seen in Open MPI 4.1.4:
/// `MPI_Init_thread` ends by `ompi_mpi_abort`, and that by `ompi_rte_abort`, or by `_exit` where the runtime is not
/// there yet.
#ifndef PTRAIN_CMPI_ABORT_H
#define PTRAIN_CMPI_ABORT_H
#include <stdarg.h>

/// What `MPI_Abort`, and errors that nobody handles, come down to.
int ompi_mpi_abort(void *communicator, int code);

/// Ends the process, and has mpirun end the others; the text may be null.
int ompi_rte_abort(int code, char *text, ...);

#endif
