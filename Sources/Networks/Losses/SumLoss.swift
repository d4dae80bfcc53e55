internal import Kernels
package import Specs

/// A weighted sum of losses of the same outputs and targets: `Σₖ weightₖ lₖ`.
///
/// For goals that pull together, such as absolute error with a little squared error. What samples and classes weigh is
/// set once, for the sum; predictions are the first term's.
package struct SumLoss: LossSpec {
  package static let kind = "sum"
  package static let summary = "a weighted sum of losses"
  package static let examples = [
    #"{"terms": [{"loss": "mse"}, {"weight": 0.3, "loss": {"type": "huber", "delta": 0.5}}]}"#,
    #"{"terms": [{"weight": 2, "loss": {"type": "mae"}}]}"#,
  ]
  /// How deep sums may stand within sums.
  private static let depthLimit = 4

  package var targets: LossTargets {
    let kinds = terms.map(\.loss.targets)
    if kinds.contains(.classes) { return .classes }
    return kinds.contains(.values) ? .values : .classesOrValues
  }

  /// What the first of the terms with a limit takes.
  package var targetLimit: String? { terms.lazy.compactMap(\.loss.targetLimit).first }

  package var predictsDeviations: Bool { terms.contains(where: \.loss.predictsDeviations) }
  package var seeksMeans: Bool { terms.allSatisfy { $0.weight == 0 || $0.loss.seeksMeans } }

  var terms: [(weight: Double, loss: any LossSpec)]

  package init(from fields: FieldReader) throws(ConfigError) {
    if fields.isDescribing {
      terms = [(1, MeanSquaredError.standard)]
      _ = try fields.list("terms", of: .anything, default: [], "objects with a weight and a loss") {
        value, _ throws(ConfigError) in (0, value)
      }
      return
    }
    guard fields.path.components(of: ".loss") <= Self.depthLimit else {
      throw ConfigError("sums stand within sums more than \(Self.depthLimit) deep; write one sum", path: fields.path)
    }
    terms = try fields.list("terms", of: .anything, atLeast: 1, "objects with a weight and a loss") {
      value, path throws(ConfigError) in
      let (term, text) = try fields.readObject(value, path: path) {
        fields throws(ConfigError) -> (weight: Double, loss: any LossSpec) in
        let weight = try fields.number("weight", default: 1, in: .nonNegative, "what the term counts")
        guard weight == 0 || Interval.positiveFloat.contains(weight) else {
          throw fields.error("weight", "expected 0 or \(Interval.positiveFloat.words), found \(weight)")
        }
        let loss = try fields.read(
          "loss", schema: .anything, default: nil, example: MeanSquaredError.standard,
          summary: "a loss"
        ) { value, path throws(ConfigError) -> (any LossSpec, ConfigValue) in
          for key in ["class_weights", "cost"] where value[key] != nil {
            throw ConfigError("what classes weigh is set once, for the sum; move the key there", path: "\(path).\(key)")
          }
          return try fields.readVariant(value, LossRegistry.standard, path: path)
        }
        return (weight, loss)
      }
      return (term, text)
    }
    guard terms.contains(where: { $0.weight > 0 }) else {
      throw fields.error("terms", "all terms weigh 0, so nothing can be learned; give one a weight above 0")
    }
    let kinds = Set(terms.map(\.loss.targets)).subtracting([.classesOrValues])
    if kinds.count > 1 {
      throw fields.error("terms", "some terms take classes and some values; all must take the same targets")
    }
  }

  package var explanation: [String] { terms.flatMap(\.loss.explanation) }

  package func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
    var losses: [(weight: Double, loss: any Loss)] = []
    for (index, term) in terms.enumerated() {
      var inner = context
      inner.path = "\(context.path).terms[\(index)].loss"
      losses.append((term.weight, try term.loss.makeLoss(inner)))
    }
    guard Set(losses.map(\.loss.countsPositions)).count == 1 else {
      throw ConfigError(
        "some terms are losses of single positions and some of whole samples; all must divide by the same weight",
        path: context.path + ".terms")
    }
    return SumOfLosses(terms: losses, outputs: context.output.rowCount)
  }
}

extension MeanSquaredError {
  /// With all defaults.
  fileprivate static var standard: any LossSpec { MeanSquaredError(reduction: .mean) }
}

extension String {
  /// How often a text occurs.
  fileprivate func components(of text: String) -> Int {
    split(separator: text, omittingEmptySubsequences: false).count - 1
  }
}

/// A weighted sum of losses at work.
struct SumOfLosses: Loss {
  let terms: [(weight: Double, loss: any Loss)]
  /// Floats of a row of outputs.
  let outputs: Int
  var prediction: any Prediction { terms[0].loss.prediction }
  var sideWeights: [Double] {
    [0, 1].map { side in terms.reduce(0) { $0 + $1.weight * $1.loss.sideWeights[side] } }
  }
  var readsWeights: Bool { terms.contains { $0.loss.readsWeights } }
  var countsPositions: Bool { terms.contains { $0.loss.countsPositions } }

  func bestConstant(of targets: ConstantTargets, outputs: Int) -> BestConstant? {
    if countsPositions { return nil }
    let beginnings = terms.compactMap { $0.loss.bestConstant(of: targets, outputs: outputs) }
    return ConstantSearch(self, targets: targets, outputs: outputs)?.best(from: beginnings)
  }

  func problem(with targets: LossRows, rows: Range<Int>) -> (row: Int, text: String)? {
    for term in terms { if let problem = term.loss.problem(with: targets, rows: rows) { return problem } }
    return nil
  }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    // The first term's gradient is written in place, the others' by rows into memory of their own: on the stack where a
    // row has up to 16 outputs.
    let stride = Matrix.stride(for: self.outputs)
    let run = max(1, 256 / stride)
    withUnsafeTemporaryAllocation(byteCount: run * stride * 4, alignment: 64) { memory in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 16) { values in
        guard let slopes = memory.baseAddress?.bindMemory(to: Float.self, capacity: run * stride),
          let value = values.baseAddress
        else { return }
        slopes.initialize(repeating: 0, count: run * stride)
        for (index, term) in terms.enumerated() {
          guard index > 0 else {
            term.loss.evaluate(outputs, targets, rows: rows, losses: losses, gradient: gradient)
            for row in rows {
              losses[row] *= term.weight
              for column in 0..<self.outputs { gradient[row][column] *= Float(term.weight) }
            }
            continue
          }
          for first in Swift.stride(from: rows.lowerBound, to: rows.upperBound, by: min(run, 16)) {
            let last = min(rows.upperBound, first + min(run, 16))
            // Rows keep their numbers: the memory is addressed as if it began at row 0.
            term.loss.evaluate(
              outputs, targets, rows: first..<last, losses: value - first,
              gradient: Matrix(slopes - first * stride, stride: stride))
            for row in first..<last {
              losses[row] += term.weight * value[row - first]
              let more = slopes + (row - first) * stride
              for column in 0..<self.outputs { gradient[row][column] += Float(term.weight) * more[column] }
            }
          }
        }
      }
    }
  }
}
