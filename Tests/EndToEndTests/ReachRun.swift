import Foundation
import TestSupport
import Testing

/// A run of `MPISelfTest train`: layers that look further than a row, under a real mpirun.
struct ReachRun {
  /// Who moves buckets of gradients while layers are at work.
  enum Overlap: String, CaseIterable {
    case off = "after the backward pass"
    case inline = "overlapped with the backward pass"
    case thread = "overlapped with the backward pass by a thread of its own"
  }

  /// How it is spread.
  struct Layout: CustomTestStringConvertible {
    var ranks: Int
    var threads = 1
    /// nil: all ranks are on one.
    var ranksPerNode: Int?
    var overlap = Overlap.off
    var isSharded = false

    var settings: [String] {
      [
        "parallel.overlap=\(overlap != .off)", "parallel.update=\(isSharded ? "sharded" : "replicated")",
        "spare_cores=\(overlap == .thread ? 1 : 0)",
      ] + (ranksPerNode.map { ["ranks_per_node=\($0)"] } ?? [])
    }

    var testDescription: String {
      "\(ranks) × \(threads), \(overlap)\(isSharded ? ", sharded" : "")\(ranksPerNode.map { ", \($0) ranks a node" } ?? "")"
    }
  }

  /// What a finished run says.
  struct Result {
    var hash: String
    /// The step after which it went on; 0: it began.
    var first: Int
  }

  /// What is trained, on which rows, and states that its files must hold.
  struct Subject {
    var config: String
    var table: String
    var states: [String]
  }

