import Foundation
import Specs
import TestSupport
import Testing

/// Unix times, long ids, targets with a large offset: they train as the same data with the offset taken off by hand.
@Suite struct FarNumbersTests {
  /// How a source holds numbers.
  enum Kind: String, CaseIterable, Sendable { case csv, float64, int64 }

  private static let count = 200

  private static func npy(_ type: String, _ values: [Int], _ bytes: (Int) -> [UInt8]) -> Data {
    let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(values.count), 1), }\n".utf8)
    return Data(
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + values.flatMap(bytes))
  }

  /// x and y, each far from 0 by an offset; y = 20 x.
  private static func write(_ kind: Kind, _ offset: Int, _ folder: TemporaryFolder) throws -> String {
    let x = (0..<count).map { $0 * 37 % 61 }, y = x.map { 2 * $0 }
    switch kind {
    case .csv:
      try folder.write(
        "x,y\n" + zip(x, y).map { "\($0 + offset),\($1 + offset)\n" }.joined(), to: "t.csv")
      return #"{"format": "csv", "path": "t.csv", "targets": "y"}"#
    case .float64, .int64:
      for (name, values) in [("x.npy", x), ("y.npy", y)] {
        try folder.write(
          npy(kind == .int64 ? "<i8" : "<f8", values.map { $0 + offset }) { value in
            let bits = kind == .int64 ? UInt64(bitPattern: Int64(value)) : Double(value).bitPattern
            return withUnsafeBytes(of: bits.littleEndian) { Array($0) }
          }, to: name)
      }
      return #"{"format": "npy", "features": "x.npy", "targets": "y.npy"}"#
    }
  }

  private static func config(_ source: String, _ method: String) -> String {
    """
    {"name": "far", "data": {"train": \(source), "test": {"fraction": 0.2}, "normalize": "\(method)",
     "normalize_targets": "standard"}, "model": {"layers": [{"type": "dense", "units": 1}]}, "loss": {"type": "mse"},
     "optimizer": {"type": "adam", "learning_rate": 0.05}, "training": {"epochs": 60, "global_batch_size": 16},
     "metrics": ["r2", "rmse"]}
    """
  }

  /// r2, rmse and the hash of a run.
  private static func train(
    _ kind: Kind, offset: Int, method: String, ranks: Int
  ) throws -> (r2: Double, rmse: Double, hash: String, first: Double) {
    let folder = try TemporaryFolder()
    let config = try folder.write(config(try write(kind, offset, folder), method), to: "config.json")
    let outcome = try Command.ptrain([config, "--quiet", "--output", folder.path + "/run"], ranks: ranks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let summary = try ConfigValue.parse(
      Data(contentsOf: URL(fileURLWithPath: folder.path + "/run/summary.json")), file: "summary")
    func number(_ name: String) throws -> Double {
      try #require(summary["metrics"]?["test"]?[name].flatMap { Double($0.compactText) })
    }
    let predicted = try Command.ptrain(["predict", folder.path + "/run"])
    let first = try #require(predicted.output.split(separator: "\n").dropFirst().first.flatMap { Double($0) })
    return (try number("r2"), try number("rmse"), summary["weights_sha256"]?.compactText ?? "", first)
  }

  @Test("as good as without the offset", arguments: Kind.allCases, [1_700_000_000, -1_700_000_000, 4_000_000_000_000])
  func far(_ kind: Kind, offset: Int) throws {
    for method in ["standard", "minmax"] {
      let near = try Self.train(kind, offset: 0, method: method, ranks: 0)
      let far = try Self.train(kind, offset: offset, method: method, ranks: 0)
      #expect(near.r2 > 0.999, "\(near)")
      #expect(abs(far.r2 - near.r2) < 1e-6 && abs(far.rmse - near.rmse) < 1e-3 * (1 + near.rmse), "\(near), \(far)")
      // Predictions keep their places behind the offset.
      #expect(abs(far.first - Double(offset) - near.first) < 0.05, "\(near), \(far)")
    }
  }

  @Test("the same bits on any ranks", arguments: Kind.allCases)
  func ranks(_ kind: Kind) throws {
    let alone = try Self.train(kind, offset: 1_700_000_000, method: "standard", ranks: 0)
    for ranks in [2, 3] {
      #expect(try Self.train(kind, offset: 1_700_000_000, method: "standard", ranks: ranks) == alone)
    }
  }

  @Test("check says which column float32 cannot hold, and the way out helps")
  func warning() throws {
    let folder = try TemporaryFolder()
    let text = Self.config(try Self.write(.csv, 1_700_000_000, folder), "none")
      .replacingOccurrences(of: #""normalize_targets": "standard""#, with: #""normalize_targets": "none""#)
    let config = try folder.write(text, to: "config.json")
    let told = try Command.ptrain(["check", config])
    #expect(told.status == 0, "\(told.errors)")
    #expect(
      told.output.contains("60 different numbers of column 'x' are 1 in float32; set data.normalize to \"standard\""))
    #expect(told.output.contains("numbers of target 'y' are "))
    let mended = try Command.ptrain([
      "check", config, "--set", "data.normalize=standard", "--set", "data.normalize_targets=standard",
    ])
    #expect(!mended.output.contains("in float32"), "\(mended.output)")
  }
}
