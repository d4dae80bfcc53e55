import CKernels
import Kernels
import Testing

/// Seeded orders at every instruction-set level against the definition, place by place.
@Suite struct PermutationTests {
  /// The Feistel network of `order`, walked from `place`, in plain 64-bit arithmetic.
  private static func element(_ place: UInt64, of order: ck_permutation) -> Int {
    let keys = [
      order.keys.0, order.keys.1, order.keys.2, order.keys.3, order.keys.4, order.keys.5, order.keys.6, order.keys.7,
    ]
    let mask = (1 << order.half_bits) - 1 as UInt64
    var value = place
    repeat {
      var left = value >> order.half_bits, right = value & mask
      for key in keys {
        var z = (right ^ key) &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        (left, right) = (right, left ^ ((z ^ (z >> 31)) & mask))
      }
      value = left << order.half_bits | right
    } while value >= order.count
    return Int(value)
  }

  private static func order(count: Int) -> ck_permutation {
    let bits = max(6, UInt64.bitWidth - UInt64(max(count - 1, 0)).leadingZeroBitCount)
    let word = { (n: UInt64) in n &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(count) << 17 }
    return ck_permutation(
      count: UInt64(count), half_bits: UInt64((bits + 1) / 2),
      keys: (word(1), word(2), word(3), word(4), word(5), word(6), word(7), word(8)))
  }

  @Test(
    "bit-equal to the definition at all levels", arguments: [1, 2, 3, 16, 17, 31, 64, 65, 1000, 4096, 4097, 1 << 40])
  func levels(count: Int) {
    var order = Self.order(count: count)
    for level in InstructionSet.allCases where level <= .detected {
      let table = ck_table(Int32(level.rawValue)).pointee
      for first in Set([0, count / 3, max(0, count - 40), max(0, count - 65)]) {
        for length in [0, 1, 15, 16, 17, 40, 63, 64, 65, 300] where first + length <= count {
          // What lies behind must stay.
          var places = [Int](repeating: -1, count: length + 1)
          table.permute(&order, UInt64(first), length, &places)
          #expect(places.dropLast().elementsEqual((first..<first + length).map { Self.element(UInt64($0), of: order) }))
          #expect(places.last == -1)
        }
      }
    }
  }

  @Test func rangesAreTheSinglePlaces() {
    let order = Permutation(count: 1797, seed: 42, epoch: 3)
    for range in [0..<0, 0..<1, 5..<64, 1790..<1797, 0..<1797] {
      var places = [Int](repeating: -1, count: range.count)
      order.fill(range, into: &places)
      #expect(places == range.map { order[$0] })
    }
  }

  /// Orders are part of what a seed means. These come from a script that has Philox and the network from their
  /// definitions.
  @Test func knownElements() {
    #expect(
      (0..<8).map { Permutation(count: 1797, seed: 42, epoch: 0)[$0] } == [1600, 181, 122, 497, 462, 809, 835, 1252])
    #expect(
      (0..<8).map { Permutation(count: 60_000, seed: 7, purpose: .split, epoch: 1)[$0] }
        == [56_822, 25_040, 6047, 19_610, 5460, 23_702, 27_084, 2688])
  }
}
