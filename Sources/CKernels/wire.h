// Floats as 16 bits and back, of one level. Integer arithmetic, so that all levels agree.

INLINE u32x16 select_bits(i32x16 mask, u32x16 yes, u32x16 no) { return (yes & (u32x16)mask) | (no & ~(u32x16)mask); }

/// bfloat16: the upper half, rounded to nearest even; NaN stays NaN.
INLINE u32x16 to_bfloat16(f32x16 value) {
  u32x16 bits = (u32x16)value;
  u32x16 rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  i32x16 is_nan = (i32x16)((bits & 0x7fffffffu) > 0x7f800000u);
  return select_bits(is_nan, (bits >> 16) | 0x40u, rounded);
}

/// IEEE half precision, rounded to nearest even; beyond 65504 infinity.
INLINE u32x16 to_float16(f32x16 value) {
  u32x16 bits = (u32x16)value, sign = bits & 0x80000000u;
  bits ^= sign;
  u32x16 huge = select_bits((i32x16)(bits > 0x7f800000u), (u32x16)(0x7e00u), (u32x16)(0x7c00u));
  // Small ones: adding 0.5 rounds to a multiple of the smallest half.
  u32x16 magic = (u32x16)(126u << 23);
  u32x16 small = (u32x16)((f32x16)bits + (f32x16)magic) - magic;
  u32x16 normal = (bits - (112u << 23) + 0xfffu + ((bits >> 13) & 1u)) >> 13;
  u32x16 half = select_bits((i32x16)(bits < (113u << 23)), small, normal);
  half = select_bits((i32x16)(bits >= (143u << 23)), huge, half);
  return half | (sign >> 16);
}

INLINE f32x16 from_float16(u32x16 half) {
  u32x16 bits = (half & 0x7fffu) << 13, exponent = bits & (0x7c00u << 13);
  bits += 112u << 23;
  u32x16 infinite = bits + (112u << 23);
  u32x16 small = (u32x16)((f32x16)(bits + (1u << 23)) - (f32x16)(u32x16)(113u << 23));
  bits = select_bits((i32x16)(exponent == (0x7c00u << 13)), infinite, bits);
  bits = select_bits((i32x16)(exponent == 0u), small, bits);
  return (f32x16)(bits | ((half & 0x8000u) << 16));
}

static void narrow(const float *x, uint16_t *y, size_t n, int is_bfloat, float scale) {
  f32x16 factor = splat(scale);
  for (size_t i = 0; i < n; i += 16) {
    f32x16 value = load_upto(x + i, n - i, 0.0f) * factor;
    u16x16 half = __builtin_convertvector(is_bfloat ? to_bfloat16(value) : to_float16(value), u16x16);
    __builtin_memcpy(y + i, &half, (n - i < 16 ? n - i : 16) * sizeof *y);
  }
}

static void widen(const uint16_t *x, float *y, size_t n, int is_bfloat, float scale) {
  f32x16 factor = splat(scale);
  for (size_t i = 0; i < n; i += 16) {
    u16x16 half = (u16x16)(0);
    __builtin_memcpy(&half, x + i, (n - i < 16 ? n - i : 16) * sizeof *x);
    u32x16 wide = __builtin_convertvector(half, u32x16);
    store_upto(y + i, (is_bfloat ? (f32x16)(wide << 16) : from_float16(wide)) * factor, n - i);
  }
}
