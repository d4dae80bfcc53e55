import Foundation
import TestSupport
import Testing

/// What evaluate, predict and `--resume PATH` read belongs together: header and file, model and network, weights and
/// run.
@Suite struct ReadFilesTests {
  /// What is done to the model of a finished run, and what is said of it then.
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    /// The file's bytes, made from the good one's header and data.
    var file: @Sendable (_ header: String, _ data: Data) -> Data
    /// Bytes that the file is made longer to, without any of them being there.
    var length: UInt64?
    /// Parts of the sentences of evaluate and predict, and of `--resume`.
    var says: String
    var saysResume: String?
    var testDescription: String { name }
  }

  private static func joined(_ header: String, _ data: Data, length: UInt64? = nil) -> Data {
    withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian) { Data($0) } + Data(header.utf8) + data
  }

  private static let other = #"{"other": {"dtype": "F32", "shape": [250000000], "data_offsets": [0, 1000000000]}}"#
  private static let doesNotFit = "no tensor has the name and shape of one of this model"

  static let cases: [Case] = [
    Case(
      name: "cut off within the data", file: { joined($0, $1.dropLast(3)) },
      says: "'layers.0.bias' lies outside the file"),
    Case(name: "cut off within the header", file: { joined($0, $1).prefix(100) }, says: "the file has 100"),
    Case(name: "empty", file: { _, _ in Data() }, says: "the file has 0 bytes, too few for a header"),
    Case(
      name: "bytes behind the last tensor", file: { joined($0, $1 + Data(count: 5)) },
      says: "the file has 29 bytes of data"),
    Case(
      name: "a header of 2^60 bytes", file: { joined($0, $1, length: 1 << 60) },
      says: "the header claims 1152921504606846976 bytes"),
    Case(
      name: "numbers of 16 bits", file: { joined($0.replacingOccurrences(of: "F32", with: "F16"), $1) },
      says: "has type \"F16\", expected F32"),
    Case(
      name: "the transposed weight",
      file: { joined($0.replacingOccurrences(of: #""shape": [2, 2]"#, with: #""shape": [4, 1]"#), $1) },
      says: "has the shape 4×1, and its network's has 2×2", saysResume: ""),
    Case(
      name: "a tensor under another name",
      file: { joined($0.replacingOccurrences(of: "s.0.bias", with: "s.1.bias"), $1) },
      says: "tensor 'layers.0.bias' of shape 2 is missing", saysResume: ""),
    Case(
      name: "a tensor too many",
      file: { header, data in
        let more = #"{"dtype": "F32", "shape": [0], "data_offsets": [\#(data.count), \#(data.count)]}"#
        return joined(header.trimmingCharacters(in: .whitespaces).dropLast() + ", \"layers.1.weight\": \(more)}", data)
      }, says: "tensor 'layers.1.weight' is none of its network", saysResume: ""),
    // These have no data at all: a file with holes.
    Case(
      name: "1 GB of another network", file: { _, _ in joined(other, Data()) }, length: 1_000_000_090,
      says: "the metadata", saysResume: doesNotFit),
    Case(
      name: "1 GB beside the network's own",
      file: { header, data in
        let more =
          #"{"dtype": "F32", "shape": [250000000], "data_offsets": [\#(data.count), \#(data.count + 1_000_000_000)]}"#
        return joined(header.trimmingCharacters(in: .whitespaces).dropLast() + ", \"more\": \(more)}", data)
      }, length: 0, says: "tensor 'more' is none of its network", saysResume: ""),
    Case(
      name: "weights of another run", file: { joined($0, Data($1.reversed())) },
      says: "has other weights than the run ended with (weights_sha256 in summary.json)", saysResume: ""),
  ]

  @Test("files that do not fit are one line, before their data are read", arguments: cases)
  func table(_ row: Case) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run", model = run + "/model.safetensors"
    try folder.write(
      RunLife.config.replacingOccurrences(of: "\"data\": {", with: #""data": {"test": {"fraction": 0.25}, "#),
      to: "config.json")
    try folder.write(ErrorTests.goodTable + "7,8,1\n9,10,0\n", to: "data.csv")
    let trained = try Command.ptrain([folder.path + "/config.json", "--quiet", "--threads", "1", "--output", run])
    try #require(trained.status == 0, "\(trained.errors)")
    let good = try Data(contentsOf: URL(fileURLWithPath: model))
    let length = good.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let header = String(decoding: good[8..<8 + length], as: UTF8.self), data = Data(good[(8 + length)...])
    let bad = row.file(header, data)
    try bad.write(to: URL(fileURLWithPath: model))
    if let end = row.length {
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: model))
      let first = bad.prefix(8).enumerated().reduce(0) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
      let own: UInt64 = end == 0 ? UInt64(data.count) : 0
      try handle.truncate(atOffset: 8 + first + own + 1_000_000_000)
      try handle.close()
    }
    let fresh = [folder.path + "/config.json", "--quiet", "--threads", "1", "--output", folder.path + "/fresh"]
    let starts: [(line: [String], says: String?)] = [
      (["evaluate", run, "--threads", "1"], row.says), (["predict", run, "--threads", "1"], row.says),
      (fresh + ["--resume", model, "--force"], row.saysResume ?? row.says),
    ]
    for (line, says) in starts {
      // No memory for so much that is not asked for.
      let outcome = try Command.run(["prlimit", "--as=1500000000", Command.ptrain] + line)
      if says == "" {
        #expect(outcome.status == 0, "\(line[0]): \(outcome.errors)")
        continue
      }
      #expect(outcome.status == 65 && outcome.complaints.count == 1, "\(line[0]): \(outcome.status) \(outcome.errors)")
      #expect(outcome.errors.contains(says ?? "-"), "\(line[0]): \(outcome.errors)")
    }
  }

  @Test("ranks whose models differ do not go on together")
  func ranks() throws {
    let folder = try TemporaryFolder()
    try folder.write(RunLife.config, to: "config.json")
    try folder.write(ErrorTests.goodTable + "7,8,1\n", to: "data.csv")
    try folder.write(#"{"format": "csv", "path": "data.csv", "targets": "y"}"#, to: "source.json")
    for (rank, seed) in [(0, 1), (1, 2)] {
      let outcome = try Command.ptrain([
        folder.path + "/config.json", "--quiet", "--threads", "1", "--set", "seed=\(seed)", "--output",
        "\(folder.path)/\(rank)",
      ])
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    let outcome = try Command.run([
      "mpirun", "-n", "2", "--bind-to", "none", "sh", "-c",
      #"cd "$1/$OMPI_COMM_WORLD_RANK"; exec "$0" evaluate model.safetensors --data ../source.json --threads 1"#,
      Command.ptrain,
      folder.path,
    ])
    #expect(outcome.status == 65 && outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("model.safetensors: rank 1 read another model than rank 0"), "\(outcome.errors)")
  }
}
