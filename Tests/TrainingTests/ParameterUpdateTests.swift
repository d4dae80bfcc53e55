import Foundation
import Networks
import Optimization
import Platform
import Specs
import Testing

@testable import Training

/// Everything around the optimizer, against sums in double precision: division, clipping, penalties, groups, averages.
@Suite struct ParameterUpdateTests {
  /// A network of two dense layers whose parameters, gradients and results are read and written in the order of files.
  private final class Bench {
    let network: Network
    let arena: AlignedBuffer<Float>
    let gradient: AlignedBuffer<Float>
    let update: ParameterUpdate

    init(optimizer: String, training: String = "{}", checksFinite: Bool = false, threads: Int = 1) throws {
      let layers = try ["{\"type\": \"dense\", \"units\": 70}", "{\"type\": \"dense\", \"units\": 3}"].map {
        try FieldReader.readVariant(ConfigValue.parse(Data($0.utf8), file: "t"), LayerRegistry.standard, path: "l").0
      }
      network = try Network(layers, input: Port([40]), path: "model.layers")
      arena = AlignedBuffer(count: network.storageCount)
      gradient = AlignedBuffer(count: network.gradientCount)
      network.initialize(arena.pointer, seed: 3)
      let section = try FieldReader.readObject(
        ConfigValue.parse(Data(optimizer.utf8), file: "t"), path: "optimizer"
      ) { fields throws(ConfigError) in try OptimizerSection(from: fields) }.0
      let settings = try FieldReader.readObject(
        ConfigValue.parse(Data(training.utf8), file: "t"), path: "training"
      ) { fields throws(ConfigError) in try TrainingSection(from: fields) }.0
      update = try ParameterUpdate(
        network, section: section, clipping: settings.clipping, averaging: settings.averaging,
        checksFinite: checksFinite, arena: arena.pointer, threads: threads)
      // Two buckets, the later layer first, as a step completes them.
      let cut = network.slots[2].offset
      let buckets = [cut..<network.arenaCount, 0..<cut]
      update.plan(buckets: buckets, owned: buckets)
      for (index, tensor) in network.tensors.enumerated() {
        network.setValues(
          (0..<tensor.shape.count).map { sinf(Float($0) * 0.37 + Float(index)) }, of: tensor, in: gradient.pointer)
      }
    }

    func apply(weight: Double, learningRate: Double, step: Int) -> Bool {
      let gradient = UnsafePointer(gradient.pointer)
      guard update.begin(gradient, weight: weight, learningRate: learningRate, step: step) else { return false }
      for bucket in 0..<2 {
        update.apply(bucket: bucket, gradient: SummedGradient(values: gradient, work: self.gradient.pointer))
      }
      update.renewAverage()
      return true
    }

    func values(_ array: AlignedBuffer<Float>) -> [[Double]] {
      network.tensors.map { network.values(of: $0, in: array.pointer).map(Double.init) }
    }
  }

  private static let plain = #"{"type": "sgd", "learning_rate": 1}"#

