internal import Datasets
internal import Kernels
internal import Networks
internal import Specs

/// Whether data suit a loss, by the loss's own word: what kind of targets it reads, what outputs it takes, and which
/// values it refuses.
struct LossDemand {
  let input: AdviceInput
  /// How the target column is read where a loss takes classes as well as values.
  let reading: ProblemReading
  let losses: LossRegistry

  /// Why a loss cannot be trained on the data, and where; nil where it can.
  struct Refusal {
    var reason: String
    var row: Int?
  }

  /// The loss of a config object.
  func spec(_ loss: ConfigValue) -> Result<any LossSpec, ConfigError> {
    do {
      return .success(try FieldReader.readVariant(loss, losses, path: "loss").0)
    } catch {
      return .failure(error)
    }
  }

  /// - Parameters:
  ///   - transform: of the targets before the loss sees them.
  ///   - outputs: of the network; nil: any number that the loss takes.
  func refusal(_ loss: ConfigValue, transform: TargetTransform, outputs: Int?) -> Refusal? {
    let spec: any LossSpec
    switch self.spec(loss) {
    case .success(let found): spec = found
    case .failure(let error): return Refusal(reason: error.problem)
    }
    if transform != .none {
      if let limit = spec.targetLimit {
        return Refusal(reason: "takes \(limit), and normalized targets are not")
      }
      if transform.function != .identity, spec.predictsDeviations {
        return Refusal(reason: "predicts deviations, and those of logarithms are none of the targets")
      }
      if let refusal = refusal(of: transform) { return refusal }
    }
    let readsClasses = asClasses(spec)
    let width = readsClasses ? 0 : columns.count, classes = readsClasses ? classCount : 0
    guard readsClasses || width > 0 else {
      return Refusal(reason: "takes numbers, and the targets are classes")
    }
    guard !readsClasses || classCount > 1 else {
      return Refusal(reason: "takes classes, and the targets are numbers")
    }
    let tried = outputs.map { [$0] } ?? [max(width, classes), 1, 2 * max(1, width)]
    var problem = ""
    for count in tried {
      do {
        let made = try spec.makeLoss(
          LossContext(output: Port([count]), classes: classes, targetWidth: width, path: "loss"))
        return readsClasses ? nil : refusal(of: made, normalized: transform != .none)
      } catch {
        if problem.isEmpty { problem = error.problem }
      }
    }
    return Refusal(reason: problem)
  }

  /// Whether the loss reads the target as classes.
  private func asClasses(_ spec: any LossSpec) -> Bool {
    switch spec.targets {
    case .classes: true
    case .values: false
    case .classesOrValues: columns.count <= 1
    }
  }

  private var columns: [[Double]] {
    switch input.target {
    case .numbers(let values): [values]
    case .classes: []
    case .labels(let columns), .distribution(let columns), .columns(let columns): columns
    }
  }

  private var classCount: Int {
    if case .classes(let names, _) = input.target { return names.count }
    return columns.count == 1 ? reading.classes.count : 0
  }

  /// Logarithms of numbers that have none.
  private func refusal(of transform: TargetTransform) -> Refusal? {
    let least: Double
    switch transform.function {
    case .identity: return nil
    case .log: least = 0
    case .log1p: least = -1
    }
    for column in columns {
      if let row = column.firstIndex(where: { $0.isFinite && $0 <= least }) {
        return Refusal(
          reason: "takes logarithms of numbers above \(Int(least)), and the target is \(NumberText.short(column[row]))",
          row: row)
      }
    }
    return nil
  }

  /// The first row that the loss refuses, in float32 as it sees them.
  private func refusal(of loss: any Loss, normalized: Bool) -> Refusal? {
    let columns = columns, width = columns.count
    let rows = columns.map(\.count).min() ?? 0, block = 4096
    guard rows > 0, width > 0 else { return nil }
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: block * width)
    let classes = UnsafeMutablePointer<Int32>.allocate(capacity: block)
    let weights = UnsafeMutablePointer<Float>.allocate(capacity: block)
    classes.initialize(repeating: 0, count: block)
    weights.initialize(repeating: 1, count: block)
    memory.initialize(repeating: 0, count: block * width)
    defer {
      memory.deallocate()
      classes.deallocate()
      weights.deallocate()
    }
    for first in stride(from: 0, to: rows, by: block) {
      let count = min(block, rows - first)
      var kept: [Int] = []
      for row in first..<first + count where columns.allSatisfy({ $0[row].isFinite }) {
        for (index, column) in columns.enumerated() {
          let value = Float(column[row])
          guard value.isFinite else {
            return Refusal(
              reason: "computes in float32, and the target is \(NumberText.short(column[row])), beyond 3.4e+38",
              row: row)
          }
          memory[kept.count * width + index] = value
        }
        kept.append(row)
      }
      guard !normalized else { continue }
      let part = LossRows(classes: classes, values: Matrix(memory, stride: width), weights: weights)
      if let problem = loss.problem(with: part, rows: 0..<kept.count) {
        return Refusal(reason: problem.text, row: kept[problem.row])
      }
    }
    return nil
  }
}
