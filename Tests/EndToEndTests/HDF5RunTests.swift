import Foundation
import Specs
import TestSupport
import Testing

/// Runs on HDF5 files, described by a process that ptrain starts.
@Suite struct HDF5RunTests {
  static let golden = Command.root + "/Tests/DatasetsTests/Golden/"

  /// A folder with a config and some of the files that h5py has written.
  private static func folder(_ files: [String], _ source: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in files { try folder.write(Data(contentsOf: URL(fileURLWithPath: golden + file)), to: file) }
    try folder.write(
      """
      {"name": "h", "data": {"train": {"format": "hdf5", \(source)}, "normalize": "standard",
        "test": {"format": "hdf5", "path": "\(files[0])", "features": "x", "targets": "y"}},
       "model": {"layers": [{"type": "dense", "units": 3}]}, "loss": {"type": "categorical_cross_entropy"},
       "optimizer": {"type": "sgd", "learning_rate": 0.01}, "training": {"epochs": 2, "global_batch_size": 4}}
      """, to: "config.json")
    return folder
  }

  private static func weights(_ run: String) throws -> String? {
    try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "summary")[
      "weights_sha256"]?.compactText
  }

  @Test("alone and on two ranks, by a pattern and by a list: the same weights; the run's own config finds its files")
  func same() throws {
    let files = (0..<3).map { "part-\($0).h5" }, list = files.map { "\"\($0)\"" }.joined(separator: ", ")
    var found: Set<String?> = []
    for (ranks, path) in [(0, #""part-*.h5""#), (2, "[\(list)]")] {
      let folder = try Self.folder(files, #""path": \#(path), "features": "x", "targets": "y""#),
        run = folder.path + "/run"
      let outcome = try Command.ptrain([folder.path + "/config.json", "--quiet", "--output", run], ranks: ranks)
      #expect(outcome.status == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
      found.insert(try Self.weights(run))
      let again = try Command.ptrain(["evaluate", run])
      #expect(again.status == 0, "\(again.errors)")
    }
    #expect(found.count == 1 && found != [nil])
  }

  @Test("a contiguous dataset mapped or copied: the same weights")
  func mapped() throws {
    var found: Set<String?> = []
    for mapping in ["always", "never"] {
      let folder = try Self.folder(
        ["contiguous.h5"], #""path": "contiguous.h5", "features": "/x", "targets": "/y""#)
      let outcome = try Command.ptrain([
        folder.path + "/config.json", "--quiet", "--output", folder.path + "/run", "--set", "data.mapping=\(mapping)",
      ])
      #expect(outcome.status == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
      found.insert(try Self.weights(folder.path + "/run"))
    }
    #expect(found.count == 1 && found != [nil])
  }

  @Test("init lists the datasets of a file, and asks for two of them")
  func listed() throws {
    let folder = try TemporaryFolder()
    let outcome = try Command.ptrain([
      "init", Self.golden + "contiguous.h5", "--output", folder.path + "/config.json",
    ])
    #expect(outcome.status == 64 && outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.complaints.first?.contains("name them with --features and --targets") == true, "\(outcome.errors)")
    #expect(outcome.output.hasPrefix("arrays of ") && outcome.output.contains("y"), "\(outcome.output)")
  }

  @Test("the process that describes says one line of JSON for each file")
  func describe() throws {
    let outcome = try Command.ptrain(
      ["describe-hdf5", "--", "2", Self.golden + "edges.h5", Self.golden + "nowhere.h5", "x"])
    let lines = try outcome.output.split(separator: "\n").map {
      try ConfigValue.parse(Data($0.utf8), file: "answer")
    }
    #expect(outcome.status == 0 && lines.count == 2, "\(outcome.errors)")
    guard lines.count == 2, case .array(let datasets)? = lines[0]["datasets"] else { return }
    #expect(datasets.first?["shape"] == .array([.integer(23), .integer(7)]) && lines[1]["lack"] == .string("file"))
  }
}
