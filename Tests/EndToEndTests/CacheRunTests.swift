import Foundation
import Glibc
import Specs
import TestSupport
import Testing

/// Runs whose rows come from a cache: the weights of those that read the text.
@Suite struct CacheRunTests {
  private static let config = """
    {"name": "c", "data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": {"fraction": 0.2}},
     "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": {"type": "categorical_cross_entropy"},
     "optimizer": {"type": "sgd", "learning_rate": 0.01}, "training": {"epochs": 2, "global_batch_size": 16}}
    """

  private static func summary(_ run: String) throws -> [String?] {
    let summary = try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "summary")
    return ["weights_sha256", "data_fingerprint", "metrics"].map { summary[$0]?.compactText }
  }

  @Test("without a cache, made and taken, alone or on two ranks: the same data, weights and results")
  func same() throws {
    let folder = try TemporaryFolder()
    try folder.write(config: Self.config)
    let rows = (0..<400).map { "\($0 &* 7919 % 101),\(Double($0 % 13) / 7),\(["u", "v"][$0 % 2]),\($0 % 2)\n" }
    try folder.write("a,b,c,y\n" + rows.joined(), to: "t.csv")
    let check = try Command.ptrain(["check", folder.path + "/config.json", "--set", "data.cache=on"])
    #expect(check.status == 0 && check.output.contains("t.csv: is kept as read in "), "\(check.output)\(check.errors)")
    var summaries: [[String?]] = []
    for (ranks, cache) in [(0, "off"), (0, "on"), (2, "on"), (2, "off")] {
      let run = folder.path + "/\(cache)-\(ranks)"
      let outcome = try Command.ptrain(
        [folder.path + "/config.json", "--threads", "1", "--output", run, "--set", "data.cache=\(cache)"], ranks: ranks)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.contains("t.csv: is taken from its cache ") == (cache == "on"), "\(outcome.output)")
      summaries.append(try Self.summary(run))
    }
    #expect(Set(summaries).count == 1 && summaries[0].allSatisfy { $0 != nil })
    // A run that is finished says so by the fingerprint of its data, wherever its rows come from.
    let again = try Command.ptrain(
      [
        folder.path + "/config.json", "--threads", "1", "--output", folder.path + "/off-0", "--set", "data.cache=on",
      ])
    #expect(again.status == 0, "\(again.errors)")
  }
}

extension TemporaryFolder {
  fileprivate func write(config text: String) throws { try write(text, to: "config.json") }
}
