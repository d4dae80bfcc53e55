import Kernels

@testable import Networks

/// `Σ (p − y)² / 2` over valid positions and their channels; and ways to get that wrong.
struct MaskedSquares: Loss {
  enum Flaw: CaseIterable, Sendable {
    case none
    case countsMasked, countsRows, forgetsWeightInCount
    case leaksGradient, forgetsGradient, readsMasked, addsMasked
    case steep, ignoresWeight, writesBetween, readsOtherRow

    /// What the battery must find.
    var finding: Finding.Kind? {
      switch self {
      case .none: nil
      case .countsMasked, .countsRows, .forgetsWeightInCount: .counted
      case .leaksGradient, .forgetsGradient, .readsMasked, .addsMasked: .masked
      case .steep: .gradient
      case .ignoresWeight: .weights
      case .writesBetween: .paddingWritten
      case .readsOtherRow: .rows
      }
    }
  }

  let positions: Int
  let channels: Int
  let channelStride: Int
  var flaw = Flaw.none
  var prediction: any Prediction { .values }
  var countsPositions: Bool { true }

  func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    for row in rows {
      let weight = flaw == .ignoresWeight ? 1 : targets.weights[row]
      var sum = 0.0, count = 0
      for position in 0..<positions {
        let p = outputs[row] + position * channelStride, d = gradient[row] + position * channelStride
        let y = targets.values[row * positions + position]
        let isValid = targets.isValid(row: row, position: position)
        if isValid || flaw == .countsMasked { count += 1 }
        if flaw == .writesBetween, channelStride > channels { d[channels] = 1 }
        for channel in 0..<channels {
          guard isValid else {
            if flaw == .readsMasked { sum += 0 * Double(p[channel]) }
            if flaw == .addsMasked { sum += 1e-3 }
            if flaw != .forgetsGradient { d[channel] = flaw == .leaksGradient ? weight * 1e-3 : 0 }
            continue
          }
          let error = p[channel] - y[channel]
          sum += Double(error) * Double(error) / 2
          d[channel] = weight * error * (flaw == .steep ? 1.01 : 1)
        }
      }
      if flaw == .readsOtherRow, row > rows.lowerBound { sum = sum.nextUp }
      losses[row] = Double(weight) * sum
      if flaw == .countsRows { count = min(1, count) }
      targets.counted?[row] = Double(count) * (flaw == .forgetsWeightInCount ? 1 : Double(targets.weights[row]))
    }
  }
}
