import CKernels
import Kernels
import Testing

/// Every kernel gives the same bits at every instruction-set level, at every alignment and tail length.
@Suite struct LevelTests {
  /// Levels above portable that this CPU offers.
  static let levels = InstructionSet.allCases.filter { $0 > .portable && $0 <= .detected }

  @Test(arguments: mapKernels) func mapsAreEqual(_ kernel: MapKernel) {
    let x = specialAndRandomFloats(count: 40_000, seed: 1)
    Denormals.flushing {
      let expected = kernel.run(ck_table(0), x)
      for level in Self.levels {
        let found = kernel.run(ck_table(Int32(level.rawValue)), x)
        let place = firstDifference(expected, found)
        #expect(place == nil, "\(kernel) at \(level.name), x = \(place.map { x[$0] } ?? 0)")
      }
    }
  }

  @Test(arguments: backwardKernels) func backwardsAreEqual(_ kernel: BackwardKernel) {
    let saved = specialAndRandomFloats(count: 10_000, seed: 2)
    let dy = specialAndRandomFloats(count: 10_000, seed: 3).reversed() as [Float]
    Denormals.flushing {
      let expected = kernel.run(ck_table(0), saved, dy)
      for level in Self.levels {
        let found = kernel.run(ck_table(Int32(level.rawValue)), saved, dy)
        #expect(firstDifference(expected, found) == nil, "\(kernel) at \(level.name)")
      }
    }
  }

  @Test(arguments: mapKernels) func tailsAndAlignmentsDoNotMatter(_ kernel: MapKernel) {
    let x = specialAndRandomFloats(count: 64, seed: 4)
    for level in InstructionSet.allCases where level <= .detected {
      let table = ck_table(Int32(level.rawValue))
      let whole = kernel.run(table, x)
      for count in 0...40 {
        for offset in 0..<16 {
          var y = [Float](repeating: -77, count: 64)
          x.withUnsafeBufferPointer { x in
            y.withUnsafeMutableBufferPointer { y in
              guard let from = x.baseAddress, let to = y.baseAddress else { return }
              kernel.apply(table, from + offset, to + offset, count)
            }
          }
          let expected = (0..<64).map { offset..<(offset + count) ~= $0 ? whole[$0] : -77 }
          #expect(firstDifference(expected, y) == nil, "\(kernel) at \(level.name), \(count) from \(offset)")
        }
      }
    }
  }

  @Test func softmaxIsEqual() {
    for columns in Array(1...40) + [1000] {
      let x = randomFloats(count: 3 * (columns + 3), seed: UInt64(columns)).map { $0 * 20 }
      let expected = softmax(ck_table(0), x, rows: 3, columns: columns, stride: columns + 3)
      for level in Self.levels {
        let found = softmax(
          ck_table(Int32(level.rawValue)), x, rows: 3, columns: columns, stride: columns + 3)
        #expect(firstDifference(expected.probs, found.probs) == nil)
        #expect(expected.lse.map(\.bitPattern) == found.lse.map(\.bitPattern))
      }
    }
  }

  @Test func sumsAreEqual() {
    for count in [0, 1, 15, 16, 17, 1023, 1024, 1025, 5000] {
      let x = randomFloats(count: count, seed: UInt64(count))
      let expected = (ck_table(0).pointee.sum(x, count), ck_table(0).pointee.sum_of_squares(x, count))
      for level in Self.levels {
        let table = ck_table(Int32(level.rawValue))
        #expect(table.pointee.sum(x, count).bitPattern == expected.0.bitPattern)
        #expect(table.pointee.sum_of_squares(x, count).bitPattern == expected.1.bitPattern)
      }
    }
  }

  @Test func updatesAndRandomFillsAreEqual() {
    let gradient = randomFloats(count: 1003, seed: 5)
    let sgd = ck_sgd(learning_rate: 0.1, momentum: 0.9, decay: 0.01, weight: 37, clip: 0.7, nesterov: 1)
    let adam = ck_adam(
      beta1: 0.9, one_minus_beta1: 0.1, beta2: 0.999, one_minus_beta2: 0.001, epsilon: 1e-8, step: 0.01, root: 0.3,
      decay: 0.01, shrink: 0.99, weight: 37, clip: 0.7)
    func results(_ table: UnsafePointer<ck_table>) -> [Float] {
      var w = randomFloats(count: 1003, seed: 6)
      var m = randomFloats(count: 1003, seed: 7)
      var v = randomFloats(count: 1003, seed: 8).map(abs)
      var drawn = [Float](repeating: 0, count: 1003)
      table.pointee.sgd_update(&w, gradient, &m, 1003, sgd)
      table.pointee.adam_update(&w, gradient, &m, &v, 1003, adam)
      var all = w + m + v
      let key = ck_key(word: (5, 6))
      table.pointee.random_uniform(&drawn, 1003, 3, key, 9, -2, 5)
      all += drawn
      table.pointee.random_normal(&drawn, 1003, 5, key, 9, 1, 3)
      all += drawn
      let items: [UInt64] = (0..<17).map { $0 * 1_000_003 }
      table.pointee.dropout_rows(gradient, 59, &drawn, 59, items, 17, 57, key, 1 << 30, 1.25)
      return all + drawn
    }
    let expected = results(ck_table(0))
    for level in Self.levels {
      #expect(firstDifference(expected, results(ck_table(Int32(level.rawValue)))) == nil, "\(level.name)")
    }
  }

  @Test func comparisonSeesOneBit() {
    let x = randomFloats(count: 100, seed: 1)
    var other = x
    other[57] = other[57].nextUp
    #expect(firstDifference(x, other) == 57)
    #expect(firstDifference([0], [-0.0]) == 0)
    #expect(firstDifference([.nan], [1]) == 0)
  }

  @Test func levelCanOnlyBeLowered() {
    #expect(InstructionSet.active <= .detected)
    #expect(ck_table(99).pointee.isa == Int32(InstructionSet.detected.rawValue))
    #expect(InstructionSet.allCases.map(\.name) == ["portable", "avx2", "avx512"])
  }
}
