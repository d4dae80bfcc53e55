import CKernels

/// Elementary functions in double, of our own: the same bits on every CPU, which those of the C library have not
/// (glibc's differ where fused multiply-adds are missing).
///
/// Whatever reaches a weight, a decision or a written number calls these; `scripts/lint` refuses others. Within 1 unit
/// in the last place of the exact value; special values as C's annex F has them (`ck_elementary.h`).
package enum DoubleFunctions {
  /// `eˣ`.
  package static func exp(_ x: Double) -> Double { ck_exp(x) }

  /// `eˣ − 1`, without cancellation near 0.
  package static func expm1(_ x: Double) -> Double { ck_expm1(x) }

  /// The natural logarithm; −∞ at 0, NaN below.
  package static func log(_ x: Double) -> Double { ck_log(x) }

  /// `log(1 + x)`, without cancellation near 0; −∞ at −1, NaN below.
  package static func log1p(_ x: Double) -> Double { ck_log1p(x) }

  /// `xʸ`: 1 where x is 1 or y is 0, NaN where x is negative and y not whole.
  package static func pow(_ x: Double, _ y: Double) -> Double { ck_pow(x, y) }

  /// The sine of any finite number, reduced with as many digits of π as that takes.
  package static func sin(_ x: Double) -> Double { ck_sin(x) }

  /// The cosine of any finite number, reduced with as many digits of π as that takes.
  package static func cos(_ x: Double) -> Double { ck_cos(x) }

  /// The hyperbolic tangent.
  package static func tanh(_ x: Double) -> Double { ck_tanh(x) }

  /// The error function.
  package static func erf(_ x: Double) -> Double { ck_erf(x) }

  /// `log |Γ(x)|`; ∞ at 0 and the negative whole numbers.
  package static func lgamma(_ x: Double) -> Double { ck_lgamma(x) }
}
