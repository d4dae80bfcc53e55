package import Specs

/// How long a training may take: counted, never timed, so that it is the same everywhere.
package enum TrainingBudget: Sendable, Equatable {
  case steps(Int)
  case epochs(Int)

  package var count: Int {
    switch self {
    case .steps(let count), .epochs(let count): count
    }
  }

  /// `epochs` or `steps`.
  package var unit: String {
    switch self {
    case .steps: "steps"
    case .epochs: "epochs"
    }
  }

  /// So much in the same unit.
  package func with(_ count: Int) -> TrainingBudget {
    switch self {
    case .steps: .steps(count)
    case .epochs: .epochs(count)
    }
  }

  /// As people write it.
  package var words: String { "\(count) \(count == 1 ? String(unit.dropLast()) : unit)" }

  /// As a file has it, `{"epochs": 30}`.
  package var json: ConfigValue { .object([.init(unit, .integer(count))]) }

  /// What the keys of `training` allow.
  private static let limits = (steps: Int(Int32.max) * 1024, epochs: 1_000_000)

  /// Reads `30 epochs`, `30epochs` or `2000 steps`.
  ///
  /// - Parameter option: what the word came from, for errors.
  /// - Throws: ``ConfigError`` of exit code 64.
  package init(_ word: String, option: String = "--budget") throws(ConfigError) {
    let digits = word.prefix { $0.isASCII && $0.isNumber }, unit = word.dropFirst(digits.count).drop { $0 == " " }
    let place = "\(option) '\(word.excerpt(40))'"
    if ["s", "sec", "seconds", "min", "minutes", "h", "hours"].contains(unit) {
      throw ConfigError(
        "\(place): a budget in time would give other results on another machine; give it in epochs or steps, like "
          + "'30 epochs'",
        exitCode: .usage)
    }
    let isSteps = ["step", "steps"].contains(unit)
    guard !digits.isEmpty, isSteps || ["epoch", "epochs"].contains(unit) else {
      throw ConfigError(
        "\(place): expected a number of epochs or steps, like '30 epochs' or '2000 steps'", exitCode: .usage)
    }
    let limit = isSteps ? Self.limits.steps : Self.limits.epochs
    guard let count = Int(digits), (1...limit).contains(count) else {
      throw ConfigError("\(place): expected from 1 to \(limit) \(isSteps ? "steps" : "epochs")", exitCode: .usage)
    }
    self = isSteps ? .steps(count) : .epochs(count)
  }
}
