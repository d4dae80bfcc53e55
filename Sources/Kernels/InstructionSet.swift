import CKernels

/// A level of vector instructions.
///
/// All levels give the same bits, so each rank computes at the best one of its CPU.
package enum InstructionSet: Int, CaseIterable, Comparable, Sendable {
  /// What the target guarantees: SSE2 on x86-64, NEON on aarch64.
  case portable = 0
  /// AVX2 and FMA.
  case avx2 = 1
  /// AVX-512 F, BW, DQ and VL, with AVX2 and FMA.
  case avx512 = 2

  /// The highest level this CPU and operating system offer.
  package static var detected: InstructionSet { InstructionSet(rawValue: Int(ck_isa_detected())) ?? .portable }

  /// The level in use: the detected one, unless `use(_:)` lowered it.
  package static var active: InstructionSet { InstructionSet(rawValue: Int(ck_active().pointee.isa)) ?? .portable }

  /// Lowers the level in use to `level`, or to the detected one if that is lower.
  ///
  /// Call it once, on one thread, before the first computation.
  /// - Returns: The level now in use.
  @discardableResult
  package static func use(_ level: InstructionSet) -> InstructionSet {
    InstructionSet(rawValue: Int(ck_set_isa(Int32(level.rawValue)))) ?? .portable
  }

  /// Runs `body` with the calling thread at `level`, or at the detected one if that is lower; other threads keep
  /// theirs.
  ///
  /// For comparisons of levels: what `body` hands to other threads runs at the common level.
  package static func lowering<Result, Failure: Error>(
    to level: InstructionSet, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let previous = ck_set_thread_isa(Int32(level.rawValue))
    defer { _ = ck_set_thread_isa(previous) }
    return try body()
  }

  /// The name printed at start and written to checkpoints: `portable`, `avx2` or `avx512`.
  package var name: String { String(cString: ck_isa_name(Int32(rawValue))) }

  package static func < (a: InstructionSet, b: InstructionSet) -> Bool { a.rawValue < b.rawValue }
}

/// How the calling thread treats denormal numbers.
package enum Denormals {
  /// Makes the calling thread take denormal inputs and results as zero (FTZ and DAZ).
  ///
  /// A thread without it would give other bits, and be two to three times slower on decayed values.
  package static func flush() { _ = ck_flush_denormals() }

  /// Whether the calling thread flushes denormals.
  package static var areFlushed: Bool { ck_flushes_denormals() != 0 }

  /// Runs `body` with denormals flushed, then puts the thread's mode back.
  package static func flushing<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let previous = ck_flush_denormals()
    defer { ck_restore_float_mode(previous) }
    return try body()
  }

  /// Runs `body` with denormals as they are, then puts the thread's mode back.
  package static func keeping<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let previous = ck_keep_denormals()
    defer { ck_restore_float_mode(previous) }
    return try body()
  }
}
