import Foundation
import TestSupport
import Testing

/// What a config gets that says nothing: first weights, and every optimizer at its own settings.
@Suite struct DefaultTests {
  /// A small table, its loss, and the loss of the best constant prediction.
  struct Task: Sendable, CustomTestStringConvertible {
    var table: String
    var targets: String
    var loss: String
    var outputs: Int
    var constant: Double
    var data = ""
    var testDescription: String { "\(table) \(loss)" }

    /// 60 epochs of a small net; the optimizer is only named.
    func config(optimizer: String, layers: String) -> String {
      """
      {"seed": 5, "data": {"train": {"format": "csv", "path": "\(Command.root)/configs/data/\(table).csv",
       "targets": "\(targets)"}, "test": {"fraction": 0.25}, "normalize": "standard"\(data)},
       "model": {"layers": [\(layers)]}, "loss": {"type": "\(loss)"}, "optimizer": {"type": "\(optimizer)"},
       "training": {"epochs": 60, "global_batch_size": 32}, "parallel": {"threads_per_rank": 1}}
      """
    }
  }

  static let tasks = [
    Task(table: "wine", targets: "cultivar", loss: "categorical_cross_entropy", outputs: 3, constant: log(3)),
    Task(
      table: "diabetes", targets: "progression", loss: "mse", outputs: 1, constant: 1,
      data: #", "normalize_targets": "standard""#),
    // The mean μ is 2.62; of μ − y log μ the mean is 0.097.
    Task(table: "counts", targets: "y", loss: "poisson", outputs: 1, constant: 0.096),
    Task(table: "growth", targets: "y", loss: "gamma", outputs: 1, constant: 2.71),
  ]

  /// The optimizers that the schema offers.
  static let optimizers: [String] = {
    struct Schema: Decodable {
      struct Kind: Decodable { var const: String? }
      // The names that stand alone have no properties.
      struct Entry: Decodable { var properties: [String: Kind]? }
      struct Optimizer: Decodable { var anyOf: [Entry] }
      struct Properties: Decodable { var optimizer: Optimizer }
      var properties: Properties
    }
    guard let text = try? Command.ptrain(["schema"]).output,
      let schema = try? JSONDecoder().decode(Schema.self, from: Data(text.utf8))
    else { return [] }
    return schema.properties.optimizer.anyOf.compactMap { $0.properties?["type"]?.const }
  }()

  struct Entry: Decodable {
    var split: String
    var loss: Double
  }

  /// The entries of the log of a run that ends well, and its last line.
  private func train(_ config: String, ranks: Int = 0, threads: Int = 1) throws -> (log: [Entry], hash: String) {
    let folder = try TemporaryFolder()
    let path = try folder.write(config, to: "config.json")
    let outcome = try Command.ptrain(
      [path, "--quiet", "--threads", "\(threads)", "--output", folder.path + "/run"], ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = try String(contentsOfFile: folder.path + "/run/metrics.jsonl", encoding: .utf8).split(separator: "\n")
    return (try lines.map { try JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }, outcome.output)
  }

  /// Hidden layers and the last one; `more` goes into each.
  private func layers(_ activation: String, outputs: Int, more: String = "") -> String {
    """
    {"type": "dense", "units": 32, "activation": "\(activation)"\(more)},
    {"type": "dense", "units": 16, "activation": "\(activation)"\(more)}, {"type": "dense", "units": \(outputs)\(more)}
    """
  }

  @Test("there are optimizers")
  func found() { #expect(Self.optimizers.count >= 13 && Self.optimizers.contains("lars")) }

  @Test("every optimizer at its default settings ends better than a constant", arguments: optimizers)
  func optimizer(_ kind: String) throws {
    for (index, task) in Self.tasks.enumerated() {
      let activation = index % 2 == 0 ? "relu" : "tanh"
      let log = try train(task.config(optimizer: kind, layers: layers(activation, outputs: task.outputs))).log
      let test = try #require(log.last { $0.split == "test" }).loss
      #expect(test < task.constant, "\(kind) on \(task): \(test)")
    }
  }

  @Test("LARS and LAMB at their default settings never pass the loss of a constant far, biases from 0 or not")
  func layerwise() throws {
    for kind in ["lars", "lamb"] {
      for task in Self.tasks {
        for more in ["", #", "bias_initializer": "zeros""#] {
          let layers = layers("tanh", outputs: task.outputs, more: more)
          let losses = try train(task.config(optimizer: kind, layers: layers)).log.map(\.loss)
          // An untrained net predicts about 0, which for the amounts of `growth` is far from their mean.
          let start = task.table == "growth" ? 40 : 2 * max(1, abs(task.constant))
          #expect(losses.allSatisfy { $0 < start }, "\(kind) on \(task)\(more): \(losses.max() ?? .nan)")
        }
      }
    }
  }

  @Test("first weights and biases are those of uniform ±1/√inputs, named or not, on any ranks and threads")
  func firstWeights() throws {
    func uniform(_ inputs: Int) -> String {
      let bound = 1 / Double(inputs).squareRoot()
      let value = #"{"type": "uniform", "low": \#(-bound), "high": \#(bound)}"#
      return #", "initializer": \#(value), "bias_initializer": \#(value)"#
    }
    let task = Self.tasks[1]
    let bounds = """
      {"type": "dense", "units": 32, "activation": "relu"\(uniform(10))},
      {"type": "dense", "units": 16, "activation": "relu"\(uniform(32))}, {"type": "dense", "units": 1\(uniform(16))}
      """
    let named = #", "initializer": "fan_in_uniform", "bias_initializer": {"type": "fan_in_uniform"}"#
    let expected = try train(task.config(optimizer: "adam", layers: bounds)).hash
    for layers in [layers("relu", outputs: 1), layers("relu", outputs: 1, more: named)] {
      #expect(try train(task.config(optimizer: "adam", layers: layers)).hash == expected)
    }
    let plain = task.config(optimizer: "adam", layers: layers("relu", outputs: 1))
    #expect(try train(plain, ranks: 2, threads: 1).hash == expected)
    #expect(try train(plain, ranks: 3, threads: 2).hash == expected)
    let other = layers("relu", outputs: 1, more: #", "bias_initializer": "zeros""#)
    #expect(try train(task.config(optimizer: "adam", layers: other)).hash != expected, "negative control")
  }
}
