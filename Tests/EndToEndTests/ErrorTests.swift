import Foundation
import TestSupport
import Testing

/// Bad input: each case exactly one line that starts with `ptrain: `, and the right exit code, alone and under two
/// ranks.
@Suite struct ErrorTests {
  static let goodConfig = """
    {"name": "t", "data": {"normalize": "none", "train": {"format": "csv", "path": "data.csv", "targets": "y"}},
     "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": {"type": "categorical_cross_entropy"},
     "optimizer": {"type": "sgd", "learning_rate": 0.1}, "training": {"epochs": 1, "global_batch_size": 2}}
    """
  static let goodTable = "a,b,y\n1,2,0\n3,4,1\n5,6,0\n"

  @Test(
    "one sentence and the exit code, alone and under 2 ranks",
    arguments: ErrorCase.general + ErrorCase.training + ErrorCase.classCases + ErrorCase.graphs + ErrorCase.inputs
      + ErrorCase.text + ErrorCase.tables + ErrorCase.short + ErrorCase.formats + ErrorCase.hdf5
      + ErrorCase.missing + ErrorCase.columns + ErrorCase.names + ErrorCase.files + ErrorCase.watching
      + ErrorCase.losses + ErrorCase.splits + ErrorCase.preparing + ErrorCase.comparing + ErrorCase.advice
      + ErrorCase.sources + ErrorCase.sweeping + ErrorCase.searching)
  func oneSentence(_ entry: ErrorCase) async throws {
    for ranks in entry.ranks {
      let folder = try TemporaryFolder()
      try folder.write(Self.goodConfig, to: "config.json")
      try folder.write(Self.goodTable, to: "data.csv")
      for (name, bytes) in entry.files { try folder.write(Data(bytes), to: name) }
      let isAdvice = entry.arguments.first == "advise"
      var arguments = entry.arguments.map {
        $0.hasSuffix(".json") || $0 == "." || isAdvice && $0.hasSuffix(".csv") ? folder.path + "/" + $0 : $0
      }
      if !isAdvice, !entry.overrides.isEmpty || !entry.arguments.isEmpty, entry.name != "unknown flag" {
        if !entry.overrides.contains(where: { $0.hasPrefix("output.") }) {
          arguments += ["--output", folder.path + "/run"]
        }
      }
      arguments += entry.overrides.flatMap { ["--set", $0] }
      let outcome = try await Command.mostlyWaiting(arguments, ranks: ranks, seconds: 60)
      #expect(outcome.status == entry.code, "\(ranks) ranks: \(outcome.errors)")
      #expect(outcome.complaints.count == 1, "\(ranks) ranks: \(outcome.errors)")
      #expect(outcome.complaints.first?.contains(entry.says) == true, "\(ranks) ranks: \(outcome.complaints)")
      if ranks == 0 { #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)") }
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/run/summary.json"))
    }
  }

  @Test("the table of sentences is long")
  func count() { #expect(ErrorCase.all.count >= 400, "\(ErrorCase.all.count)") }

  @Test("negative control: the good config trains")
  func goodConfigTrains() throws {
    let folder = try TemporaryFolder()
    let config = try folder.write(Self.goodConfig, to: "config.json")
    try folder.write(Self.goodTable, to: "data.csv")
    let outcome = try Command.ptrain([config, "--output", folder.path + "/run"], ranks: 4)
    #expect(outcome.status == 0 && outcome.complaints.isEmpty, "\(outcome.errors)")
  }
}
