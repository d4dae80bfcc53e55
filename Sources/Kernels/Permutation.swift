internal import CKernels

/// A seeded order of `0..<count` in constant memory: a Feistel network on the smallest even number of bits (at least 6)
/// that holds `count`, walked along its cycle until it falls inside (Black & Rogaway 2002).
///
/// Element `i` of the order is a pure function of (count, seed, purpose, epoch).
package struct Permutation: Sendable {
  /// Number of elements.
  package let count: Int
  private let order: ck_permutation

  /// The order of one epoch.
  /// - Parameters:
  ///   - count: Number of elements, 0 or more.
  ///   - seed: The run's seed.
  ///   - purpose: What is ordered.
  ///   - epoch: Index of the epoch.
  package init(count: Int, seed: UInt64, purpose: RandomPurpose = .shuffle, epoch: UInt64) {
    precondition(count >= 0, "an order cannot have a negative number of elements")
    self.count = count
    let bits = max(6, UInt64.bitWidth - UInt64(max(count - 1, 0)).leadingZeroBitCount)
    let stream = RandomStream(seed: seed, purpose: purpose, index: epoch, item: UInt64(count))
    func key(_ round: UInt64) -> UInt64 { UInt64(stream.word(2 * round)) << 32 | UInt64(stream.word(2 * round + 1)) }
    order = ck_permutation(
      count: UInt64(count), half_bits: UInt64((bits + 1) / 2),
      keys: (key(0), key(1), key(2), key(3), key(4), key(5), key(6), key(7)))
  }

  /// The element at place `index` of the order, in `0..<count`.
  /// - Complexity: O(1) expected: at most 4 walks on average from 17 elements on, at most 64 ever below.
  package subscript(index: Int) -> Int {
    var element = 0
    withUnsafeMutablePointer(to: &element) { fill(index..<index + 1, into: $0) }
    return element
  }

  /// The elements at some places of the order; faster than one after the other.
  package func fill(_ places: Range<Int>, into elements: UnsafeMutablePointer<Int>) {
    precondition(places.lowerBound >= 0 && places.upperBound <= count, "index outside the order")
    withUnsafePointer(to: order) {
      ck_active().pointee.permute($0, UInt64(places.lowerBound), places.count, elements)
    }
  }
}
