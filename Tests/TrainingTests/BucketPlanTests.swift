import Foundation
import Kernels
import Networks
import Platform
import Specs
import Testing

@testable import Training

/// Buckets cover the gradient once, and each is complete when its items are.
@Suite struct BucketPlanTests {
  static let models = [
    #"[{"type": "dense", "units": 10}]"#,
    #"[{"type": "dense", "units": 300, "activation": "relu"}, {"type": "dropout", "rate": 0.1}, {"type": "dense", "units": 200, "bias": false}, {"type": "dense", "units": 7}]"#,
    #"[{"type": "dense", "units": 40, "name": "a"}, {"type": "dense", "units": 40, "name": "b"}, {"type": "dense", "units": 40, "share_weights_with": "b"}, {"type": "dense", "units": 3}]"#,
    #"[{"type": "relu"}]"#,
  ]

  @Test(arguments: models, [16, 1000, 20_000, 1 << 24])
  func coverage(model: String, limit: Int) throws {
    let layers = try FieldReader.readObject(
      ConfigValue.parse(Data("{\"layers\": \(model)}".utf8), file: "t"), path: ""
    ) { fields throws(ConfigError) in
      try fields.list(
        "layers", of: try FieldReader.schema(of: LayerRegistry.standard, path: "layers"), atLeast: 1, "layers"
      ) { value, path throws(ConfigError) in try FieldReader.readVariant(value, LayerRegistry.standard, path: path) }
    }.0
    let network = try Network(layers as [LayerNode], input: Port([40]), path: "model.layers")
    let arena = AlignedBuffer<Float>(count: max(16, network.storageCount))
    network.initialize(arena.pointer, seed: 1)
    let memory = NetworkMemory(network, rows: 30, arena: arena.pointer, training: true), layout = memory.layout
    let buckets = BucketPlan(network, layout, limit: limit).buckets
    var covered = [Int](repeating: 0, count: network.gradientCount), items = 0
    for bucket in buckets {
      for index in bucket.range { covered[index] += 1 }
      #expect(bucket.items.lowerBound == items, "items follow each other")
      items = bucket.items.upperBound
    }
    #expect(covered.allSatisfy { $0 == 1 })
    #expect(items == layout.gradientItems.count)
    #expect(limit < 1 << 24 || buckets.count <= 2 + (network.gradientCount > network.arenaCount ? 1 : 0))

    // A gradient computed item by item: after a bucket's items its range no longer changes.
    memory.begin(
      StepContext(
        isTraining: true, seed: 1, step: 0,
        samples: [UInt64](repeating: 3, count: 30).withUnsafeBufferPointer { UnsafePointer($0.baseAddress!) }))
    for row in 0..<30 {
      for column in 0..<40 { memory.input[row][column] = Float(row * 40 + column) * 0.01 - 3 }
    }
    for row in 0..<30 {
      for column in 0..<network.output.count { memory.outputGradient[row][column] = Float(row + column + 1) }
    }
    let gradient = AlignedBuffer<Float>(count: max(16, network.gradientCount))
    let scratch = AlignedBuffer<Float>(count: WeightGradient.scratchCount(leaves: 1))
    memory.forward(rows: 0..<30, scratch: scratch.pointer)
    memory.backward(rows: 0..<30, scratch: scratch.pointer)
    var leaf = GradientLeaf(rows: 0..<30, merges: 0)
    var snapshots: [[Float]] = []
    for bucket in buckets {
      for item in bucket.items {
        memory.accumulateWeightGradient(
          item: item, leaves: &leaf, leafCount: 1, gradient: gradient.pointer, scratch: scratch.pointer)
      }
      snapshots.append(bucket.range.map { gradient.pointer[$0] })
    }
    for (bucket, snapshot) in zip(buckets, snapshots) {
      #expect(bucket.range.map { gradient.pointer[$0] } == snapshot, "complete before its turn was over")
    }
  }
}
