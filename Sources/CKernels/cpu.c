// Detection of the CPU's level, the active table, and the thread's denormal mode.
#include "ckernels.h"

extern const struct ck_table ck_table_portable;
#if defined(__x86_64__)
extern const struct ck_table ck_table_avx2;
extern const struct ck_table ck_table_avx512;
#endif

int ck_isa_detected(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return avx512 ? CK_AVX512 : avx2 ? CK_AVX2 : CK_PORTABLE;
#else
  return CK_PORTABLE;
#endif
}

const char *ck_isa_name(int isa) {
  return isa >= CK_AVX512 ? "avx512" : isa == CK_AVX2 ? "avx2" : "portable";
}

const struct ck_table *ck_table(int isa) {
#if defined(__x86_64__)
  int detected = ck_isa_detected();
  int level = isa < detected ? isa : detected;
  if (level >= CK_AVX512) return &ck_table_avx512;
  if (level == CK_AVX2) return &ck_table_avx2;
#else
  (void)isa;
#endif
  return &ck_table_portable;
}

static const struct ck_table *active = &ck_table_portable;

// Runs before main, so that no computing thread ever sees the table change unless ck_set_isa is called.
__attribute__((constructor)) static void choose_table(void) { active = ck_table(CK_AVX512); }

// One load more than the table alone: 0.3 ns a call, where a kernel's shortest call takes 5.
static _Thread_local const struct ck_table *own;

const struct ck_table *ck_active(void) { return own ? own : active; }

int ck_set_thread_isa(int isa) {
  int previous = own ? own->isa : CK_COMMON;
  own = isa == CK_COMMON ? 0 : ck_table(isa);
  return previous;
}

int ck_set_isa(int isa) {
  active = ck_table(isa);
  return active->isa;
}

#if defined(__x86_64__)

#define FLUSH_TO_ZERO 0x8000u
#define DENORMALS_ARE_ZERO 0x0040u

uint64_t ck_flush_denormals(void) {
  unsigned previous = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(previous | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
  return previous;
}

uint64_t ck_keep_denormals(void) {
  unsigned previous = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(previous & ~(FLUSH_TO_ZERO | DENORMALS_ARE_ZERO));
  return previous;
}

void ck_restore_float_mode(uint64_t mode) { __builtin_ia32_ldmxcsr((unsigned)mode); }

int ck_flushes_denormals(void) {
  unsigned wanted = FLUSH_TO_ZERO | DENORMALS_ARE_ZERO;
  return (__builtin_ia32_stmxcsr() & wanted) == wanted;
}

#elif defined(__aarch64__)

#define FLUSH_TO_ZERO (1ull << 24)

static uint64_t read_fpcr(void) {
  uint64_t mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}

uint64_t ck_flush_denormals(void) {
  uint64_t previous = read_fpcr();
  ck_restore_float_mode(previous | FLUSH_TO_ZERO);
  return previous;
}

uint64_t ck_keep_denormals(void) {
  uint64_t previous = read_fpcr();
  ck_restore_float_mode(previous & ~FLUSH_TO_ZERO);
  return previous;
}

void ck_restore_float_mode(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }

int ck_flushes_denormals(void) { return (read_fpcr() & FLUSH_TO_ZERO) != 0; }

#else
#error "ptrain runs on x86-64 and aarch64"
#endif
