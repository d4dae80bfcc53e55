internal import Kernels

/// What a rank is doing, for the others to read when it falls silent.
package enum RankPhase: UInt8, Sendable, CaseIterable {
  case computing = 1
  case exchanging
  case updating
  case evaluating
  case savingCheckpoint
  case writingFiles

  /// As in "while …".
  package var words: String {
    switch self {
    case .computing: "computing"
    case .exchanging: "exchanging gradients"
    case .updating: "updating weights"
    case .evaluating: "evaluating"
    case .savingCheckpoint: "saving a checkpoint"
    case .writingFiles: "writing files"
    }
  }
}

/// Where a rank shows its phase and step: eight bytes that the ranks of its node see.
package struct PhaseMark: Sendable {
  /// Bytes that each rank needs, a cache line.
  package static let byteCount = 64
  private let flag: SharedFlag?

  /// A mark that nobody sees.
  package init() { flag = nil }

  /// - Parameter place: 8 aligned bytes.
  package init(_ place: UnsafeMutableRawPointer) { flag = SharedFlag(place) }

  package func set(_ phase: RankPhase, step: Int) {
    flag?.raise(to: UInt64(truncatingIfNeeded: step) << 8 | UInt64(phase.rawValue))
  }

  /// Phase and step as one number; 0 before the first.
  package var word: UInt64 { flag?.value ?? 0 }

  /// What ``word`` says.
  package static func read(_ word: UInt64) -> (phase: RankPhase, step: Int)? {
    RankPhase(rawValue: UInt8(truncatingIfNeeded: word)).map { ($0, Int(truncatingIfNeeded: word >> 8)) }
  }
}
