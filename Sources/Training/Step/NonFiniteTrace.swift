internal import Kernels
internal import Networks
internal import Specs

/// Where in a batch a loss that is not finite was seen, on one rank.
struct NonFiniteTrace: Equatable {
  /// The first shard that has one.
  var shard: Int
  /// Samples of the training part whose loss is not finite, the first few.
  var samples: [Int]
  /// All of them in that shard.
  var count: Int
  /// What the first of them met first, in words.
  var place: String

  /// Samples that are named.
  static let named = 3

  init(shard: Int, samples: [Int], count: Int, place: String) {
    (self.shard, self.samples, self.count, self.place) = (shard, samples, count, place)
  }

  /// Looks at rows of a batch whose activations are still in memory.
  init(_ memory: NetworkMemory, batch: BatchMemory, rows: Range<Int>, shard: Int) {
    let found = rows.filter { !batch.losses.pointer[$0].isFinite || !batch.weights.pointer[$0].isFinite }
    self.shard = shard
    samples = found.prefix(Self.named).map { batch.ids.pointer[$0] }
    count = found.count
    let network = memory.network
    guard let row = found.first, let node = memory.firstNonFiniteNode(row: row) else {
      place = "in the loss itself, from outputs that are finite"
      return
    }
    let name = "layers.\(network.nodes[node].index)"
    let hasBadWeights = network.nodes[node].slots.contains { slot in
      let slot = network.slots[slot]
      return (0..<slot.parameter.storedCount).contains { !(memory.arena + slot.offset)[$0].isFinite }
    }
    place = hasBadWeights ? "first in \(name), whose weights are not finite" : "first in the output of \(name)"
  }

  // Travels between ranks as JSON.

  var value: ConfigValue {
    .object([
      .init("shard", .integer(shard)), .init("samples", .array(samples.map(ConfigValue.integer))),
      .init("count", .integer(count)), .init("place", .string(place)),
    ])
  }

  init?(_ value: ConfigValue) {
    guard case .integer(let shard)? = value["shard"], case .array(let samples)? = value["samples"],
      case .integer(let count)? = value["count"], case .string(let place)? = value["place"]
    else { return nil }
    self.init(
      shard: shard, samples: samples.compactMap { if case .integer(let sample) = $0 { sample } else { nil } },
      count: count, place: place)
  }
}
