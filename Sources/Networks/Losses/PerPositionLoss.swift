package import Kernels

/// A loss over positions: each valid position of a row is to another loss a row of its own, with the row's weight.
///
/// `wᵢ lᵢ = Σ over valid positions p of wᵢ l(outputs of p, target of p)`, added in double in the order of positions;
/// the weight that counted is `wᵢ · valid positions`. So the loss of a batch is the mean over all its valid positions,
/// and a position's slopes are, to the last bit, those of a row. Positions that are masked are not read, whatever they
/// hold; their slopes are 0.
///
/// Data bring one target for each sample: whoever uses it hands it ``LossRows`` with the positions, classes or values
/// and validity of its own.
package struct PerPositionLoss: Loss {
  private let loss: any Loss
  private let positions: Int
  private let channels: Int
  private let channelStride: Int
  private let classes: [String]

  /// - Parameters:
  ///   - loss: of one position, made for `channels` outputs.
  ///   - channels: outputs of each position.
  ///   - channelStride: floats from one position of a row to the next; nil: they lie one behind the other.
  ///   - classes: names of a position's classes where the data have none.
  package init(
    _ loss: any Loss, positions: Int, channels: Int, channelStride: Int? = nil, classes: [String] = []
  ) {
    self.loss = loss
    self.classes = classes
    self.positions = positions
    self.channels = channels
    self.channelStride = channelStride ?? channels
  }

  package var prediction: any Prediction { PerPosition(loss.prediction, positions: positions, classes: classes) }
  package var sideWeights: [Double] { loss.sideWeights }
  package var readsWeights: Bool { loss.readsWeights }
  package var countsPositions: Bool { true }

  package func problem(with targets: LossRows, rows: Range<Int>) -> (row: Int, text: String)? {
    precondition(targets.positions == positions, "targets of other positions")
    for row in rows {
      for position in 0..<positions where targets.isValid(row: row, position: position) {
        let one = targets.run(at: row * positions + position, weights: targets.weights + row)
        guard let problem = loss.problem(with: one, rows: 0..<1) else { continue }
        return (row, "position \(position) (counted from 0): \(problem.text)")
      }
    }
    return nil
  }

  package func evaluate(
    _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
  ) {
    precondition(targets.positions == positions, "targets of other positions")
    // Temporary memory above 1 KiB would come from the heap: a double and a float for each position of a run.
    withUnsafeTemporaryAllocation(of: Double.self, capacity: Self.run) { values in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.run) { weights in
        withStage { stage in
          guard let value = values.baseAddress, let weight = weights.baseAddress else { return }
          for row in rows {
            weights.initialize(repeating: targets.weights[row])
            var sum = 0.0, count = 0, position = 0
            while position < positions {
              let z = outputs[row] + position * channelStride, slopes = gradient[row] + position * channelStride
              guard targets.isValid(row: row, position: position) else {
                slopes.update(repeating: 0, count: channels)
                position += 1
                continue
              }
              var end = position + 1
              while end < min(positions, position + (stage?.run ?? Self.run)),
                targets.isValid(row: row, position: end)
              { end += 1 }
              let length = end - position
              stage?.fill(from: z, positions: length)
              loss.evaluate(
                stage?.outputs ?? Matrix(z, stride: channelStride),
                targets.run(at: row * positions + position, weights: weight), rows: 0..<length, losses: value,
                gradient: stage?.gradient ?? Matrix(slopes, stride: channelStride))
              stage?.handBack(to: slopes, positions: length)
              for index in 0..<length { sum += value[index] }
              count += length
              position = end
            }
            losses[row] = sum
            targets.counted?[row] = Double(count) * Double(targets.weights[row])
          }
        }
      }
    }
  }

  /// Positions that are handed on at a time.
  private static let run = 64

  /// Where positions do not lie on multiples of 16 floats, as losses read and write them, they are copied to where they
  /// do.
  private func withStage(_ body: (Stage?) -> Void) {
    guard channelStride % 16 != 0 else { return body(nil) }
    // On the stack up to 128 channels.
    let stride = Matrix.stride(for: channels), run = max(1, min(Self.run, 128 / stride))
    withUnsafeTemporaryAllocation(byteCount: 4 * 2 * run * stride, alignment: 64) { memory in
      guard let base = memory.baseAddress?.bindMemory(to: Float.self, capacity: 2 * run * stride) else { return }
      base.initialize(repeating: 0, count: 2 * run * stride)
      body(
        Stage(
          outputs: Matrix(base, stride: stride), gradient: Matrix(base + run * stride, stride: stride), run: run,
          channels: channels, channelStride: channelStride))
    }
  }

  /// Positions of one row, each on a multiple of 16 floats.
  private struct Stage {
    let outputs: Matrix
    let gradient: Matrix
    let run: Int
    let channels: Int
    /// Floats from one position to the next where they come from.
    let channelStride: Int

    func fill(from z: UnsafeMutablePointer<Float>, positions: Int) {
      for index in 0..<positions { outputs[index].update(from: z + index * channelStride, count: channels) }
    }

    func handBack(to slopes: UnsafeMutablePointer<Float>, positions: Int) {
      for index in 0..<positions { (slopes + index * channelStride).update(from: gradient[index], count: channels) }
    }
  }
}
