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
  ///   - transforms: what is to become of each; they are inside, as ``firstOutside(_:_:targets:)`` says.
  ///   - table: hands out the values of rows, one after the other.
  func targetNormalization(
    _ transforms: [TargetTransform], rows: [Int], _ progress: @escaping () -> Void, table: @escaping RowTable
  ) -> Normalization {
    guard transforms.contains(where: { $0 != .none }) else { return .identity }
    let width = targetWidth, functions = transforms.map(\.function)
    var values = [Double](repeating: 0, count: width)
    var scale = ColumnStatistics(rows: rows, width: width, pooled: false, progress: progress) { rows, body in
      guard functions.contains(where: { $0 != .identity }) else { return table(rows, body) }
      table(rows) { raw in
        for target in 0..<width { values[target] = functions[target](raw[target]) }
        values.withUnsafeBufferPointer { if let base = $0.baseAddress { body(base) } }
      }
    }.normalization(toRange: false)
    guard Set(transforms).count > 1 else {
      return Normalization(scale.formula, shift: scale.shift, scale: scale.scale, function: functions[0])
    }
    for target in 0..<width where transforms[target] == .none { (scale.shift[target], scale.scale[target]) = (0, 1) }
    return Normalization(scale.formula, shift: scale.shift, scale: scale.scale, functions: functions)
  }

  /// What is to become of each target: what its rule says, else what is done to all.
  package func targetTransforms(_ all: TargetTransform) -> [TargetTransform] {
    guard targetKind == .values else { return [] }
    return targetNames.indices.map { index in
      (targetColumns.indices.contains(index) ? targetColumns[index].transform : nil) ?? all
    }
  }

  /// What is taken of each target first.
  var targetFunctions: [Normalization.Function] { (0..<targetWidth).map { targetNormalization.function(of: $0) } }

  /// The key that says what becomes of a target.
  func keyOfTransform(_ target: Int) -> String {
    targetColumns.indices.contains(target) && targetColumns[target].transform != nil
      ? "data.columns.\(targetNames[target].excerpt(40)).transform" : "data.normalize_targets"
  }

  /// The first target value in some rows that its function does not take.
  ///
  /// - Parameter targets: hands out the target values of rows, one after the other.
  func firstOutside(_ functions: [Normalization.Function], _ rows: [Int], targets: RowTable) -> TargetProblem? {
    guard targetKind == .values else { return nil }
    let bounded = functions.enumerated().compactMap { target, function in
      FeatureFunction(function).bound.map { (target: target, bound: $0) }
    }
    guard !bounded.isEmpty else { return nil }
    var problem: TargetProblem?, place = 0
    targets(rows) { values in
      if problem == nil, let target = bounded.first(where: { !(values[$0.target] > $0.bound) })?.target {
        problem = TargetProblem(row: rows[place], target: target, value: values[target], function: functions[target])
      }
      place += 1
    }
    return problem
  }

  /// What keeps targets from being prepared, with file, row and column; `canChoose` as of
  /// ``dataError(_:in:canChoose:)``.
  func dataError(_ problem: TargetProblem, in source: RowSource, canChoose: Bool) -> DataError {
    .targetOutsideTransform(
      file: source.file, place: source.place(problem.row), target: targetNames[problem.target],
      text: ConfigValue.number(problem.value).compactText, transform: problem.function.rawValue,
      bound: Int(FeatureFunction(problem.function).bound ?? 0), canChoose: canChoose,
      key: keyOfTransform(problem.target))
  }
}
