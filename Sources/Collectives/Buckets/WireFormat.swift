/// How floats travel between ranks.
package enum WireFormat: String, CaseIterable, Sendable {
  case float32
  /// The upper half of a float32, rounded to nearest even: its range, 8 bits of precision.
  case bfloat16
  /// IEEE half precision: 11 bits of precision, up to 65504.
  case float16
}
