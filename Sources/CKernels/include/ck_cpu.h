// Instruction-set levels and the floating-point mode of the calling thread.
#ifndef PTRAIN_CK_CPU_H
#define PTRAIN_CK_CPU_H

#include <stdint.h>

/// Levels of instruction sets, lowest first. A level includes everything below it.
enum ck_isa {
  CK_PORTABLE = 0,  ///< what the target guarantees: SSE2 on x86-64, NEON on aarch64
  CK_AVX2 = 1,      ///< AVX2 and FMA
  CK_AVX512 = 2,    ///< AVX-512 F, BW, DQ, VL (and AVX2, FMA)
};

/// The highest level this CPU and operating system offer.
int ck_isa_detected(void);

/// The name of a level: "portable", "avx2" or "avx512".
const char *_Nonnull ck_isa_name(int isa);

/// Lowers the level of the active table to `isa`, or to what the CPU offers if that is less; returns the level now
/// active. Call it once, on one thread, before the first computation: ranks agree on the lowest level among them.
int ck_set_isa(int isa);

/// No level of its own: a thread uses the active table that all threads have in common.
#define CK_COMMON (-1)

/// Lowers the level of the calling thread alone to `isa`, or to what the CPU offers if that is less; `CK_COMMON` ends
/// that. Returns what the thread had. Levels are compared so while other threads compute: a kernel that met two tables
/// in one call would take its tiling from one and its memory from the other.
int ck_set_thread_isa(int isa);

/// Makes the calling thread treat denormal inputs and results as zero (x86: FTZ and DAZ in MXCSR; aarch64: FZ in FPCR).
/// Returns the previous mode for `ck_restore_float_mode`.
uint64_t ck_flush_denormals(void);

/// Makes the calling thread compute with denormal numbers as IEEE 754 says. Returns the previous mode.
uint64_t ck_keep_denormals(void);

/// Puts back a mode that `ck_flush_denormals` or `ck_keep_denormals` returned.
void ck_restore_float_mode(uint64_t mode);

/// 1 if the calling thread flushes denormal inputs and results, 0 if it does not.
int ck_flushes_denormals(void);

#endif
