internal import Kernels
internal import Networks
internal import Platform

/// A 64-bit hash of all weights and states, to compare ranks with: quick, not meant against intent.
struct WeightHash {
  private struct Block {
    var offset: Int
    var count: Int
    var tensor: Int
  }

  private static let grain = 1 << 16
  private let blocks: [Block]
  private let tensorCount: Int
  private let results: AlignedBuffer<UInt64>
  private let queue = WorkQueue()

  init(_ network: Network) {
    tensorCount = network.tensors.count
    blocks = network.tensors.enumerated().flatMap { index, tensor in
      let range = tensor.range
      return stride(from: range.lowerBound, to: range.upperBound, by: Self.grain).map {
        Block(offset: $0, count: min(Self.grain, range.upperBound - $0), tensor: index)
      }
    }
    results = AlignedBuffer(count: max(1, blocks.count))
  }

  /// The hash of all tensors, never 0; allocates nothing.
  func hash(_ arena: UnsafePointer<Float>, threads: Int) -> UInt64 {
    compute(arena, threads: threads)
    var hash: UInt64 = 1
    for index in blocks.indices { hash = WordHash.mix(hash, results.pointer[index]) }
    return max(1, hash)
  }

  /// A hash of each of ``Networks/Network/tensors``.
  func hashes(_ arena: UnsafePointer<Float>) -> [UInt64] {
    compute(arena, threads: 1)
    var hashes = [UInt64](repeating: 1, count: tensorCount)
    for (index, block) in blocks.enumerated() {
      hashes[block.tensor] = WordHash.mix(hashes[block.tensor], results.pointer[index])
    }
    return hashes
  }

  private func compute(_ arena: UnsafePointer<Float>, threads: Int) {
    queue.parallelItems(count: blocks.count, workers: threads) { item, _ in
      results.pointer[item] = Self.hash(arena + blocks[item].offset, count: blocks[item].count)
    }
  }

  static func hash(_ values: UnsafePointer<Float>, count: Int) -> UInt64 {
    var hash = WordHash()
    hash.add(UnsafeRawBufferPointer(UnsafeBufferPointer(start: values, count: count)))
    return hash.value
  }

  static func hash(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(1) { WordHash.mix($0, UInt64($1)) } }
}
