internal import ArgumentParser

/// Whole numbers that an option takes.
enum OptionRange {
  /// - Throws: a sentence that names the option, what it takes and what was found.
  static func require(_ name: String, _ value: Int, _ allowed: ClosedRange<Int>) throws {
    guard !allowed.contains(value) else { return }
    throw ValidationError(
      "\(name) takes a whole number from \(allowed.lowerBound) to \(allowed.upperBound), found \(value)")
  }
}
