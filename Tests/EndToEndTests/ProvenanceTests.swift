import Foundation
import Specs
import TestSupport
import Testing

/// Where a model comes from: in its file what is the same everywhere, in `summary.json` the rest.
@Suite struct ProvenanceTests {
  private static func config(_ folder: TemporaryFolder, table: String = "t.csv") throws -> String {
    let rows = (0..<60).map { row in "\(row * 37 % 101),\(row * 11 % 17),\(row * 5 % 13)\n" }.joined()
    try folder.write("a,b,y\n" + rows, to: table)
    return try folder.write(
      """
      {"data": {"train": {"format": "csv", "path": "\(table)", "targets": "y"}, "validation": {"fraction": 0.2}},
       "model": {"layers": [{"type": "dense", "units": 4, "activation": "tanh"}, {"type": "dense", "units": 1}]},
       "loss": "mse", "optimizer": {"type": "sgd", "learning_rate": 0.01},
       "training": {"epochs": 4, "global_batch_size": 12}, "parallel": {"shards": 4}}
      """, to: "config.json")
  }

  /// The model's bytes and the summary of a training.
  private static func train(
    _ config: String, _ run: String, ranks: Int = 0, _ settings: [String] = []
  ) throws -> (model: Data, summary: ConfigValue) {
    let line = [config, "--output", run, "--threads", ranks == 0 ? "2" : "1", "--quiet"]
    let outcome = try Command.ptrain(line + settings.flatMap { ["--set", $0] }, ranks: ranks)
    try #require(outcome.status == 0, "\(outcome.errors)")
    let summary = URL(fileURLWithPath: run + "/summary.json")
    return (
      try Data(contentsOf: URL(fileURLWithPath: run + "/model.safetensors")),
      try ConfigValue.parse(Data(contentsOf: summary), file: run)
    )
  }

  private static func text(_ value: ConfigValue?) -> String? { value.flatMap { String(json: $0) } }

  /// The metadata of a model's file.
  private static func metadata(_ model: Data) throws -> ConfigValue {
    let size = model.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    return try #require(try ConfigValue.parse(model[8..<8 + size], file: "model")["__metadata__"])
  }

  @Test("a model is the same file from elsewhere, on other ranks and threads, and in two goes; it says of what")
  func model() throws {
    let folder = try TemporaryFolder(), other = try TemporaryFolder()
    let config = try Self.config(folder), moved = try Self.config(other, table: "moved.csv")
    let first = try Self.train(config, folder.path + "/run")
    let second = try Self.train(moved, other.path + "/elsewhere", ranks: 2, ["name=other"])
    #expect(first.model == second.model)
    _ = try Self.train(config, folder.path + "/longer", ranks: 3, ["training.epochs=2"])
    let third = try Self.train(config, folder.path + "/longer")
    #expect(first.model == third.model)

    let metadata = try Self.metadata(first.model), provenance = try #require(first.summary["provenance"])
    #expect(Self.text(metadata["config_sha256"])?.count == 64)
    for key in ["config_sha256", "version"] { #expect(metadata[key] == provenance[key], "\(key)") }
    #expect(metadata["data_fingerprint"] == first.summary["data_fingerprint"])
    #expect(metadata["arithmetic"] != nil && metadata["origin_sha256"] == nil)
    // The verdict on a model says which one it is of.
    let evaluated = try Command.ptrain(["evaluate", folder.path + "/run", folder.path + "/t.csv"])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let stated = try #require(
      try ConfigValue.parse(Data(evaluated.output.utf8), file: "evaluate")["provenance"], "\(evaluated.output)")
    for key in ["version", "config_sha256", "data_fingerprint"] {
      #expect(stated[key] != nil && stated[key] == metadata[key], "\(key)")
    }
    #expect(stated["arithmetic"].flatMap { Int(json: $0) }.map { "\($0)" } == Self.text(metadata["arithmetic"]))
    #expect(stated["origin_sha256"] == nil)
    // Nothing of the machine is in it.
    for key in ["cpus", "compiler", "commit", "mpi"] { #expect(metadata[key] == nil, "\(key)") }

    // The negative controls: another config, other rows, weights of another run.
    let seed = try Self.train(config, folder.path + "/seed", ["seed=3"])
    #expect(try Self.metadata(seed.model)["config_sha256"] != metadata["config_sha256"])
    #expect(try Self.metadata(seed.model)["data_fingerprint"] != nil && seed.model != first.model)
    let warm = folder.path + "/warm"
    let outcome = try Command.ptrain([
      config, "--output", warm, "--resume", folder.path + "/run/model.safetensors", "--force", "--threads", "1",
      "--quiet",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let begun = try Self.metadata(Data(contentsOf: URL(fileURLWithPath: warm + "/model.safetensors")))
    #expect(begun["origin_sha256"] == first.summary["weights_sha256"])
    #expect(begun["config_sha256"] == metadata["config_sha256"])
  }

  @Test("a model that says nothing of where it comes from is evaluated without")
  func silent() throws {
    let folder = try TemporaryFolder(), config = try Self.config(folder), run = folder.path + "/run"
    let model = try Self.train(config, run).model
    let size = model.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    // The keys are others of the same length.
    var header = String(decoding: model[8..<8 + size], as: UTF8.self)
    for (key, other) in [
      ("\"version\"", "\"wersion\""), ("\"config_sha256\"", "\"konfig_sha256\""),
      ("\"data_fingerprint\"", "\"dada_fingerprint\""), ("\"arithmetic\"", "\"brithmetic\""),
    ] { header = header.replacingOccurrences(of: key, with: other) }
    try (model.prefix(8) + Data(header.utf8) + model[(8 + size)...]).write(
      to: URL(fileURLWithPath: run + "/model.safetensors"))
    let evaluated = try Command.ptrain(["evaluate", run, folder.path + "/t.csv"])
    #expect(evaluated.status == 0 && !evaluated.output.contains("provenance"), "\(evaluated.output)\(evaluated.errors)")
  }

  @Test("summary.json says what it was trained with and on", arguments: [0, 2])
  func summary(ranks: Int) throws {
    let folder = try TemporaryFolder(), config = try Self.config(folder)
    let provenance = try #require(try Self.train(config, folder.path + "/run", ranks: ranks).summary["provenance"])
    #expect(Self.text(provenance["version"])?.isEmpty == false && Self.text(provenance["compiler"]) != nil)
    #expect(Self.text(provenance["mpi"])?.hasPrefix("Open MPI ") == (ranks == 0 ? nil : true))
    guard case .array(let processors)? = provenance["cpus"] else { return #expect(Bool(false), "no cpus") }
    let counts = processors.compactMap { $0["ranks"].flatMap { Int(json: $0) } }
    #expect(counts.reduce(0, +) == max(1, ranks) && processors.allSatisfy { Self.text($0["isa"]) != nil })
    // A commit is known where the program was built by scripts/build in a clone; doctor says the same.
    let doctor = try Command.ptrain(["doctor"]).output
    let commit = Self.text(provenance["commit"])
    #expect(commit?.wholeMatch(of: #/[0-9a-f]{40,64}\+?/#) != nil || provenance["commit"] == .null)
    #expect(doctor.contains(commit.map { "commit \($0)" } ?? "commit not known"), "\(doctor)")
    #expect(doctor.contains(Self.text(provenance["compiler"]) ?? "?"), "\(doctor)")
  }
}
