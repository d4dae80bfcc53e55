import CKernels
import Foundation
import Kernels
import Platform
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

  /// Kernels of the table that this suite compares, beside those of the lists.
  static let compared = [
    "softmax_rows", "sum", "sum_of_squares", "block_sums", "block_squares", "random_words", "random_uniform",
    "random_normal", "dropout_rows", "sgd_update", "adam_update", "rmsprop_update", "prepare_gradient", "lars_update",
    "lamb_direction", "add_scaled", "add_arrays", "moving_average",
  ]

  @Test func sumsAreEqual() {
    for count in [0, 1, 15, 16, 17, 1023, 1024, 1025, 5000] {
      let x = randomFloats(count: count, seed: UInt64(count))
      let expected = (ck_table(0).pointee.sum(x, count), ck_table(0).pointee.sum_of_squares(x, count))
      for level in Self.levels {
        let table = ck_table(Int32(level.rawValue))
        #expect(table.pointee.sum(x, count).bitPattern == expected.0.bitPattern)
        #expect(table.pointee.sum_of_squares(x, count).bitPattern == expected.1.bitPattern)
        #expect(Self.blocks(x, table) == Self.blocks(x, ck_table(0)))
      }
    }
  }

  /// Sums and sums of squares of blocks of 1024.
  private static func blocks(_ x: [Float], _ table: Table) -> [UInt64] {
    var sums = [Double](repeating: 0, count: Sums.blockCount(x.count)), squares = sums
    table.pointee.block_sums(x, x.count, &sums)
    table.pointee.block_squares(x, x.count, &squares)
    return (sums + squares).map(\.bitPattern)
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
      _ = table.pointee.sgd_update(&w, gradient, &m, 1003, sgd)
      _ = table.pointee.adam_update(&w, gradient, &m, &v, 1003, adam)
      var all = w + m + v
      let key = ck_key(word: (5, 6))
      var words = [UInt32](repeating: 0, count: 1003)
      table.pointee.random_words(&words, 1003, 3, key, 9)
      all += words.map { Float($0 >> 8) }
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

  @Test func optimizersAndGradientArithmeticAreEqual() {
    let step = ck_step(
      weight: 37, clip: 0.7, decay: 0.01, shrink: 0.001, rate: 0.01, gradient_rate: 0.02, beta1: 0.9, rest1: 0.1,
      beta2: 0.999, rest2: 0.001, epsilon: 1e-8, root: 0.3, start: 0.01, divides: 1)
    let n = 1003
    func results(_ table: UnsafePointer<ck_table>) -> [Float] {
      var w = randomFloats(count: n, seed: 6), g = randomFloats(count: n, seed: 5)
      var m = randomFloats(count: n, seed: 7)
      var v = randomFloats(count: n, seed: 8).map(abs), u = randomFloats(count: n, seed: 9).map(abs)
      let t = table.pointee
      for number in OptimizerKernel.names.indices {
        // Three arrays, of which an optimizer keeps one or more.
        let kept = AlignedBuffer<Float>(count: 3 * n)
        for i in 0..<n {
          (kept.pointer[i], kept.pointer[n + i], kept.pointer[2 * n + i]) = (abs(m[i]), v[i], u[i])
        }
        let state = (0..<3).map { kept.pointer + $0 * n }
        _ = ck_optimizer_kernel(table, Int32(number))(&w, g, state, n, step)
        for i in 0..<n { (m[i], v[i], u[i]) = (state[0][i], state[1][i], state[2][i]) }
      }
      _ = t.rmsprop_update(&w, g, &v, &m, &u, n, step)
      v = v.map(abs)
      u = u.map(abs)
      t.prepare_gradient(w, &g, n, ck_preparation(weight: 37, clip: 0.7, limit: 0.02, l1: 0.001, l2: 0.002))
      t.lars_update(&w, g, &m, n, 0.9, 0.01, 0.1)
      t.add_scaled(&u, w, n, -0.3)
      t.add_arrays(&u, g, n)
      t.moving_average(&v, w, n, 0.99, 0.01)
      v = v.map(abs)
      t.lamb_direction(
        w, &g, &m, &v, n,
        ck_adam(
          beta1: 0.9, one_minus_beta1: 0.1, beta2: 0.999, one_minus_beta2: 0.001, epsilon: 1e-6, step: 2, root: 0.3,
          decay: 0.01, shrink: 0, weight: 1, clip: 1))
      return w + g + m + v + u
    }
    let expected = results(ck_table(0))
    #expect(expected.allSatisfy { $0.isFinite })
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

  @Test("a level lowered for one thread is that thread's alone, and ends with the body")
  func loweringIsOfOneThread() {
    let common = InstructionSet.active
    InstructionSet.lowering(to: .portable) {
      #expect(InstructionSet.active == .portable)
      InstructionSet.lowering(to: .detected) { #expect(InstructionSet.active == .detected) }
      #expect(InstructionSet.active == .portable)
      nonisolated(unsafe) var elsewhere: InstructionSet?
      let thread = Thread { elsewhere = InstructionSet.active }
      thread.start()
      while !thread.isFinished { usleep(100) }
      #expect(elsewhere == common)
    }
    #expect(InstructionSet.active == common)
  }

  @Test func levelCanOnlyBeLowered() {
    #expect(InstructionSet.active <= .detected)
    #expect(ck_table(99).pointee.isa == Int32(InstructionSet.detected.rawValue))
    #expect(InstructionSet.allCases.map(\.name) == ["portable", "avx2", "avx512"])
  }
}
