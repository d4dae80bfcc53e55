package import Collectives
package import Datasets
internal import Kernels
package import Metrics
package import Networks
internal import Platform
package import Specs

/// Loss and metrics over all samples of a part, every sample once.
///
/// The part is cut into fixed blocks of 64 rows, the same for any number of ranks and threads; blocks are shared out,
/// their sums are merged in block order in double precision, so every rank knows the same result.
package final class Evaluation {
  /// Rows of one block.
  package static let blockRows = 64

  private let memory: NetworkMemory
  private let loss: any Loss
  private let empty: [any MetricState]
  /// Whether a threshold is searched, which must be a number whatever the outputs are.
  private let isSearch: Bool
  private let threads: Int
  private let queue = WorkQueue()
  private let scratch: AlignedBuffer<Float>

  /// An evaluation with a network's memory of at least `threads × blockRows` rows.
  /// - Throws: ``ConfigError`` where a metric does not suit the predictions.
  package init(
    memory: NetworkMemory, loss: any Loss, metrics: [any MetricSpec], context: MetricContext, threads: Int
  ) throws(ConfigError) {
    precondition(memory.rowCapacity >= Self.blockRows, "evaluation needs memory for a block")
    self.memory = memory
    self.loss = loss
    isSearch = metrics.contains { $0 is DecisionThreshold }
    self.threads = max(1, min(threads, memory.rowCapacity / Self.blockRows))
    scratch = AlignedBuffer(count: self.threads * memory.layout.forwardScratchStride)
    var states: [any MetricState] = []
    for metric in metrics { states.append(try metric.makeState(context)) }
    empty = states
  }

  /// Evaluates a part of the data on all ranks.
  ///
  /// - Parameter constant: the outputs of all rows, in place of the network's.
  package func run(
    _ rows: DataRows, description: DataDescription, classWeights: [Float]?, constant: [Float]? = nil,
    cluster: any Cluster
  ) throws -> Result {
    let blocks = (rows.count + Self.blockRows - 1) / Self.blockRows
    let own = blocks * cluster.rank / cluster.size..<blocks * (cluster.rank + 1) / cluster.size
    let batch = BatchMemory(
      rows, description: description, capacity: threads * Self.blockRows, classWeights: classWeights,
      counts: loss.countsPositions)
    memory.begin(StepContext(isTraining: false, seed: 0, step: 0, samples: batch.samples))
    let mark = cluster.phaseMark
    var found = [[Double]](repeating: [], count: own.count)
    found.withUnsafeMutableBufferPointer { found in
      let found = found
      queue.parallelItems(count: own.count, workers: threads) { item, worker in
        let start = (own.lowerBound + item) * Self.blockRows
        let first = worker * Self.blockRows
        found[item] = evaluate(
          samples: start..<min(rows.count, start + Self.blockRows), at: first, batch: batch, constant: constant,
          scratch: scratch.pointer + worker * memory.layout.forwardScratchStride)
        // The thread that has the cluster waits for this loop, so one worker may speak to other nodes for it.
        if worker == 0 { cluster.showProgress() } else { mark.renew() }
      }
    }
    return merge(try cluster.gather(found.flatMap { $0 }).flatMap { $0 }, samples: rows.count)
  }

  /// Loss, weight, rows whose outputs are not finite, and each metric's numbers behind their count, of one block.
  private func evaluate(
    samples: Range<Int>, at first: Int, batch: BatchMemory, constant: [Float]?, scratch: UnsafeMutablePointer<Float>
  ) -> [Double] {
    let range = first..<first + samples.count
    for (index, sample) in samples.enumerated() { batch.ids.pointer[first + index] = sample }
    if let constant {
      batch.gatherTargets(range)
      for row in range { memory.output[row].update(from: constant, count: constant.count) }
    } else {
      batch.gather(range, into: memory.inputs)
      memory.forward(rows: range, scratch: scratch)
    }
    loss.evaluate(
      memory.output, batch.targets, rows: range, losses: batch.losses.pointer, gradient: memory.outputGradient)
    let sums = batch.sums(range)
    // A row that weighs nothing is as if it were not there.
    let rows = range.filter { batch.sampleWeights.pointer[$0] > 0 }
    let broken = rows.count { row in
      (0..<memory.network.output.rowCount).contains { !memory.output[row][$0].isFinite }
    }
    var numbers = [sums.loss, sums.weight, Double(broken)]
    for var state in empty {
      for row in rows {
        state.update(
          MetricRow(
            outputs: memory.output[row], targetClass: Int(batch.classes.pointer[row]),
            targetValues: batch.targets.values[row], weight: Double(batch.sampleWeights.pointer[row])))
      }
      let own = state.numbers
      numbers.append(Double(own.count))
      numbers += own
    }
    return numbers
  }

  private func merge(_ numbers: [Double], samples: Int) -> Result {
    var loss = 0.0, weight = 0.0, broken = 0.0, states = empty, place = 0
    while place < numbers.count {
      loss += numbers[place]
      weight += numbers[place + 1]
      broken += numbers[place + 2]
      place += 3
      for index in states.indices {
        let count = Int(numbers[place])
        states[index].merge(numbers[place + 1..<place + 1 + count])
        place += 1 + count
      }
    }
    // What is not a number would be taken for the first class, or for the last rank.
    let cause =
      broken > 0 ? "the model's outputs are not finite in \(Int(broken)) of \(Int(samples).counted("row"))" : nil
    var metrics = states.map(\.value)
    if let cause, !isSearch { metrics = metrics.map { $0.undefined(because: cause) } }
    return Result(
      loss: .share(loss, of: weight, because: cause ?? "the loss of a row is not finite"), metrics: metrics,
      samples: samples)
  }
}
