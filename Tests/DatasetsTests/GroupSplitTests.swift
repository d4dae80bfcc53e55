import TestSupport
import Testing

@testable import Datasets

/// Groups and times given to parts: what always holds, over many random tables.
@Suite struct GroupSplitTests {
  /// Rows of each part.
  private func rows(_ split: GroupSplit, _ sizes: [Int]) -> [DataPart: Int] {
    zip(split.parts, sizes).reduce(into: [:]) { $0[$1.0, default: 0] += $1.1 }
  }

  @Test("parts are as near to their rows as whole groups allow, and each seed has its own")
  func sizes() {
    var generator = TestGenerator(state: 5)
    for round in 0..<400 {
      let count = 3 + Int(generator.next() % 60), largest = 1 + Int(generator.next() % 30)
      let sizes = (0..<count).map { _ in 1 + Int(generator.next() % UInt64(largest)) }
      let total = sizes.reduce(0, +), wanted = [max(1, total / 5), max(1, total / 10)]
      let split = GroupSplit(sizes: sizes, validation: wanted[0], test: wanted[1], seed: UInt64(round))
      #expect(split == GroupSplit(sizes: sizes, validation: wanted[0], test: wanted[1], seed: UInt64(round)))
      #expect(split.parts.count == count && split.parts.contains(.train))
      let rows = rows(split, sizes)
      let left = zip(split.parts, sizes).filter { $0.0 == .train }.map(\.1).min() ?? 0
      for (part, wanted) in zip([DataPart.validation, .test], wanted) {
        let missing = wanted - (rows[part] ?? 0)
        // No group that is left would bring it nearer, unless the last groups are kept for the other parts.
        let isKept = zip(split.parts, sizes).count { $0.0 == .train } <= 2
        #expect(isKept || abs(missing - left) >= abs(missing), "\(sizes) \(part): \(missing) missing, \(left) left")
      }
    }
  }

  @Test("negative control: the order of groups is the seed's, not that of the file")
  func seeds() {
    let sizes = [Int](repeating: 5, count: 40)
    let splits = (0..<20).map { GroupSplit(sizes: sizes, validation: 40, test: 20, seed: $0) }
    for split in splits { #expect(rows(split, sizes) == [.train: 140, .validation: 40, .test: 20]) }
    #expect(Set(splits.map { $0.parts.map(\.rawValue) }).count == 20)
  }

  @Test("each part that comes later keeps a group, and what cannot be met is left empty")
  func few() {
    for seed in 0..<10 as Range<UInt64> {
      #expect(Set(GroupSplit(sizes: [4, 4, 4], validation: 4, test: 4, seed: seed).parts).count == 3)
      #expect(Set(GroupSplit(sizes: [1, 1, 1], validation: 3, test: 3, seed: seed).parts).count == 3)
      #expect(GroupSplit(sizes: [50, 50], validation: 10, test: 0, seed: seed).parts == [.train, .train])
      #expect(GroupSplit(sizes: [], validation: 10, test: 0, seed: seed).parts.isEmpty)
    }
  }

  @Test("the last times are the test part, those before them validation, and no time is cut")
  func times() {
    #expect(TimeSplit(counts: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], validation: 2, test: 3).test == 7)
    #expect(TimeSplit(counts: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], validation: 2, test: 3).validation == 5)
    // 3 of 5 rows are nearer to 2 than none; 5 of 5 are not nearer to 2 than none.
    #expect(TimeSplit(counts: [2, 3], validation: 0, test: 2).test == 1)
    #expect(TimeSplit(counts: [2, 5], validation: 0, test: 2).test == 2)
    // One time is kept for training, and one for validation.
    #expect(TimeSplit(counts: [1, 1, 1], validation: 3, test: 3).test == 2)
    #expect(TimeSplit(counts: [1, 1, 1], validation: 3, test: 3).validation == 1)
    var generator = TestGenerator(state: 8)
    for _ in 0..<400 {
      let counts = (0..<2 + Int(generator.next() % 30)).map { _ in 1 + Int(generator.next() % 9) }
      let wanted = 1 + Int(generator.next() % 40)
      let start = TimeSplit(counts: counts, validation: 0, test: wanted).test
      func miss(_ start: Int) -> Int { abs(counts[start...].reduce(0, +) - wanted) }
      #expect(start == counts.count || start >= 1)
      for other in 1...counts.count { #expect(miss(start) <= miss(other), "\(counts) \(wanted)") }
    }
  }
}
