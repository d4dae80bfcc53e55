// CKernels: vector code chosen at run time by the CPU's feature bits. This header gathers the others.
#ifndef PTRAIN_CKERNELS_H
#define PTRAIN_CKERNELS_H

#include "ck_cpu.h"
#include "ck_dense.h"
#include "ck_elementary.h"
#include "ck_gather.h"
#include "ck_math.h"
#include "ck_permutation.h"
#include "ck_philox.h"
#include "ck_program.h"
#include "ck_table.h"
#include "ck_update.h"

#endif
