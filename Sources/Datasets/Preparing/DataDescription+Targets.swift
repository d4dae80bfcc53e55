internal import Kernels
internal import Specs

/// A target that its logarithm does not take.
struct TargetProblem: Error, Equatable {
  /// Of those that were looked at, by its number there.
  var row: Int
  var target: Int
  var value: Double
  var function: Normalization.Function
}

extension DataDescription {
  /// What brings the target values of some rows, or their logarithms, to mean 0 and deviation 1.
  ///
  /// - Parameters:
  ///   - transform: what is to become of them; they are inside, as ``firstOutside(_:_:targets:)`` says.
  ///   - table: hands out the values of rows, one after the other.
  func targetNormalization(
    _ transform: TargetTransform, rows: [Int], _ progress: @escaping () -> Void, table: @escaping RowTable
  ) -> Normalization {
    guard transform != .none else { return .identity }
    let width = targetWidth, function = transform.function
    var values = [Double](repeating: 0, count: width)
    let scale = ColumnStatistics(rows: rows, width: width, pooled: false, progress: progress) { rows, body in
      guard function != .identity else { return table(rows, body) }
      table(rows) { raw in
        for target in 0..<width { values[target] = function(raw[target]) }
        values.withUnsafeBufferPointer { if let base = $0.baseAddress { body(base) } }
      }
    }.normalization(toRange: false)
    return Normalization(scale.formula, shift: scale.shift, scale: scale.scale, function: function)
  }

  /// The first target value in some rows that a function does not take.
  ///
  /// - Parameter targets: hands out the target values of rows, one after the other.
  func firstOutside(_ function: Normalization.Function, _ rows: [Int], targets: RowTable) -> TargetProblem? {
    guard targetKind == .values, let bound = FeatureFunction(function).bound else { return nil }
    var problem: TargetProblem?, place = 0
    targets(rows) { values in
      if problem == nil, let target = (0..<targetWidth).first(where: { !(values[$0] > bound) }) {
        problem = TargetProblem(row: rows[place], target: target, value: values[target], function: function)
      }
      place += 1
    }
    return problem
  }

  /// What keeps targets from being prepared, with file, row and column; `canChoose` as of ``dataError(_:in:canChoose:)``.
  func dataError(_ problem: TargetProblem, in source: RowSource, canChoose: Bool) -> DataError {
    .targetOutsideTransform(
      file: source.file, place: source.place(problem.row), target: targetNames[problem.target],
      text: ConfigValue.number(problem.value).compactText, transform: problem.function.rawValue,
      bound: Int(FeatureFunction(problem.function).bound ?? 0), canChoose: canChoose)
  }
}
