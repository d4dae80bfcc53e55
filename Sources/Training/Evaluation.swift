package import Collectives
package import Datasets
internal import Kernels
package import Networks
internal import Specs

/// Loss and metrics over all samples of a part, every sample once.
///
/// The part is cut into fixed blocks of 64 rows, the same for any number of ranks and threads; blocks are shared out, their sums
/// are merged in block order in double precision, so every rank knows the same result.
package final class Evaluation {
  /// Rows of one block.
  package static let blockRows = 64

  /// Loss and metrics by name, in config order.
  package struct Result: Sendable {
    package var loss: Double
    package var metrics: [(name: String, value: Double)]
    package var samples: Int
  }

  private let memory: NetworkMemory
  private let loss: any Loss
  private let metrics: [any MetricSpec]
  private let threads: Int
  private let queue = WorkQueue()

  /// An evaluation with a network's memory of at least `threads × blockRows` rows.
  package init(memory: NetworkMemory, loss: any Loss, metrics: [any MetricSpec], threads: Int) {
    precondition(memory.rowCapacity >= Self.blockRows, "evaluation needs memory for a block")
    self.memory = memory
    self.loss = loss
    self.metrics = metrics
    self.threads = max(1, min(threads, memory.rowCapacity / Self.blockRows))
  }

  /// Evaluates a part of the data on all ranks.
  package func run(
    _ rows: DataRows, description: DataDescription, classWeights: [Float]?, cluster: any Cluster
  ) throws -> Result {
    let blocks = (rows.count + Self.blockRows - 1) / Self.blockRows
    let own = blocks * cluster.rank / cluster.size..<blocks * (cluster.rank + 1) / cluster.size
    let empty = try metrics.map { try $0.makeState(prediction: loss.prediction, outputs: memory.network.output.count) }
    let width = 2 + empty.reduce(0) { $0 + $1.numbers.count }
    let numbers = AlignedBuffer<Double>(count: max(1, own.count * width))
    let batch = BatchMemory(
      rows, description: description, capacity: threads * Self.blockRows, classWeights: classWeights)
    memory.begin(StepContext(isTraining: false, seed: 0, step: 0, samples: batch.samples))
    queue.parallelItems(count: own.count, workers: threads) { item, worker in
      let start = (own.lowerBound + item) * Self.blockRows
      let count = min(Self.blockRows, rows.count - start)
      let first = worker * Self.blockRows
      let range = first..<first + count
      for index in 0..<count { batch.ids.pointer[first + index] = start + index }
      batch.gather(range, into: memory.input)
      memory.forward(rows: range)
      loss.evaluate(
        memory.output, batch.targets, rows: range, losses: batch.losses.pointer, gradient: memory.outputGradient)
      let sums = batch.sums(range)
      var place = item * width
      numbers.pointer[place] = sums.loss
      numbers.pointer[place + 1] = sums.weight
      place += 2
      for var state in empty {
        for row in range {
          state.update(
            outputs: memory.output[row], targetClass: batch.classes.pointer[row],
            targetValues: batch.targets.values[row], weight: batch.weights.pointer[row])
        }
        for number in state.numbers {
          numbers.pointer[place] = number
          place += 1
        }
      }
    }
    let bytes = [UInt8](UnsafeRawBufferPointer(start: numbers.pointer, count: own.count * width * 8))
    let all = try cluster.gather(bytes).flatMap { $0 }
    return merge(all, width: width, states: empty, samples: rows.count)
  }

  private func merge(_ bytes: [UInt8], width: Int, states: [any MetricState], samples: Int) -> Result {
    var loss = 0.0, weight = 0.0, states = states
    bytes.withUnsafeBytes { raw in
      var place = 0
      func next() -> Double {
        defer { place += 8 }
        return raw.loadUnaligned(fromByteOffset: place, as: Double.self)
      }
      while place < raw.count {
        loss += next()
        weight += next()
        for index in states.indices { states[index].merge((0..<states[index].numbers.count).map { _ in next() }) }
      }
    }
    let values = zip(metrics, states).map { (type(of: $0).kind, $1.result) }
    return Result(loss: weight > 0 ? loss / weight : .nan, metrics: values, samples: samples)
  }
}
