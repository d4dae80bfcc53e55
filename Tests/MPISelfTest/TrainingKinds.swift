import Collectives
import Foundation
import Networks
import Specs
import ToyLayers
import Training

/// Small trainings of many kinds, on two tables that are read once: classes of wine, and values.
struct TrainingKinds {
  /// One of them.
  struct Kind {
    let name: String
    let config: RunConfig
    let data: LoadedData
  }

  /// Those that end by themselves, with weights.
  let all: [Kind]
  /// A rate at which nothing stays finite.
  let diverging: Kind
  /// More epochs than anyone waits for.
  let endless: Kind
  /// Refused as all ranks find it in the config alike, and as one rank finds it in the rows.
  let unfit: [Kind]
  private let folder: String

  /// Reads the tables; collective.
  ///
  /// - Parameter folder: where `wine.csv` and `diabetes.csv` are.
  init(folder: String, cluster: any Cluster) throws {
    self.folder = folder
    let classes = try Self.load(Self.wine(), from: folder, cluster)
    let values = try Self.load(Self.values(), from: folder, cluster)
    func kind(_ name: String, _ text: String, _ data: LoadedData) throws -> Kind {
      Kind(name: name, config: try Self.config(text), data: data)
    }
    let statistics = #", {"type": "toy_statistics", "over": "batch"}"#
    all = [
      try kind("plain", Self.wine(parallel: #""overlap": false"#), classes),
      try kind(
        "overlapped",
        Self.wine(optimizer: #"{"type": "adam", "learning_rate": 0.01}"#, parallel: Self.overlap), classes),
      try kind(
        "sharded",
        Self.wine(
          loss: #"{"type": "hinge", "variant": "weston_watkins"}"#, optimizer: #"{"type": "adamw"}"#,
          parallel: #""update": "sharded", "# + Self.overlap), classes),
      try kind(
        "statistics of the batch",
        Self.wine(
          after: statistics, loss: #"{"type": "focal"}"#, optimizer: #"{"type": "rmsprop"}"#,
          parallel: #""overlap": false"#), classes),
      try kind(
        "averaged",
        Self.wine(
          loss: #"{"type": "poly1"}"#, optimizer: #"{"type": "amsgrad"}"#, training: #""ema": {"decay": 0.9}"#,
          parallel: #""allreduce": "ordered""#), classes),
      try kind(
        "stopped early",
        Self.wine(
          optimizer: #"{"type": "sgd", "learning_rate": 1, "schedule": {"type": "reduce_on_plateau", "patience": 1}}"#,
          training: #""early_stopping": {"patience": 1}"#, epochs: 5), classes),
      try kind(
        "all at once",
        Self.wine(
          after: statistics + #", {"type": "dropout", "rate": 0.2}"#, optimizer: #"{"type": "adam"}"#,
          training: #""ema": {"decay": 0.9}"#, parallel: #""update": "sharded", "# + Self.overlap), classes),
      try kind("values", Self.values(training: #""micro_steps": 2"#), values),
      try kind(
        "values by recursion",
        Self.values(
          loss: #"{"type": "huber"}"#, optimizer: #"{"type": "lamb"}"#, training: #""gradient_clip_norm": 1"#,
          parallel: #""allreduce": "recursive""#), values),
    ]
    diverging = try kind("diverging", Self.values(optimizer: #"{"type": "sgd", "learning_rate": 1e30}"#), values)
    endless = try kind("endless", Self.wine(epochs: 1_000_000), classes)
    unfit = [
      try kind("no class has a value", Self.wine(loss: #"{"type": "mse"}"#), classes),
      try kind("no value is a probability", Self.values(loss: #"{"type": "binary_cross_entropy"}"#), values),
    ]
  }

  /// Reads a table that is not there; collective.
  func loadMissing(_ cluster: any Cluster) throws {
    _ = try Self.load(Self.wine(file: "none.csv"), from: folder, cluster)
  }

  private static let overlap = #""overlap": true, "bucket_mb": 0.001"#

  private static func load(_ text: String, from folder: String, _ cluster: any Cluster) throws -> LoadedData {
    try LoadedData(
      config(text), options: RunOptions(baseDirectory: folder, outputDirectory: "", threads: 1), cluster: cluster)
  }

  private static func config(_ text: String) throws -> RunConfig {
    let registries = Registries.standard.with(try LayerRegistry.standard.adding(ToyStatistics.self))
    return try RunConfig(ConfigValue.parse(Data(text.utf8), file: "the self test"), registries: registries)
  }

  /// Sixteen steps an epoch.
  private static func wine(
    after: String = "", loss: String = #"{"type": "categorical_cross_entropy"}"#,
    optimizer: String = #"{"type": "sgd", "learning_rate": 0.05, "momentum": 0.9}"#, training: String = "",
    parallel: String = "", epochs: Int = 1, file: String = "wine.csv"
  ) -> String {
    """
    {"data": {"train": {"format": "csv", "path": "\(file)", "targets": "cultivar"}, "validation": {"fraction": 0.1},
      "test": {"fraction": 0.2}, "normalize": "standard"},
     "model": {"layers": [{"type": "dense", "units": 16, "activation": "relu"}\(after), {"type": "dense", "units": 3}]},
     "loss": \(loss), "optimizer": \(optimizer), "metrics": ["accuracy"],
     "training": {"epochs": \(epochs), "global_batch_size": 8\(training.isEmpty ? "" : ", " + training)},
     "parallel": {\(parallel)}}
    """
  }

  /// Ten steps.
  private static func values(
    loss: String = #"{"type": "mse"}"#, optimizer: String = #"{"type": "adam"}"#, training: String = "",
    parallel: String = ""
  ) -> String {
    """
    {"data": {"train": {"format": "csv", "path": "diabetes.csv", "targets": "progression"}, "validation": {"fraction": 0.1},
      "test": {"fraction": 0.2}, "normalize": "standard"},
     "model": {"layers": [{"type": "dense", "units": 16, "activation": "tanh"}, {"type": "dense", "units": 1}]},
     "loss": \(loss), "optimizer": \(optimizer),
     "training": {"epochs": 2, "global_batch_size": 64\(training.isEmpty ? "" : ", " + training)},
     "parallel": {\(parallel)}}
    """
  }
}
