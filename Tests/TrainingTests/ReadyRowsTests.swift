import Collectives
import Datasets
import Foundation
import Kernels
import Networks
import Specs
import Testing

@testable import Training

/// Rows that are kept as batches have them against rows that are fetched.
@Suite struct ReadyRowsTests {
  private static func trainer(_ task: String) throws -> Trainer {
    let loss = task.contains("regression") ? "mse" : "categorical_cross_entropy"
    let text = #"""
      {"data": {"train": {"format": "synthetic", "task": \#(task), "examples": 300, "features": [10]},
         "normalize": "standard"},
       "model": {"layers": [{"type": "dense", "units": 3}]}, "loss": "\#(loss)",
       "optimizer": {"type": "sgd", "learning_rate": 0.1}, "training": {"global_batch_size": 32}}
      """#
    return try Run(
      RunConfig(ConfigValue.parse(Data(text.utf8), file: "t")),
      options: RunOptions(baseDirectory: ".", outputDirectory: "", threads: 1), cluster: SoloCluster(host: "h")
    ).trainer
  }

  @Test("the same bits", arguments: [#""regression", "targets": 3"#, #""classification", "classes": 3"#])
  func bits(task: String) throws {
    let trainer = try Self.trainer(task), executor = trainer.executor
    let ready = try #require(
      ReadyRows(trainer.rows, layout: executor.plan.layout, description: trainer.data.description))
    let ids = [7, 0, 299, 7, 150], inputs = executor.memory.inputs, input = executor.memory.input
    let values = task.contains("regression") ? executor.batch.targets.values : nil
    func bits(_ fetch: () -> Void) -> [UInt32] {
      for row in 0..<10 { input[row].update(repeating: .nan, count: 10) }
      if let values { for row in 0..<10 { values[row].update(repeating: .nan, count: 3) } }
      fetch()
      let targets = values.map { values in (2..<7).flatMap { row in (0..<3).map { values[row][$0].bitPattern } } }
      return (0..<10).flatMap { row in (0..<input.stride).map { input[row][$0].bitPattern } } + (targets ?? [])
    }
    let fetched = bits {
      trainer.rows.gather(rows: ids, count: ids.count, into: inputs, at: 2)
      if let values {
        trainer.rows.gatherValues(rows: ids, count: ids.count, into: values[2], stride: values.stride)
      }
    }
    let copied = bits {
      ready.copy(ids, count: ids.count, into: inputs, at: 2)
      if let values { ready.copyValues(ids, count: ids.count, into: values[2]) }
    }
    #expect(copied == fetched)
    #expect(ready.byteCount == 300 * 4 * (16 + (values == nil ? 0 : 16)))
    #expect(executor.batch.ready?.byteCount == ready.byteCount)
  }

  @Test("only what is small is kept")
  func limit() throws {
    let trainer = try Self.trainer(#""regression", "targets": 3"#)
    func bytes(_ rows: Int) -> Int {
      ReadyRows.byteCount(
        rows: rows, layout: trainer.executor.plan.layout, description: trainer.data.description)
    }
    let most = ReadyRows.limit / 128
    #expect(bytes(most) == ReadyRows.limit && bytes(most + 1) == 0 && bytes(0) == 0 && bytes(.max) == 0)
  }
}
