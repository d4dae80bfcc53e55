import CKernels
import Foundation
import Kernels
import Platform
import Testing

@Suite struct UpdateTests {
  let count = 137

  @Test(arguments: [false, true]) func descentFollowsTheFormula(isNesterov: Bool) {
    var w = randomFloats(count: count, seed: 1)
    var m = [Float](repeating: 0, count: count)
    var exactW = w.map(Double.init)
    var exactM = m.map(Double.init)
    let update = SGDUpdate(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, isNesterov: isNesterov)
    for step in 0..<5 {
      let g = randomFloats(count: count, seed: UInt64(10 + step)).map { $0 * 32 }
      update.apply(&w, gradient: g, velocity: &m, count: count, weight: 32, clip: 0.5)
      for i in 0..<count {
        let d = Double(g[i]) / 32 * 0.5 + 0.01 * exactW[i]
        exactM[i] = 0.9 * exactM[i] + d
        exactW[i] -= 0.1 * (isNesterov ? d + 0.9 * exactM[i] : exactM[i])
      }
    }
    for i in 0..<count { #expect(abs(Double(w[i]) - exactW[i]) < 1e-6) }
  }

  @Test func descentWithoutMomentumNeedsNoArray() {
    var w: [Float] = [1, 2]
    SGDUpdate(learningRate: 0.5).apply(&w, gradient: [4, 8], velocity: nil, count: 2, weight: 4)
    #expect(w == [0.5, 1])
  }

  @Test(arguments: [false, true]) func adamFollowsTheFormula(isDecoupled: Bool) {
    var w = randomFloats(count: count, seed: 1)
    var m = [Float](repeating: 0, count: count)
    var v = m
    var exactW = w.map(Double.init)
    var exactM = m.map(Double.init)
    var exactV = exactM
    let update = AdamUpdate(learningRate: 0.01, weightDecay: 0.1, isDecoupled: isDecoupled)
    for step in 1...5 {
      let gradient = randomFloats(count: count, seed: UInt64(10 + step)).map { $0 * 32 }
      update.apply(
        &w, gradient: gradient, firstMoment: &m, secondMoment: &v, count: count, step: step, weight: 32)
      for i in 0..<count {
        var g = Double(gradient[i]) / 32
        if isDecoupled { exactW[i] *= 1 - 0.01 * 0.1 } else { g += 0.1 * exactW[i] }
        exactM[i] = 0.9 * exactM[i] + 0.1 * g
        exactV[i] = 0.999 * exactV[i] + 0.001 * g * g
        let root = (exactV[i] / (1 - pow(0.999, Double(step)))).squareRoot()
        exactW[i] -= 0.01 / (1 - pow(0.9, Double(step))) * exactM[i] / (root + 1e-8)
      }
    }
    for i in 0..<count { #expect(abs(Double(w[i]) - exactW[i]) < 1e-5) }
  }

  @Test(
    "a batch's weight divides as the division does, be it a power of two or not",
    arguments: [1, 2, 32, 0.25, 3, 14, 96, 0x1p126, 0x1p127, 0x1p-126, 0x1p-130, 1.5, .infinity] as [Float])
  func divisionByWeights(weight: Float) {
    // Numbers of all sizes, and those that are too small for a normal number.
    let gradient = (0..<count).map { Float(bitPattern: UInt32(truncatingIfNeeded: $0 &* 31_337_331) & 0xbf7f_ffff) }
    for level in InstructionSet.allCases where level <= .detected {
      var parameters = ck_sgd()
      (parameters.weight, parameters.clip, parameters.learning_rate) = (weight, 1, 1)
      var w = [Float](repeating: 0, count: count)
      _ = ck_table(Int32(level.rawValue)).pointee.sgd_update(&w, gradient, nil, count, parameters)
      #expect(w == gradient.map { 0 - $0 / weight }, "\(level)")
    }
  }

  @Test func cutsDoNotMatter() {
    let g = randomFloats(count: count, seed: 2)
    func updated(cut: Int) -> [Float] {
      let arrays = (0..<4).map { _ in AlignedBuffer<Float>(count: count) }
      let (w, m, a, b) = (arrays[0].pointer, arrays[1].pointer, arrays[2].pointer, arrays[3].pointer)
      w.update(from: randomFloats(count: count, seed: 1), count: count)
      let sgd = SGDUpdate(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, isNesterov: true)
      let adam = AdamUpdate(learningRate: 0.01)
      g.withUnsafeBufferPointer { g in
        guard let g = g.baseAddress else { return }
        for range in [0..<cut, cut..<count] {
          let i = range.lowerBound
          sgd.apply(w + i, gradient: g + i, velocity: m + i, count: range.count, weight: 7)
          adam.apply(
            w + i, gradient: g + i, firstMoment: a + i, secondMoment: b + i, count: range.count, step: 1, weight: 7)
        }
      }
      return arrays.flatMap { Array($0.elements) }
    }
    let whole = updated(cut: 0)
    for cut in 1..<count { #expect(firstDifference(updated(cut: cut), whole) == nil, "cut at \(cut)") }
  }
}
