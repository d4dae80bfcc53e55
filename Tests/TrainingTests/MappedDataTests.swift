import Collectives
import Datasets
import Foundation
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// Data have the same fingerprint whether their files are mapped or copied, on each node for itself.
@Suite struct MappedDataTests {
  private static func npy(_ type: String, _ shape: String, _ elements: Data) -> Data {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }"
    let header = text + String(repeating: " ", count: 117 - text.count) + "\n"
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)) + elements
  }

  private static func floats(_ rows: Int, _ width: Int) -> Data {
    let values = (0..<rows * width).map { Float($0 % 1009) / 8 }
    return npy("<f4", "\(rows), \(width)", values.withUnsafeBytes { Data($0) })
  }

  /// The same numbers in the other byte order, which cannot be mapped.
  private static func swapped(_ rows: Int, _ width: Int) -> Data {
    let values = (0..<rows * width).map { (Float($0 % 1009) / 8).bitPattern.bigEndian }
    return npy(">f4", "\(rows), \(width)", values.withUnsafeBytes { Data($0) })
  }

  /// Loads features on two ranks of each node; what each rank says of them.
  private static func load(
    _ features: [Data], rows: Int, mapping: String, parts: String = ""
  ) throws -> [(fingerprint: String, mapped: Int)] {
    let folders = try features.map { features in
      let folder = try TemporaryFolder()
      try folder.write(features, to: "x.npy")
      try folder.write(npy("|u1", "\(rows),", Data((0..<rows).map { UInt8($0 % 3) })), to: "y.npy")
      return folder
    }
    let text = try ConfigValue.parse(
      Data(
        #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "mapping": "\#(mapping)"\#(parts)}"#
          .utf8), file: "config.json")
    return try InProcessCluster.run(size: 2 * features.count, ranksPerNode: 2) { cluster in
      let section = try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
        try DataSection(from: fields)
      }.0
      let data = try LoadedData(
        section, targets: .classes, context: DataContext(baseDirectory: folders[cluster.place.node].path), seed: 1,
        environment: .ofThisProcess(), cluster: cluster)
      try data.prepared.requireUnchanged(cluster)
      return (data.fingerprint, data.prepared.layout.mapped.count)
    }
  }

  @Test(
    "one fingerprint, mapped or copied, whatever is left over at the end of a block",
    arguments: [(16, 1), (17, 1), (18, 3), (35, 5), (1, 1), (40_000, 30)])
  func fingerprint(rows: Int, width: Int) throws {
    let file = Self.floats(rows, width)
    for parts in rows < 10 ? [""] : ["", #", "validation": {"fraction": 0.2}"#] {
      let mapped = try Self.load([file], rows: rows, mapping: "always", parts: parts)
      let copied = try Self.load([file], rows: rows, mapping: "never", parts: parts)
      #expect(mapped.map(\.mapped) == [1, 1] && copied.map(\.mapped) == [0, 0])
      #expect(Set((mapped + copied).map(\.fingerprint)).count == 1)
    }
  }

  @Test("the fingerprint is that of earlier builds")
  func earlier() throws {
    let found = try Self.load([Self.floats(35, 5)], rows: 35, mapping: "always")
    #expect(found.map(\.fingerprint) == ["6dac9f01794bfaca", "6dac9f01794bfaca"])
  }

  @Test("a node may map what another one cannot")
  func nodes() throws {
    let found = try Self.load([Self.floats(35, 5), Self.swapped(35, 5)], rows: 35, mapping: "always")
    #expect(found.map(\.mapped) == [1, 1, 0, 0] && Set(found.map(\.fingerprint)).count == 1)
  }

  @Test("negative control: other numbers are other data")
  func other() throws {
    #expect(throws: AgreedFailure.self) {
      try Self.load([Self.floats(35, 5), Self.floats(5, 35)], rows: 35, mapping: "always")
    }
    var file = Self.floats(35, 5)
    file[file.count - 1] ^= 1
    let changed = try Self.load([file], rows: 35, mapping: "always")[0].fingerprint
    #expect(try changed != Self.load([Self.floats(35, 5)], rows: 35, mapping: "always")[0].fingerprint)
  }
}
