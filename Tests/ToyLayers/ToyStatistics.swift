internal import Kernels
package import Networks
package import Specs

/// Normalizes each element by mean and variance over its shard or over the batch, then scales and shifts it; what it
/// has seen over the batch is kept in states, by which it goes where nothing is trained.
///
/// `y = w (x − m) / √(v + ε) + b`, with v the mean of squares less m² (Ioffe and Szegedy 2015, equations of section 3).
/// With g = w d and `x̂ = (x − m) / √(v + ε)`: `dx = (g − Σg / n − x̂ Σg x̂ / n) / √(v + ε)`.
package struct ToyStatistics: SingleInputLayerSpec {
  /// What may be wrong with it.
  package enum Flaw: String, CaseIterable, Sendable {
    case none
    /// Sums begin anew in the middle of the rows.
    case sumsInPieces
    /// The mean's and the variance's part of the gradient is left out.
    case ignoresBackwardSums
    /// A shard reads what belongs to the first one.
    case readsFirstShard
    /// Forward counts its own rows instead of asking how many samples there are.
    case countsCut
    /// The gradient's sums are taken from the whole pass, not from the rows given.
    case backwardSumsReadOtherRows
  }

  package static let kind = "toy_statistics"
  package static let summary = "normalizes by mean and variance of the batch or of a shard"
  package static let examples = [#"{"over": "batch"}"#, #"{"over": "shard"}"#]

  package enum Over: String, CaseIterable, Sendable {
    case batch
    case shard
  }

  package var over: Over
  package var flaw = Flaw.none

  package init(over: Over, flaw: Flaw = .none) { (self.over, self.flaw) = (over, flaw) }

  package init(from fields: FieldReader) throws(ConfigError) {
    over = try fields.option("over", default: Over.batch, "what mean and variance are taken over")
    flaw = try fields.option("flaw", default: Flaw.none, "what is wrong with it")
  }

  package func makeLayer(input: Port, path: String) throws(ConfigError) -> any Layer {
    ToyStatisticsLayer(output: input, over: over, flaw: flaw)
  }
}

struct ToyStatisticsLayer: Layer {
  static let epsilon = 1e-3
  static let momentum = 0.1

  let output: Port
  let over: ToyStatistics.Over
  let flaw: ToyStatistics.Flaw

  private var width: Int { output.count }

  var parameters: [Parameter] {
    ["weight", "bias"].map { name in
      Parameter(
        name: name, shape: [width], initializer: ToyStart(value: name == "weight" ? 1 : 0),
        fanIn: width, fanOut: width)
    }
  }
  var states: [LayerState] {
    [
      LayerState(name: "running_mean", shape: [width], initial: 0),
      LayerState(name: "running_var", shape: [width], initial: 1),
    ]
  }
  var needs: LayerNeeds {
    LayerNeeds(
      reach: over == .batch ? .batch : .shard, forwardSums: 2 * width, backwardSums: 2 * width, gradientItems: 1)
  }

  func addForwardSums(_ pass: LayerPass, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>) {
    for row in rows {
      let x = pass.input[row]
      if flaw == .sumsInPieces, row == rows.lowerBound + rows.count / 2 {
        for column in 0..<2 * width { sums[column] *= 1 + 0x1p-40 }
      }
      for column in 0..<width {
        let value = Double(x[output.place(column)])
        sums[column] += value
        sums[width + column] += value * value
      }
    }
  }

  /// Mean and 1 / √(v + ε) of a column, for a row.
  private func moments(_ pass: LayerPass, row: Int, column: Int, cut: Range<Int>) -> (mean: Double, scale: Double) {
    guard pass.step.isTraining else {
      let mean = (pass.arena + pass.stateOffsets[0])[column], variance = (pass.arena + pass.stateOffsets[1])[column]
      return (Double(mean), 1 / (Double(variance) + Self.epsilon).squareRoot())
    }
    let sums =
      flaw == .readsFirstShard
      ? UnsafePointer(pass.forwardSums[shard: 0]) : pass.forwardSums(row: row)
    let count = Double(flaw == .countsCut ? cut.count : pass.sampleCount(row: row))
    let mean = sums[column] / count
    let variance = max(0, sums[width + column] / count - mean * mean)
    return (mean, 1 / (variance + Self.epsilon).squareRoot())
  }

  func forward(_ pass: LayerPass, rows: Range<Int>) {
    let w = pass.arena + pass.offsets[0], b = pass.arena + pass.offsets[1]
    for row in rows {
      let x = pass.input[row], y = pass.output[row]
      for column in 0..<width {
        let (mean, scale) = moments(pass, row: row, column: column, cut: rows)
        y[output.place(column)] = b[column].addingProduct(
          w[column], Float((Double(x[output.place(column)]) - mean) * scale))
      }
    }
  }

  func addBackwardSums(_ pass: LayerPass, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>) {
    let w = pass.arena + pass.offsets[0]
    let rows = flaw == .backwardSumsReadOtherRows ? 0..<rows.upperBound : rows
    for row in rows {
      let x = pass.input[row], d = pass.outputGradient[row]
      for column in 0..<width {
        let (mean, scale) = moments(pass, row: row, column: column, cut: rows)
        let g = Double(w[column]) * Double(d[output.place(column)])
        sums[column] += g
        sums[width + column] += g * ((Double(x[output.place(column)]) - mean) * scale)
      }
    }
  }

  func backwardToInput(_ pass: LayerPass, rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    guard let gradient = pass.inputGradient else { return }
    let w = pass.arena + pass.offsets[0]
    for row in rows {
      let x = pass.input[row], d = pass.outputGradient[row], dx = gradient[row]
      let sums = pass.backwardSums(row: row), count = Double(pass.sampleCount(row: row))
      for column in 0..<width {
        let (mean, scale) = moments(pass, row: row, column: column, cut: rows)
        let g = Double(w[column]) * Double(d[output.place(column)])
        let (sum, product) =
          flaw == .ignoresBackwardSums ? (0, 0) : (sums[column] / count, sums[width + column] / count)
        dx[output.place(column)] = Float((g - sum - (Double(x[output.place(column)]) - mean) * scale * product) * scale)
      }
    }
  }

  func accumulateWeightGradient(
    _ pass: LayerPass, item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int,
    gradient: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    for (parameter, offset) in pass.gradientOffsets.enumerated() {
      let target = gradient + offset
      for column in 0..<width {
        target[column] = addLeaves(leaves, leafCount) { chain, row in
          let (mean, scale) = moments(pass, row: row, column: column, cut: row..<row + 1)
          let factor = parameter == 0 ? Float((Double(pass.input[row][output.place(column)]) - mean) * scale) : 1
          return chain.addingProduct(factor, pass.outputGradient[row][output.place(column)])
        }
      }
      (target + width).update(repeating: 0, count: parameters[parameter].storedCount - width)
    }
  }

  func finishedGradients(items: Int) -> Int { items == 0 ? 0 : parameters.reduce(0) { $0 + $1.storedCount } }

  func updateStates(_ pass: LayerPass, sums: UnsafePointer<Double>, samples: Int) {
    let count = Double(samples)
    for column in 0..<width {
      let mean = sums[column] / count, variance = max(0, sums[width + column] / count - mean * mean)
      for (state, value) in [(0, mean), (1, variance)] {
        let place = pass.arena + pass.stateOffsets[state] + column
        place.pointee = Float((1 - Self.momentum) * Double(place.pointee) + Self.momentum * value)
      }
    }
  }
}
