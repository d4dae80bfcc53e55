#ifndef PTRAIN_CKERNELS_H
#define PTRAIN_CKERNELS_H
#include <stdint.h>
#endif
