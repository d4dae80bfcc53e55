internal import Kernels

/// Which sample comes at which position of an epoch: a pure function of seed, epoch and position.
///
/// No rank, thread or machine appears in it, and it needs no memory, so every rank computes the samples of its own
/// shards.
package struct SampleOrder: Sendable {
  /// The number of samples.
  package let count: Int
  package let seed: UInt64
  /// Whether each epoch has an order of its own; else every epoch goes from the first row to the last.
  package let shuffle: Bool

  package init(count: Int, seed: UInt64, shuffle: Bool) {
    self.count = count
    self.seed = seed
    self.shuffle = shuffle
  }

  /// The order of one epoch.
  ///
  /// - Parameter isListed: whether all its samples are found now: faster than some at a time, but kept in memory.
  package func epoch(_ epoch: Int, isListed: Bool = false) -> Epoch {
    guard shuffle else { return Epoch(index: epoch, permutation: nil, list: nil) }
    let permutation = Permutation(count: count, seed: seed, epoch: UInt64(epoch))
    let list =
      !isListed
      ? nil
      : [Int](unsafeUninitializedCapacity: count) { buffer, filled in
        if let start = buffer.baseAddress { permutation.fill(0..<count, into: start) }
        filled = count
      }
    return Epoch(index: epoch, permutation: permutation, list: list)
  }

  /// The sample at a position (`0 ..< count`) of an epoch; each sample has exactly one.
  package func sample(epoch: Int, position: Int) -> Int { self.epoch(epoch)[position] }

  /// The order of one epoch, its keys already made.
  package struct Epoch: Sendable {
    /// Which epoch it is, from 0.
    package let index: Int
    let permutation: Permutation?
    /// All samples, where they are listed.
    let list: [Int]?

    package subscript(position: Int) -> Int { permutation.map { $0[position] } ?? position }

    /// The samples at some positions.
    package func fill(_ positions: Range<Int>, into samples: UnsafeMutablePointer<Int>) {
      if let list {
        for (index, sample) in list[positions].enumerated() { samples[index] = sample }
      } else if let permutation {
        permutation.fill(positions, into: samples)
      } else {
        for (index, position) in positions.enumerated() { samples[index] = position }
      }
    }
  }
}
