import Collectives
import Foundation
import Specs
import TestSupport
import Testing

@testable import Training

/// A group of ranks is enough to train in.
@Suite struct GroupTrainingTests {
  private static func config(seed: Int) throws -> RunConfig {
    let text = """
      {"data": {"train": {"format": "csv", "path": "t.csv", "targets": ["y"]}, "validation": {"fraction": 0.25}},
       "model": {"layers": [{"type": "dense", "units": 7, "activation": "tanh"}, {"type": "dense", "units": 1}]},
       "loss": {"type": "mse"}, "optimizer": {"type": "adam"}, "seed": \(seed),
       "training": {"epochs": 2, "global_batch_size": 16}, "parallel": {"overlap": true}}
      """
    return try RunConfig(ConfigValue.parse(Data(text.utf8), file: "t"))
  }

  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let rows = (0..<68).map { row in "\(row % 7),\(row * row % 11),\(row % 5)" }
    try folder.write((["a,b,y"] + rows).joined(separator: "\n") + "\n", to: "t.csv")
    return folder
  }

  private static func train(seed: Int, _ cluster: any Cluster, in folder: String, as name: String) throws -> String {
    let options = RunOptions(
      baseDirectory: folder, outputDirectory: "\(folder)/\(name)", threads: 1)
    let config = try config(seed: seed)
    let (start, locks) = try RunLocks.begin(config, options: options, mode: .auto, cluster: cluster)
    return try Run(config, options: options, cluster: cluster).run(from: start, locks: locks).weightsHash
  }

  @Test("four ranks train one network after the other in changing groups; each has the weights of its training alone")
  func hashes() throws {
    let folder = try Self.folder(), path = folder.path
    // For each round and rank the color, which is the seed.
    let rounds: [[Int?]] = [[1, 1, 2, 2], [3, 4, 3, 4], [5, 6, 6, 6], [nil, 7, nil, 7], [8, 8, 8, 8]]
    let found = try InProcessCluster.run(size: 4, ranksPerNode: 2) { cluster in
      try rounds.map { colors -> String? in
        let seed = colors[cluster.rank]
        guard let group = try cluster.split(color: seed), let seed else { return nil }
        let hash = try Self.train(seed: seed, group, in: path, as: "run-\(seed)")
        try group.close()
        return hash
      }
    }
    let alone = try (1...8).map { try Self.train(seed: $0, SoloCluster(), in: path, as: "alone-\($0)") }
    #expect(Set(alone).count == 8 && alone.allSatisfy { $0.count == 64 }, "\(alone)")
    for (rank, hashes) in found.enumerated() {
      for (colors, hash) in zip(rounds, hashes) { #expect(hash == colors[rank].map { alone[$0 - 1] }, "rank \(rank)") }
    }
  }
}
