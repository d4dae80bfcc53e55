import Collectives
import Foundation
import Networks
import Specs
import Testing

@testable import Training

/// The plan of a run's memory against what is then allocated.
@Suite struct MemoryPlanTests {
  private static func trainer(_ settings: [String], cluster: any Cluster) throws -> Trainer {
    let text = #"""
      {"data": {"train": {"format": "synthetic", "task": "classification", "examples": 900, "features": [6], "classes": 3}},
       "model": {"layers": [
         {"type": "dense", "units": 40, "activation": "relu", "name": "a"}, {"type": "dense", "units": 40, "name": "b"},
         {"type": "dense", "units": 40, "share_weights_with": "b", "activation": "gelu", "name": "c"},
         {"type": "add", "inputs": ["a", "b", "c"]}, {"type": "dropout", "rate": 0.1}, {"type": "dense", "units": 3}]},
       "loss": {"type": "categorical_cross_entropy"}, "optimizer": {"type": "sgd", "learning_rate": 0.1},
       "training": {"global_batch_size": 700}}
      """#
    var value = try ConfigValue.parse(Data(text.utf8), file: "t")
    for setting in settings { value = try value.overriding(setting) }
    return try Run(
      RunConfig(value), options: RunOptions(baseDirectory: ".", outputDirectory: "", threads: 2), cluster: cluster
    ).trainer
  }

  @Test(
    "the plan is what is allocated, but for what is small",
    arguments: [
      [], ["training.micro_steps=3"],
      [#"optimizer={"type": "adam", "learning_rate": 0.1}"#, "training.ema={\"decay\": 0.9}"],
      ["parallel.update=sharded", "model.layers[2]={\"type\": \"dense\", \"units\": 40, \"name\": \"c\"}"],
      [
        "model.layers[0].units=300",
        "model.layers[1].units=300", "model.layers[2]={\"type\": \"dense\", \"units\": 300, \"name\": \"c\"}",
      ],
      [#"optimizer={"type": "lamb", "learning_rate": 0.1}"#, "parallel.shards=13"],
    ], [1, 2, 3])
  func planned(settings: [String], ranks: Int) throws {
    let pairs = try InProcessCluster.run(size: ranks) { cluster in
      let trainer = try Self.trainer(settings, cluster: cluster)
      let plan = trainer.memoryPlan, storage = Double(trainer.network.storageCount * 4)
      return (plan.activations + plan.gradients + plan.weights - storage, Double(trainer.executor.byteCount))
    }
    for (planned, found) in pairs { #expect(planned > found * 0.99 && planned < found * 1.25, "\(planned) \(found)") }
  }

  @Test("what does not fit is refused by all ranks alike, with the greatest part and the way out")
  func refused() throws {
    let failures = try InProcessCluster.run(size: 2) { cluster -> String? in
      let trainer = try Self.trainer([], cluster: cluster), plan = trainer.memoryPlan
      let enough = Int(2 * plan.total) + 1_000_000
      #expect(try plan.check(cluster, most: enough, available: enough) == nil)
      #expect(
        try plan.check(cluster, most: enough, available: Int(plan.total))?.contains(" are free there; give a ") == true)
      do { _ = try plan.check(cluster, most: cluster.rank == 1 ? Int(plan.total) : .max) } catch let error as RunError {
        #expect(error.exitCode == .config)
        return error.sentence
      }
      return nil
    }
    #expect(failures[0] == failures[1])
    #expect(failures[0]?.contains(" of memory on localhost (2 ranks: ") == true, "\(failures)")
    #expect(failures[0]?.contains("give a smaller training.global_batch_size") == true, "\(failures)")
  }
}
