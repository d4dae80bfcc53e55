// The words that kernels are written in. Vectors of 16 lanes at every instruction-set level, so that the order of every
// reduction is the same at all of them; and vectors as wide as the CPU's, for chains in which no lane meets another.
// Included once by each kernels_<level>.c, inside its target attribute. Nothing else calls intrinsics.
//
// defines: f32x16, f64x16, i32x16, u32x16, i64x16, u64x16, u16x16, splat, fma16, select by ?:, load, load_tail, store,
// store_tail, lane sums; vec, ivec, vec_load, vec_store, vec_splat, vec_splat_at, vec_fma

typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef float f32x8 __attribute__((ext_vector_type(8)));
typedef double f64x16 __attribute__((ext_vector_type(16)));
typedef double f64x8 __attribute__((ext_vector_type(8)));
typedef double f64x4 __attribute__((ext_vector_type(4)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));
typedef int64_t i64x16 __attribute__((ext_vector_type(16)));
typedef uint64_t u64x16 __attribute__((ext_vector_type(16)));
typedef uint16_t u16x16 __attribute__((ext_vector_type(16)));

#define INLINE static inline __attribute__((always_inline))

INLINE f32x16 splat(float value) { return (f32x16)(value); }

#if !CK_HAS_FMA
// a * b + c with one rounding, without an instruction for it. A call: in line everywhere, this file took 32 s to
// compile and 2 MB.
static __attribute__((noinline)) f32x16 fma16_in_double(f32x16 a, f32x16 b, f32x16 c) {
  // The product of two floats is exact in double. The sum is rounded to odd (Boldo and Melquiond 2008), after which
  // the rounding to float is the only one that counts: TwoSum gives the error of the nearest sum, and an inexact sum
  // with an even last bit moves to the neighbour on the error's side.
  f64x16 product = __builtin_convertvector(a, f64x16) * __builtin_convertvector(b, f64x16);
  f64x16 addend = __builtin_convertvector(c, f64x16);
  f64x16 sum = product + addend;
  f64x16 back = sum - product;
  f64x16 error = (product - (sum - back)) + (addend - back);
  i64x16 bits = (i64x16)sum;
  i64x16 above = error > (f64x16)(0.0), below = error < (f64x16)(0.0), positive = sum > (f64x16)(0.0);
  i64x16 even = (bits & 1) - 1;
  i64x16 step = ~(above ^ positive) | 1;  // -1 when the error has the sign of the sum, else 1
  bits -= step & even & (above | below);
  return __builtin_convertvector((f64x16)bits, f32x16);
}
#endif

/// a * b + c with one rounding.
INLINE f32x16 fma16(f32x16 a, f32x16 b, f32x16 c) {
#if CK_HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return fma16_in_double(a, b, c);
#endif
}

INLINE f32x16 magnitude(f32x16 x) { return (f32x16)((u32x16)x & 0x7fffffffu); }

/// `value` (not negative) with the sign of `sign`.
INLINE f32x16 with_sign(f32x16 value, f32x16 sign) {
  return (f32x16)((u32x16)value | ((u32x16)sign & 0x80000000u));
}

INLINE f32x16 load(const float *p) {
  f32x16 v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

INLINE void store(float *p, f32x16 v) { __builtin_memcpy(p, &v, sizeof v); }

// The first `count` < 16 lanes; the others are `fill`. Nothing beyond the array is touched.
INLINE f32x16 load_tail(const float *p, size_t count, float fill) {
#if CK_HAS_MASKED_MEMORY
  return (f32x16)_mm512_mask_loadu_ps(_mm512_set1_ps(fill), (__mmask16)((1u << count) - 1u), p);
#else
  float lanes[16];
  for (size_t i = 0; i < 16; i++) lanes[i] = i < count ? p[i] : fill;
  return load(lanes);
#endif
}

INLINE void store_tail(float *p, f32x16 v, size_t count) {
#if CK_HAS_MASKED_MEMORY
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << count) - 1u), (__m512)v);
#else
  float lanes[16];
  store(lanes, v);
  for (size_t i = 0; i < count; i++) p[i] = lanes[i];
#endif
}

/// Up to 16 lanes: all of them or a tail.
INLINE f32x16 load_upto(const float *p, size_t count, float fill) {
  return count >= 16 ? load(p) : load_tail(p, count, fill);
}

INLINE void store_upto(float *p, f32x16 v, size_t count) {
  if (count >= 16) {
    store(p, v);
  } else {
    store_tail(p, v, count);
  }
}

/// The sum of the lanes, added by halves: lane i with lane i + 8, then i + 4, i + 2, i + 1.
INLINE double sum_of_lanes(f64x16 v) {
  f64x8 a = v.lo + v.hi;
  f64x4 b = a.lo + a.hi;
  return (b.x + b.z) + (b.y + b.w);
}

INLINE float max_of_lanes(f32x16 v) {
  float lanes[16];
  store(lanes, v);
  float most = lanes[0];
  for (int i = 1; i < 16; i++) most = lanes[i] > most ? lanes[i] : most;
  return most;
}

typedef float vec __attribute__((vector_size(CK_LANES * 4), aligned(4)));
typedef int32_t ivec __attribute__((vector_size(CK_LANES * 4), aligned(4)));

INLINE vec vec_load(const float *p) { return *(const vec *)p; }

INLINE void vec_store(float *p, vec v) { *(vec *)p = v; }

// Lane by lane, which becomes one broadcasting load; `(vec){0} + s` would add and shuffle where the fused multiply-adds
// run.
INLINE vec vec_splat(float s) {
  vec v;
  for (int i = 0; i < CK_LANES; i++) v[i] = s;
  return v;
}

// The same of a number in memory. Said in the CPU's words where lanes are 8: of four such numbers in a row the compiler
// makes one load and four shuffles, which run where the fused multiply-adds do (half as fast).
INLINE vec vec_splat_at(const float *p) {
#if CK_LANES == 8
  vec v;
  __asm__("vbroadcastss %1, %0" : "=x"(v) : "m"(*p));
  return v;
#else
  return vec_splat(*p);
#endif
}

INLINE vec vec_fma(vec a, vec b, vec c) { return __builtin_elementwise_fma(a, b, c); }
