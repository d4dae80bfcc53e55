import Foundation
import Testing

/// One bad input: what is changed in a good run, and what must be said of it.
struct ErrorCase: Sendable, CustomTestStringConvertible {
  var name: String
  /// What is put into the good config, as `--set` says it.
  var overrides: [String] = []
  /// Files to write before, by name; a config named config.json replaces the good one.
  var files: [String: [UInt8]] = [:]
  var arguments: [String] = ["config.json"]
  var code: Int32
  /// Ranks to run under; 0: without mpirun.
  var ranks = [0, 2]
  /// A part of the sentence.
  var says: String
  var testDescription: String { name }

  static func set(_ key: String, _ value: String, _ code: Int32 = 78, says: String) -> ErrorCase {
    ErrorCase(name: "\(key)=\(value)", overrides: ["\(key)=\(value)"], code: code, says: says)
  }

  /// A wrong way to start the supervisor. Its own lines are left out.
  static func launch(_ arguments: [String], _ code: Int32, ranks: Int = 0, says: String) -> ErrorCase {
    ErrorCase(
      name: "launch \(arguments.joined(separator: " "))", arguments: ["launch", "config.json", "--quiet"] + arguments,
      code: code, ranks: [ranks], says: says)
  }

  static func csv(_ name: String, _ text: String, _ code: Int32 = 65, says: String) -> ErrorCase {
    ErrorCase(name: "csv: \(name)", files: ["data.csv": Array(text.utf8)], code: code, says: says)
  }

  static func config(_ name: String, _ text: String, _ code: Int32 = 78, says: String) -> ErrorCase {
    ErrorCase(name: "config: \(name)", files: ["config.json": Array(text.utf8)], code: code, says: says)
  }

  static func idx(_ name: String, features: [UInt8], targets: [UInt8]? = nil, _ code: Int32 = 65, says: String)
    -> ErrorCase
  {
    ErrorCase(
      name: "idx: \(name)",
      overrides: [#"data={"train":{"format":"idx","features":"x.idx","targets":"y.idx"}}"#],
      files: ["x.idx": features, "y.idx": targets ?? [0, 0, 8, 1, 0, 0, 0, 2, 0, 1]], code: code, says: says)
  }

  static func npy(_ name: String, _ header: String, body: Int, _ code: Int32 = 65, says: String) -> ErrorCase {
    let text = Array(header.utf8) + [10]
    let x: [UInt8] =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count), 0] + text + [UInt8](repeating: 0, count: body)
    let good = Array("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n".utf8)
    let y: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(good.count), 0] + good + [0, 1]
    return ErrorCase(
      name: "npy: \(name)",
      overrides: [#"data={"train":{"format":"npy","features":"x.npy","targets":"y.npy"}}"#],
      files: ["x.npy": x, "y.npy": y], code: code, says: says)
  }
}