  /// Sums over the batch at the input, in the middle and at the end, over shards, and items within rows; three epochs
  /// of four steps, the last of them with 3 rows for 5 shards.
  static let sums = Subject(
    config: #"""
      {"data": {"normalize": "none",
        "train": {"format": "csv", "path": "t.csv", "targets": ["y"]}, "validation": {"fraction": 0.25}},
       "model": {"layers": [
         {"type": "toy_statistics", "over": "batch"}, {"type": "dense", "units": 40, "activation": "tanh"},
         {"type": "toy_statistics", "over": "shard"}, {"type": "toy_panels"},
         {"type": "dense", "units": 24, "activation": "relu"}, {"type": "toy_statistics", "over": "batch"},
         {"type": "dense", "units": 1}]},
       "loss": {"type": "mse"}, "optimizer": {"type": "adam"}, "seed": 3,
       "training": {"epochs": 3, "global_batch_size": 16, "ema": {"decay": 0.9}},
       "parallel": {"shards": 5, "bucket_mb": 0.001}}
      """#,
    table: (["a,b,c,y"]
      + (0..<68).map { row in
        let x = (0..<3).map { Double((row * (7 + 5 * $0) + 3 * $0) % 19) / 8 - 1 }
        return (x + [x[0] * x[1] - x[2]]).map { "\($0)" }.joined(separator: ",")
      }).joined(separator: "\n") + "\n",
    states: ["layers.0.running_mean", "layers.2.running_var", "layers.5.running_var"])

  /// Tokens, embedded, attend to each other as far as a length says; beside them numbers that are normalized.
  static let inputs = Subject(
    config: #"""
      {"data": {"train": {"format": "csv", "path": "t.csv", "targets": ["y"]}, "validation": {"fraction": 0.25},
         "normalize": "standard"},
       "model": {
         "inputs": [
           {"name": "tokens", "columns": ["t0", "t1", "t2", "t3"], "dtype": "int32"}, {"name": "rest"},
           {"name": "length", "columns": ["n"], "dtype": "int32"}],
         "layers": [
           {"type": "toy_embedding", "rows": 7, "units": 12, "inputs": ["tokens"], "name": "e"},
           {"type": "dense", "units": 12, "activation": "tanh", "name": "k"},
           {"type": "toy_attention", "inputs": ["e", "k", "length"]}, {"type": "flatten", "name": "a"},
           {"type": "concatenate", "inputs": ["a", "rest"]}, {"type": "dense", "units": 9, "activation": "relu"},
           {"type": "dense", "units": 1}]},
       "loss": {"type": "mse"}, "optimizer": {"type": "adam"}, "seed": 3,
       "training": {"epochs": 3, "global_batch_size": 16, "ema": {"decay": 0.9}},
       "parallel": {"shards": 5, "bucket_mb": 0.001}}
      """#,
    table: "t3,a,t0,n,t1,b,t2,y\n"
      + (0..<68).map { row in
        let t = (0..<4).map { (row * 3 + $0 * row + $0) % 7 }
        return
          "\(t[3]),\(row % 5 * 100),\(t[0]),\(row % 5),\(t[1]),\(row * row % 11),\(t[2]),\(t[row % 4] % 3 + row % 2)\n"
      }.joined(),
    states: ["layers.0."])

  /// The program, beside the tests' own.
  static let program =
    (Bundle.main.executablePath.map { $0 as NSString }?.deletingLastPathComponent ?? "") + "/MPISelfTest"

  let folder: TemporaryFolder
  let directory: String
  /// More of the config.
  var settings: [String] = []

  let subject: Subject

  init(_ settings: [String] = [], subject: Subject = Self.sums) throws {
    folder = try TemporaryFolder()
    directory = folder.path + "/run"
    self.settings = settings
    self.subject = subject
    try folder.write(subject.table, to: "t.csv")
    try folder.write(subject.config, to: "config.json")
  }

  private func line(_ layout: Layout) -> [String] {
    [
      "mpirun", "-n", "\(layout.ranks)", "--bind-to", "none", Self.program, "train", folder.path + "/config.json",
      directory,
    ]
      + ["\(layout.threads)"] + layout.settings + settings
  }

  /// Trains the same in two groups of ranks beside each other, and returns their hashes.
  func finishInGroups(_ layout: Layout) throws -> [String] {
    let outcome = try Command.run(line(layout) + ["groups=2"])
    try #require(outcome.status == 0, "\(layout.testDescription): \(outcome.errors)")
    return outcome.output.matches(of: /weights_sha256 ([0-9a-f]{64})/).map { String($0.1) }
  }

  /// Trains to the end, from the start or from where an earlier start was killed, in the way that the layout says.
  func finish(_ layout: Layout) throws -> Result {
    let outcome = try Command.run(line(layout))
    try #require(outcome.status == 0, "\(layout.testDescription): \(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    // It did what the layout says, and several buckets travelled where they can overlap.
    let way = try #require(lines.first { $0.hasPrefix("allreduce ") })
    let expected = layout.ranks == 1 ? Overlap.off : layout.overlap
    #expect(
      way.hasSuffix(expected.rawValue + (layout.isSharded && layout.ranks > 1 ? ", each rank updates its slice" : "")))
    if expected != .off { #expect(way.firstMatch(of: /, [2-9] buckets overlapped/) != nil, "\(way)") }
    #expect(
      lines.contains(
        "\(expected == .thread ? layout.ranks : 0) of \(layout.ranks) ranks have a thread for the exchange"), "\(lines)"
    )
    let hash = try #require(lines.last?.split(separator: " ").last.map(String.init))
    #expect(hash.count == 64, "\(lines)")
    return Result(hash: hash, first: first(outcome))
  }

  /// The step after which a start went on; 0: it began.
  private func first(_ outcome: Command.Outcome) -> Int {
    outcome.output.firstMatch(of: /going on after step (\d+)/).flatMap { Int($0.1) } ?? 0
  }

  /// Starts it, kills it with SIGKILL where a rank has come to a place, and sees that it had not ended.
  /// - Returns: the step after which it went on; 0: it began.
  func kill(_ layout: Layout, _ halt: Halt) throws -> Int {
    let mark = folder.path + "/halted"
    try? FileManager.default.removeItem(atPath: mark)
    let outcome = try Command.run(
      line(layout), environment: try halt.environment(mark: mark)
    ) {
      #expect(Processes.wait(seconds: 60) { Files.hold(mark) }, "\(layout.testDescription): nobody came to \(halt)")
      let all = Processes.find("MPISelfTest", "train", mentioning: directory)
      #expect(all.count == layout.ranks)
      switch halt.victims {
      case .rank: Processes.send(SIGKILL, to: [try #require(Int32(try text(mark)))])
      case .ranks: Processes.send(SIGKILL, to: all)
      case .everything:
        Processes.send(SIGKILL, to: Processes.find("mpirun", "-n", mentioning: directory) + all)
      }
    }
    #expect(outcome.status != 0 && !outcome.output.contains("weights_sha256"), "\(outcome.output)")
    #expect(!FileManager.default.fileExists(atPath: directory + "/summary.json"))
    #expect(Processes.wait { Processes.find("MPISelfTest", "train", mentioning: directory).isEmpty })
    return first(outcome)
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The tensors that it leaves behind, by file: weights, states and averages of the last step and those handed over.
  func tensors() throws -> [String: Data] {
    var found: [String: Data] = [:]
    for name in ["model.safetensors", "last.safetensors"] {
      let file = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
      let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      let header = String(decoding: file.dropFirst(8).prefix(length), as: UTF8.self)
      for state in subject.states { #expect(header.contains("\"\(state)"), "\(name): \(state)") }
      found[name] = file.dropFirst(8 + length)
    }
    return found
  }

  /// What it has logged, a line each, without what the clock says.
  func log() throws -> [String] {
    try text(directory + "/metrics.jsonl").split(separator: "\n").map {
      String($0.replacing(/, "samples_per_second": [^,}]*/, with: ""))
    }
  }
}

extension ReachRun {
  /// A place that a rank comes to and does not leave, and who is killed then.
  struct Halt: CustomTestStringConvertible {
    enum Place: String {
      case message
      case checkpoint
    }
    enum Victims { case rank, ranks, everything }

    var rank: Int
    var place: Place
    var count: Int
    /// The first from there on that this thread comes to.
    var thread: String?
    var victims: Victims

    var testDescription: String { "\(place) \(count) of rank \(rank)\(thread.map { ", thread \($0)" } ?? "")" }

    private static let library = Swift.Result {
      let library = Command.root + "/.build/halt.so"
      let outcome = try Command.run([
        "clang", "-O2", "-shared", "-fPIC", "-o", library, Command.root + "/Tests/EndToEndTests/Allocations/halt.c",
      ])
      #expect(outcome.status == 0, "\(outcome.errors)")
      return library
    }

    func environment(mark: String) throws -> [String: String] {
      [
        "LD_PRELOAD": try Self.library.get(), "HALT_RANK": "\(rank)", "HALT_AT": place.rawValue,
        "HALT_COUNT": "\(count)", "HALT_MARK": mark,
      ].merging(thread.map { ["HALT_THREAD": $0] } ?? [:]) { $1 }
    }
  }
}
