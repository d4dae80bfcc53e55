internal import Collectives
internal import Kernels
internal import Networks
internal import Platform
internal import Specs

/// What was not finite in a step, and where, as one rank saw it.
struct NonFiniteTrace: Equatable {
  /// What it is, in words: the loss, its gradient, a parameter's gradient, a parameter.
  var what: String
  /// The first shard that has one; nil where it was found in sums over samples.
  var shard: Int?
  /// Samples of the training part where it was met, the first few.
  var samples: [Int]
  /// All of them in that shard.
  var count: Int
  /// What the first of them met first, in words.
  var place: String
  /// Comes before others that were seen in the same step: causes before what follows from them.
  var rank: Int

  /// Samples that are named.
  static let named = 3

  init(what: String, shard: Int?, samples: [Int], count: Int, place: String, rank: Int) {
    (self.what, self.shard, self.samples, self.count) = (what, shard, samples, count)
    (self.place, self.rank) = (place, rank)
  }

  /// Looks at rows of a batch whose activations are still in memory.
  init(_ memory: NetworkMemory, loss: any Loss, batch: BatchMemory, rows: Range<Int>, shard: Int) {
    let found = rows.filter { !batch.losses.pointer[$0].isFinite || !batch.weight(of: $0).isFinite }
    let network = memory.network
    self.init(
      what: "the loss is not finite", shard: shard, samples: found.prefix(Self.named).map { batch.ids.pointer[$0] },
      count: found.count, place: "in the loss itself, from outputs that are finite", rank: shard)
    guard let row = found.first else { return }
    if let node = memory.firstNonFiniteNode(row: row) {
      let name = "layers.\(network.nodes[node].index)"
      let hasBadWeights = network.nodes[node].slots.contains { slot in
        let slot = network.slots[slot]
        return !FiniteCheck.holds(memory.arena + slot.offset, count: slot.parameter.storedCount)
      }
      place = hasBadWeights ? "first in \(name), whose weights are not finite" : "first in the output of \(name)"
      return
    }
    // A loss that is finite was made NaN for its gradient; the step is lost, so its memory can be written to.
    loss.evaluate(
      memory.output, batch.targets, rows: row..<row + 1, losses: batch.losses.pointer, gradient: memory.outputGradient)
    guard batch.losses.pointer[row].isFinite else { return }
    batch.losses.pointer[row] = .nan
    what = "the gradient of the loss is not finite"
    let layer = network.outputNode.map { "the output of layers.\(network.nodes[$0].index)" } ?? "the input"
    place = "by \(layer), though outputs and loss are finite"
  }

  /// What a layer's state was renewed to; every rank holds the same. nil where all are finite.
  init?(statesOf network: Network, in arena: UnsafePointer<Float>) {
    let found = network.tensors.first { tensor in
      guard case .state = tensor else { return false }
      return !FiniteCheck.holds(arena + tensor.range.lowerBound, count: tensor.range.count)
    }
    guard let found else { return nil }
    self.init(
      what: "\(found.name) holds values that are not finite, though the loss and its gradient are", shard: nil,
      samples: [], count: 0, place: "", rank: 1 << 41)
  }

  /// What an update found.
  init(_ fault: ParameterUpdate.Fault, network: Network) {
    let name = network.slots.last { $0.offset <= fault.offset }?.name ?? "a parameter"
    let what =
      switch fault.kind {
      case .gradient: "the gradient of \(name) is not finite, though the loss and its gradient are"
      case .state: "the optimizer's state of \(name) is not finite, though the gradient is"
      case .weights: "\(name) holds values that are not finite after its update, though the gradient is"
      }
    // After what samples show.
    self.init(what: what, shard: nil, samples: [], count: 0, place: "", rank: 1 << 40 + fault.kind.rawValue)
  }
}

extension NonFiniteTrace: Portable {
  init(from reader: inout PortableReader) throws {
    self.init(
      what: try reader.read(), shard: try reader.read(), samples: try reader.read(), count: try reader.read(),
      place: try reader.read(), rank: try reader.read())
  }

  func write(to writer: inout PortableWriter) {
    writer.write(what)
    writer.write(shard)
    writer.write(samples)
    writer.write(count)
    writer.write(place)
    writer.write(rank)
  }
}
