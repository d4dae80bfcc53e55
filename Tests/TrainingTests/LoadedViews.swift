import Collectives
import Datasets
import Foundation
import Networks
import Specs
import TestSupport
import ToyLayers

@testable import Training

/// Data with something wrong in known rows, and views of them.
enum LoadedViews {
  /// 40 rows, every third on two lines; `y` is a count but in row 13, which weighs little, as row 30 does; rows 35 on
  /// weigh nothing, and row 17 has a token that a network of 7 cannot read.
  static func table(heavy: String = "1") -> String {
    "c,x,t,y,k,w\n"
      + (0..<40).map { row in
        let isLight = heavy == "1" && (row == 13 || row == 30)
        let weight = isLight ? "1e-29" : row >= 35 ? "0" : row == 8 ? heavy : "1"
        return "\(row % 3 == 0 ? "\"k\n1\"" : "k"),\(row * 37 % 101).25,\(row == 17 ? 9 : row % 7),"
          + "\(row == 13 ? -1 : row % 5),\(row % 2 == 0 ? "even" : "odd"),\(weight)\n"
      }.joined()
  }

  static func line(_ row: Int) -> Int { 2 + row + (row + 2) / 3 }

  static func folder(heavy: String = "1") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(table(heavy: heavy), to: "t.csv")
    return folder
  }

  static func config(
    _ loss: String = #""type": "poisson""#, target: String = "y", units: Int = 1, data: String = "",
    model: String? = nil
  ) throws -> RunConfig {
    let text = """
      {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "\(target)", "features": ["c", "x", "t"],
                          "categorical": "c", "sample_weight": "w"}, "normalize": "standard"\(data)},
       "model": \(model ?? #"{"layers": [{"type": "dense", "units": \#(units)}]}"#),
       "loss": {\(loss)}, "optimizer": {"type": "sgd"}, "training": {"epochs": 1, "global_batch_size": 16}}
      """
    let registries = Registries.standard.with(try LayerRegistry.standard.adding(ToyEmbedding.self))
    return try RunConfig(ConfigValue.parse(Data(text.utf8), file: "t"), registries: registries)
  }

  static func load(_ config: RunConfig, _ folder: TemporaryFolder, _ cluster: any Cluster) throws -> LoadedData {
    let options = RunOptions(baseDirectory: folder.path, outputDirectory: folder.path + "/run", threads: 1)
    return try LoadedData(config, options: options, cluster: cluster)
  }

  static func fold(_ data: LoadedData, _ rows: [[Int]]) throws -> LoadedData {
    try data.view(of: .train, rows, normalize: .standard, normalizeTargets: .none)
  }

  /// The bits of all that is fetched of all parts.
  static func bits(_ data: LoadedData) -> [[UInt32]] {
    DataPart.allCases.map { part in
      guard let rows = data.prepared.rows(of: part) else { return [] }
      let all = Array(0..<rows.count), width = rows.featureCount
      var features = [Float](repeating: .nan, count: rows.count * width)
      var weights = [Float](repeating: .nan, count: rows.count), targets = weights
      rows.gatherFeatures(rows: all, count: rows.count, into: &features, stride: width)
      rows.gatherWeights(rows: all, count: rows.count, into: &weights)
      rows.gatherValues(rows: all, count: rows.count, into: &targets, stride: 1)
      return (features + weights + targets).map(\.bitPattern)
    }
  }

  /// What an agreement ended with on each rank; nil: all was well.
  static func sentence(_ body: () throws -> Void) throws -> String? {
    do { try body() } catch let failure as AgreedFailure {
      return failure.exitCode == ExitCode.data.rawValue ? failure.sentence : "\(failure)"
    }
    return nil
  }

  /// A loss that takes every target.
  static func squares(_ description: DataDescription) throws -> any Loss {
    let config = try config(#""type": "mse""#)
    return try config.loss.loss.makeLoss(
      for: config.model.makeNetwork(description), classes: 0, targetWidth: 1, path: "loss")
  }

  /// Ranks of one node that load data, then in two groups, the second without the rank that has read them, do something
  /// with a view.
  static func inGroups(
    _ config: RunConfig, heavy: String = "1",
    _ body: @escaping @Sendable (_ base: LoadedData, _ group: any Cluster) throws -> String?
  ) throws -> [String?] {
    let folder = try folder(heavy: heavy)
    return try InProcessCluster.run(size: 4) { cluster in
      let base = try load(config, folder, cluster)
      guard let group = try cluster.split(color: cluster.rank / 2) else { return "no group" }
      let found = try body(base, group)
      try group.close()
      return found
    }
  }

  static func targets(of view: LoadedData, _ config: RunConfig, _ cluster: any Cluster) throws -> String? {
    let network = try config.model.makeNetwork(view.description)
    let loss = try config.loss.loss.makeLoss(
      for: network, classes: view.description.classNames.count, targetWidth: view.description.targetWidth, path: "loss")
    var view = view
    return try sentence { try view.checkTargets(loss, cluster: cluster) }
  }

  static func four(_ text: String?) -> [String?] { Array(repeating: text, count: 4) }
}
