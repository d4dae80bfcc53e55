import CKernels
import Kernels
import Testing

@Suite struct RandomTests {
  /// Known answers of the Random123 distribution (kat_vectors, philox4x32 with 10 rounds).
  @Test func knownAnswers() {
    func block(_ c: [UInt32], _ k: [UInt32]) -> [UInt32] {
      let word = ck_philox(ck_block(word: (c[0], c[1], c[2], c[3])), ck_key(word: (k[0], k[1]))).word
      return [word.0, word.1, word.2, word.3]
    }
    let ones: UInt32 = 0xffff_ffff
    #expect(block([0, 0, 0, 0], [0, 0]) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    #expect(block([ones, ones, ones, ones], [ones, ones]) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      block([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  @Test func fillsAreTheScalarStream() {
    let stream = RandomStream(seed: 42, purpose: .noise, index: 1 << 40, slot: 3, item: 7 << 35)
    let starts: [UInt64] = [0, 1, 63, 64, 100, (1 << 34) - 70]
    for first in starts {
      for count in [0, 1, 5, 63, 64, 65, 200] {
        var words = [UInt32](repeating: 0, count: count)
        stream.fill(words: &words, count: count, from: first)
        #expect(words == (0..<UInt64(count)).map { stream.word(first + $0) })
      }
    }
  }

  @Test func fillsDoNotDependOnTheCut() {
    let stream = RandomStream(seed: 42, purpose: .initialization)
    var whole = [Float](repeating: 0, count: 300)
    var part = whole
    for first in [1, 17, 63, 64, 130] {
      stream.fill(normal: &whole, count: 300)
      stream.fill(normal: &part, count: 300 - first, from: UInt64(first))
      #expect(firstDifference(Array(whole[first...]), Array(part.prefix(300 - first))) == nil)
      stream.fill(uniform: &whole, count: 300, low: -1, high: 3)
      stream.fill(uniform: &part, count: 300 - first, from: UInt64(first), low: -1, high: 3)
      #expect(firstDifference(Array(whole[first...]), Array(part.prefix(300 - first))) == nil)
    }
  }

  @Test func everyPartOfTheNameMatters() {
    func first(_ seed: UInt64, _ purpose: RandomPurpose, _ index: UInt64, _ slot: UInt32, _ item: UInt64) -> UInt64 {
      let stream = RandomStream(seed: seed, purpose: purpose, index: index, slot: slot, item: item)
      return UInt64(stream.word(0)) << 32 | UInt64(stream.word(1))
    }
    let values = [
      first(1, .noise, 0, 0, 0), first(2, .noise, 0, 0, 0), first(1 << 32, .noise, 0, 0, 0), first(1, .split, 0, 0, 0),
      first(1, .noise, 1, 0, 0), first(1, .noise, 1 << 32, 0, 0), first(1, .noise, 0, 1, 0), first(1, .noise, 0, 0, 1),
      first(1, .noise, 0, 0, 1 << 32),
    ]
    #expect(Set(values).count == values.count)
  }

  @Test func momentsAreRight() {
    let count = 1 << 20
    var x = [Float](repeating: 0, count: count)
    let stream = RandomStream(seed: 3, purpose: .synthesis)
    stream.fill(uniform: &x, count: count)
    #expect(x.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = Sums.sum(x, count: count) / Double(count)
    let variance = Sums.squares(x, count: count) / Double(count) - mean * mean
    #expect(abs(mean - 0.5) < 0.002 && abs(variance - 1 / 12) < 0.001)
    stream.fill(normal: &x, count: count, mean: 2, deviation: 3)
    let center = Sums.sum(x, count: count) / Double(count)
    let spread = Sums.squares(x, count: count) / Double(count) - center * center
    #expect(abs(center - 2) < 0.015 && abs(spread - 9) < 0.08)
    let within = Double(x.count { abs($0 - 2) < 3 }) / Double(count)
    #expect(abs(within - 0.6827) < 0.003)
    var products = 0.0
    for index in stride(from: 0, to: count, by: 2) { products += Double(x[index] - 2) * Double(x[index + 1] - 2) }
    #expect(abs(products / Double(count / 2)) < 0.06)
  }

  @Test func dropoutIsAFunctionOfTheSampleAlone() {
    let columns = 71
    let samples: [UInt64] = [5, 900, 17, 1 << 40, 3]
    let x = [Float](repeating: 1, count: samples.count * columns)
    let dropout = Dropout(rate: 0.25, seed: 9, step: 4, layer: 2)
    var y = x
    dropout.apply(x, stride: columns, into: &y, stride: columns, samples: samples, rows: 5, columns: columns)
    var reversed = x
    dropout.apply(
      x, stride: columns, into: &reversed, stride: columns, samples: samples.reversed(), rows: 5, columns: columns)
    for row in 0..<5 {
      #expect(y[(row * columns)..<((row + 1) * columns)] == reversed[((4 - row) * columns)..<((5 - row) * columns)])
      let stream = RandomStream(seed: 9, purpose: .dropout, index: 4, slot: 2, item: samples[row])
      for column in 0..<columns {
        let isKept = stream.word(UInt64(column)) >= 1 << 30
        #expect(y[row * columns + column] == (isKept ? 1 / 0.75 : 0))
      }
    }
  }

  @Test func dropoutKeepsTheRateAndTheMean() {
    let count = 100_000
    let x = [Float](repeating: 1, count: count)
    for rate in [0, 0.1, 0.5, 0.9] {
      var y = x
      Dropout(rate: rate, seed: 1, step: 0, layer: 0)
        .apply(x, stride: count, into: &y, stride: count, samples: [0], rows: 1, columns: count)
      #expect(abs(Double(y.count { $0 == 0 }) / Double(count) - rate) < 0.006)
      #expect(abs(Sums.sum(y, count: count) / Double(count) - 1) < 0.03)
    }
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 7, 16, 63, 64, 65, 100, 1797, 4096, 4097, 60_000])
  func permutationIsABijection(count: Int) {
    for epoch in 0..<3 {
      let order = Permutation(count: count, seed: 1, epoch: UInt64(epoch))
      var isSeen = [Bool](repeating: false, count: count)
      for index in 0..<count { isSeen[order[index]] = true }
      #expect(isSeen.allSatisfy { $0 })
    }
  }

  @Test(arguments: [3, 10, 100]) func permutationsAreUniform(count: Int) {
    let rounds = 400 * count
    var table = [Int](repeating: 0, count: count * count)
    for epoch in 0..<rounds {
      let order = Permutation(count: count, seed: 7, epoch: UInt64(epoch))
      for index in 0..<count { table[index * count + order[index]] += 1 }
    }
    // Chi-squared of a doubly stochastic table: (count - 1)^2 degrees of freedom; six deviations of room.
    let chi = table.reduce(0.0) { $0 + (Double($1) - 400) * (Double($1) - 400) / 400 }
    let degrees = Double((count - 1) * (count - 1))
    #expect(abs(chi - degrees) < 6 * (2 * degrees).squareRoot() + 6)
  }

  @Test func neighboursDoNotStayTogether() {
    let order = Permutation(count: 10_000, seed: 7, epoch: 0)
    let together = (1..<10_000).count { abs(order[$0] - order[$0 - 1]) == 1 }
    #expect(together < 20)
    let same = (0..<10_000).count { order[$0] == Permutation(count: 10_000, seed: 7, epoch: 1)[$0] }
    #expect(same < 12)
  }
}
