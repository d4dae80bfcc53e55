internal import Advice
internal import Datasets
internal import Metrics
internal import Specs

extension AdviceRequest {
  /// Throws where the targets are not what the person says they are.
  func requireTargets(_ description: DataDescription, file: String) throws(RunError) {
    let names = description.targetNames, name = names.count == 1 ? "target '\(names[0].excerpt(40))'" : "the targets"
    func refusal(_ problem: String) -> RunError { RunError(.data, "\(file): \(name) \(problem)") }
    switch task {
    case nil: return
    case .classification?:
      guard description.targetKind == .classes else {
        throw names.count == 1
          ? refusal("holds numbers with fractions, which are no classes; use --task regression")
          : refusal("are \(names.count) columns, and classes are one; use --task labels or --task regression")
      }
    case .labels?, .distribution?:
      guard description.targetKind == .values, names.count > 1 else {
        throw refusal(
          "is one column, and --task \(task?.rawValue ?? "") needs several; name them in data.train.targets")
      }
    case .regression?, .counts?, .amounts?, .shares?:
      guard description.targetKind == .values else {
        let words = description.classNames.first.map { " ('\($0.excerpt(30))')" } ?? ""
        throw refusal(
          "holds words\(words), and --task \(task?.rawValue ?? "") needs numbers; use --task classification, or name another "
            + "column")
      }
    }
  }

  /// Throws where costs or what is wanted do not go with what the target was taken for.
  func requireReading(_ reading: ProblemReading, file: String, target: String) throws(RunError) {
    let reason = reading.reason == reading.words ? "" : " (\(reading.reason))"
    let taken = "'\(target.excerpt(40))' is taken for \(reading.words)\(reason)"
    func refusal(_ option: String, _ problem: String) -> RunError {
      RunError(.usage, "\(option): \(problem), and \(file): \(taken)")
    }
    guard reading.kind != .constant else { return }
    let isClasses = reading.kind == .binary || reading.kind == .classes
    if classCosts != nil, reading.kind != .binary {
      throw refusal(
        "--cost",
        "is for two classes"
          + (isClasses ? ", costs of several go into loss.cost" : "; for numbers use --cost-ratio UNDER:OVER"))
    }
    let isNumbers = ![.binary, .classes, .labels, .distribution].contains(reading.kind)
    if quantileCosts != nil, !isNumbers {
      throw refusal("--cost-ratio", "is for numbers; for two classes use --cost FALSE_POSITIVE:FALSE_NEGATIVE")
    }
    switch wanted {
    case nil, .distribution?, .ranking?: return
    case .probability?:
      guard isNumbers, reading.kind != .shares else { return }
      throw refusal("--want probability", "is for classes and labels (--task classification)")
    case .mean?, .median?, .quantile?:
      guard !isNumbers else { return }
      throw refusal("--want \(wanted?.text ?? "")", "is for numbers (--task regression)")
    }
  }
}

extension ProblemReading {
  /// The kind as a person says it.
  package var words: String {
    switch kind {
    case .binary: "two classes"
    case .classes: classes.isEmpty ? "several classes" : classes.count.counted("class")
    case .labels: "\(columns.counted("label")) that may hold together"
    case .distribution: "\(columns.counted("share")) that add up to 1"
    case .counts: "counts"
    case .amounts: "amounts that are often 0"
    case .positive: "positive numbers"
    case .shares: "shares from 0 to 1"
    case .numbers: columns > 1 ? "\(columns) columns of numbers" : "numbers"
    case .constant: "one value"
    }
  }
}

extension LossSection {
  /// What mistakes between two classes cost, as the config says it; nil where it does not.
  func classCosts(_ description: DataDescription) -> ClassCosts? {
    guard let cost, description.classNames.count == 2,
      let matrix = try? cost.matrix(description.classNames, path: "loss.cost"),
      matrix[0][1] > 0 || matrix[1][0] > 0
    else { return nil }
    return ClassCosts(falsePositive: matrix[0][1], falseNegative: matrix[1][0])
  }
}
