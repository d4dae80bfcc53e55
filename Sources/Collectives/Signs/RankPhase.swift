internal import Platform

/// What a rank is doing, for the others to read when it falls silent.
package enum RankPhase: UInt8, Sendable, CaseIterable {
  case computing = 1
  case exchanging
  case updating
  case evaluating
  case savingCheckpoint
  case writingFiles
  case starting
  case readingData
  case settingUp
  case readingCheckpoint
  case handingOver

  /// As in "while …".
  package var words: String {
    switch self {
    case .computing: "computing"
    case .exchanging: "exchanging gradients"
    case .updating: "updating weights"
    case .evaluating: "evaluating"
    case .savingCheckpoint: "saving a checkpoint"
    case .writingFiles: "writing files"
    case .starting: "starting"
    case .readingData: "reading data"
    case .settingUp: "setting up"
    case .readingCheckpoint: "reading a checkpoint"
    case .handingOver: "handing a training over"
    }
  }

  /// Whether steps are counted while a rank does this.
  package var hasStep: Bool {
    switch self {
    case .starting, .readingData, .settingUp, .readingCheckpoint, .handingOver: false
    default: true
    }
  }
}

/// Where a rank shows its phase and step, and that it makes progress: a cache line that the ranks of its node see.
package struct PhaseMark: Sendable {
  /// Bytes that each rank needs, a cache line.
  package static let byteCount = 64
  /// Phase and step.
  private let flag: SharedFlag?
  /// Goes up with progress inside a phase.
  private let progress: SharedFlag?
  /// Goes up while the rank waits for others.
  private let waits: SharedFlag?
  /// 1 once the rank ends the run.
  private let end: SharedFlag?

  /// A mark that nobody sees.
  package init() { (flag, progress, waits, end) = (nil, nil, nil, nil) }

  /// - Parameter place: ``byteCount`` aligned bytes, zero at first.
  package init(_ place: UnsafeMutableRawPointer) {
    (flag, progress) = (SharedFlag(place), SharedFlag(place + 8))
    (waits, end) = (SharedFlag(place + 16), SharedFlag(place + 24))
  }

  /// Notes what the rank does from now on.
  package func set(_ phase: RankPhase, step: Int) {
    flag?.raise(to: UInt64(truncatingIfNeeded: step) << 8 | UInt64(phase.rawValue))
  }

  /// Shows that a phase that may take long goes on: a few nanoseconds, by any thread of the rank.
  package func renew() {
    // Threads that meet here may lose a count, which leaves a change all the same.
    if let progress { progress.raise(to: progress.value &+ 1) }
  }

  /// Shows that the rank waits for others, and is there.
  package func noteWaiting() { if let waits { waits.raise(to: waits.value &+ 1) } }

  /// Shows that the rank ends the run, and has said why.
  package func noteEnding() { end?.raise(to: 1) }

  /// Whether the rank ends the run.
  package var isEnding: Bool { end?.value == 1 }

  /// Phase and step as one number; 0 before the first.
  package var word: UInt64 { flag?.value ?? 0 }

  /// How often progress was shown.
  package var renewals: UInt64 { progress?.value ?? 0 }

  /// How often the rank was seen to wait.
  package var waitings: UInt64 { waits?.value ?? 0 }

  /// What ``word`` says.
  package static func read(_ word: UInt64) -> (phase: RankPhase, step: Int)? {
    RankPhase(rawValue: UInt8(truncatingIfNeeded: word)).map { ($0, Int(truncatingIfNeeded: word >> 8)) }
  }
}