  private func expect(_ found: [[Double]], _ expected: [[Double]], within error: Double = 2e-6) {
    for (a, b) in zip(found.joined(), expected.joined()) { #expect(abs(a - b) <= error * max(1, abs(b)), "\(a) \(b)") }
  }

  @Test("clipping by norm: the norm over all tensors in canonical order", arguments: [0.5, 1e6])
  func clipNorm(_ most: Double) throws {
    let bench = try Bench(optimizer: Self.plain, training: "{\"gradient_clip_norm\": \(most)}")
    let weight = 4.0, before = bench.values(bench.arena)
    let mean = bench.values(bench.gradient).map { $0.map { $0 / weight } }
    let norm = mean.joined().reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(bench.apply(weight: weight, learningRate: 1, step: 1))
    let factor = min(1, most / (norm + 1e-6))
    expect(bench.values(bench.arena), zip(before, mean).map { zip($0, $1).map { $0 - factor * $1 } })
    #expect((factor == 1) == (most > 1))
  }

  @Test("clipping by value, after the norm")
  func clipValue() throws {
    let bench = try Bench(optimizer: Self.plain, training: #"{"gradient_clip_norm": 20, "gradient_clip_value": 0.1}"#)
    let before = bench.values(bench.arena), gradient = bench.values(bench.gradient)
    let factor = min(1, 20 / (gradient.joined().reduce(0) { $0 + $1 * $1 }.squareRoot() + 1e-6))
    _ = bench.apply(weight: 1, learningRate: 1, step: 1)
    expect(
      bench.values(bench.arena), zip(before, gradient).map { zip($0, $1).map { $0 - min(0.1, max(-0.1, factor * $1)) } }
    )
  }

  @Test("penalties are added once, after the division by the batch's weight")
  func penalties() throws {
    let bench = try Bench(optimizer: #"{"type": "sgd", "learning_rate": 1, "l1": 0.01, "l2": 0.1}"#)
    let before = bench.values(bench.arena), gradient = bench.values(bench.gradient)
    _ = bench.apply(weight: 8, learningRate: 0.5, step: 1)
    expect(
      bench.values(bench.arena),
      zip(before, gradient).map {
        zip($0, $1).map { w, g in
          let sign: Double = w > 0 ? 1 : w < 0 ? -1 : 0
          return w - 0.5 * (g / 8 + 0.01 * sign + 0.1 * w)
        }
      })
  }

  @Test("LARS scales matrices by their norms, and leaves biases out", arguments: [false, true])
  func layerwise(biasesAreZero: Bool) throws {
    let bench = try Bench(optimizer: #"{"type": "lars", "learning_rate": 2, "trust": 0.01}"#)
    if biasesAreZero {
      for tensor in bench.network.tensors where tensor.name.hasSuffix("bias") {
        bench.network.setValues([Float](repeating: 0, count: tensor.shape.count), of: tensor, in: bench.arena.pointer)
      }
    }
    let before = bench.values(bench.arena), gradient = bench.values(bench.gradient).map { $0.map { $0 / 4 } }
    _ = bench.apply(weight: 4, learningRate: 2, step: 1)
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    expect(
      bench.values(bench.arena),
      bench.network.tensors.indices.map { index in
        let isBias = bench.network.tensors[index].name.hasSuffix("bias")
        let rate = 2 * 0.01 * (isBias ? 1 : norm(before[index]) / norm(gradient[index]))
        return zip(before[index], gradient[index]).map { $0 - rate * $1 }
      })
  }

  @Test("groups: the first pattern that fits decides")
  func groups() throws {
    let bench = try Bench(
      optimizer: #"""
        {"type": "sgd", "learning_rate": 0.5, "weight_decay": 0.2, "parameter_groups": [
          {"match": "*.bias", "weight_decay": 0, "learning_rate": 0.1}, {"match": "layers.1.*", "weight_decay": 0}]}
        """#)
    for tensor in bench.network.tensors where tensor.name.hasSuffix("bias") {
      bench.network.setValues([Float](repeating: 0.7, count: tensor.shape.count), of: tensor, in: bench.arena.pointer)
    }
    let before = bench.values(bench.arena), gradient = bench.values(bench.gradient)
    _ = bench.apply(weight: 1, learningRate: 0.5, step: 1)
    let names = bench.network.tensors.map(\.name)
    #expect(names == ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"])
    let settings = [(0.5, 0.2), (0.1, 0.0), (0.5, 0.0), (0.1, 0.0)]
    expect(
      bench.values(bench.arena),
      zip(zip(before, gradient), settings).map { arrays, setting in
        zip(arrays.0, arrays.1).map { $0 - setting.0 * ($1 + setting.1 * $0) }
      })
  }

  @Test("the average of the weights", arguments: [false, true])
  func average(_ warmsUp: Bool) throws {
    let bench = try Bench(optimizer: Self.plain, training: "{\"ema\": {\"decay\": 0.9, \"warmup\": \(warmsUp)}}")
    var average = bench.values(bench.arena)
    for step in 1...5 {
      _ = bench.apply(weight: 10, learningRate: 0.1, step: step)
      let decay = warmsUp ? min(0.9, Double(1 + step) / Double(10 + step)) : 0.9
      average = zip(average, bench.values(bench.arena)).map { zip($0, $1).map { decay * $0 + (1 - decay) * $1 } }
    }
    expect(bench.values(try #require(bench.update.average)), average, within: 1e-5)
  }

  @Test("a gradient that is not finite updates nothing where that is asked for")
  func notFinite() throws {
    let bench = try Bench(optimizer: Self.plain, checksFinite: true)
    let before = bench.values(bench.arena)
    bench.gradient.pointer[17] = .infinity
    #expect(
      !bench.apply(weight: 1, learningRate: 1, step: 1))
    #expect(bench.values(bench.arena) == before)
  }

  @Test("threads change no bit, with norms by tensor")
  func threads() throws {
    let results = try [1, 2, 3].map { threads in
      let bench = try Bench(
        optimizer: #"{"type": "lamb", "l2": 0.01}"#, training: #"{"gradient_clip_norm": 1}"#, threads: threads)
      for step in 1...3 {
        _ = bench.apply(weight: 3, learningRate: 0.01, step: step)
      }
      return bench.values(bench.arena)
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }
}

/// Names of parameters.
@Suite struct NamePatternTests {
  @Test(
    "patterns of names",
    arguments: [
      ("*", "layers.0.bias", true), ("*.bias", "layers.0.bias", true), ("*.bias", "layers.0.weight", false),
      ("layers.0.*", "layers.0.weight", true), ("layers.0.*", "layers.10.weight", false),
      ("layers.*.weight", "layers.12.weight", true), ("a*b*c", "aXbXbc", true), ("a*b*c", "aXcXb", false),
      ("", "a", false),
      ("**", "", true), ("layers.0.bias", "layers.0.bias", true), ("layers.0.bia", "layers.0.bias", false),
    ])
  func patterns(_ pattern: String, _ name: String, _ fits: Bool) {
    #expect(NamePattern(pattern).matches(name) == fits)
  }
}
