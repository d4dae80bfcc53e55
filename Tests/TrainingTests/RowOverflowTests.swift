import Collectives
import Datasets
import Foundation
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// Rows that take much memory are in a file without a name, for every command that reads data, and are the same there.
@Suite struct RowOverflowTests {
  /// The features of all parts, and where the rows are.
  private struct Found: Equatable, Sendable {
    var features: [[UInt32]]
    var isNameless: Bool
    var notes: [String]

    init(_ prepared: PreparedData) {
      let width = prepared.description.featureCount
      features = DataPart.allCases.map { part in
        guard let rows = prepared.rows(of: part) else { return [] }
        var values = [Float](repeating: .nan, count: rows.count * width)
        rows.gatherFeatures(rows: Array(0..<rows.count), count: rows.count, into: &values, stride: width)
        return values.map(\.bitPattern)
      }
      isNameless = prepared.cachedRows?.isNameless == true
      notes = prepared.notes.filter { $0.contains("takes much memory") }
    }
  }

  /// Reads the table on ranks of one node, with a limit on what rows may take.
  private static func read(
    _ folder: TemporaryFolder, _ section: DataSection, limit: Int, ranks: Int
  ) throws -> [Found] {
    try InProcessCluster.run(size: ranks, ranksPerNode: ranks) { cluster in
      let context = DataContext(baseDirectory: folder.path)
      let (prepared, _) = try LoadedData.shareRead(cluster, .ofThisProcess(), for: .training) { _ in
        try DataCaching(memory: limit).read(section, in: context, targets: .classes, seed: 5)
      }
      try prepared.requireUnchanged(cluster)
      return Found(prepared)
    }
  }

  @Test("in a file, for one rank and two, with folds and without: the rows that memory would hold", arguments: [1, 2])
  func same(ranks: Int) throws {
    for hasFolds in [false, true] {
      let folder = try KeptTable.folder()
      var section = try KeptTable.section(cache: "auto")
      if hasFolds { section.folds = .rows }
      let plain = try Self.read(folder, section, limit: 1 << 40, ranks: ranks)
      #expect(plain.allSatisfy { !$0.isNameless && $0.notes.isEmpty && $0.features == plain[0].features })
      let other = try Self.read(folder, section, limit: 0, ranks: ranks)
      #expect(other.allSatisfy { $0.isNameless && $0.features == plain[0].features })
      #expect(
        other[0].notes.count == 1
          && other[0].notes[0].hasPrefix(
            "t.csv: takes much memory, so that its rows are in a file without a name in \(folder.path) ("),
        "\(other[0].notes)")
      // It has no name, and its space goes with it.
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["t.csv"])
      // The negative control: a config that wants no files has none.
      section.cache = .off
      let off = try Self.read(folder, section, limit: 0, ranks: ranks)
      #expect(off.allSatisfy { !$0.isNameless && $0.features == plain[0].features })
    }
  }

  @Test("a directory that is none: rows stay in memory, and a note says why")
  func noDirectory() throws {
    let folder = try KeptTable.folder()
    var section = try KeptTable.section(cache: "auto")
    let plain = try Self.read(folder, section, limit: 1 << 40, ranks: 1)
    section.cacheDirectory = "t.csv/a"
    let other = try Self.read(folder, section, limit: 0, ranks: 1)
    #expect(other[0].features == plain[0].features && !other[0].isNameless)
    #expect(
      other[0].notes.count == 1
        && other[0].notes[0].contains("cannot be written to a file in \(folder.path)/t.csv/a ("),
      "\(other[0].notes)")
  }

  @Test("a file goes beside the first text, or where the config says; data without text have none")
  func place() throws {
    let folder = try TemporaryFolder()
    func directory(_ keys: String) throws -> String? {
      let text = try ConfigValue.parse(Data("{\(keys)}".utf8), file: "config.json")
      let section = try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
        try DataSection(from: fields)
      }.0
      return section.overflow(in: DataContext(baseDirectory: folder.path))?.directory
    }
    let csv = #""train": {"format": "csv", "path": "d/t.csv", "targets": "y"}"#
    #expect(try directory(csv) == folder.path + "/d")
    #expect(try directory(csv + #", "cache_directory": "/scratch/me""#) == "/scratch/me")
    #expect(try directory(csv + #", "cache_directory": "e""#) == folder.path + "/e")
    #expect(try directory(csv + #", "cache": "off""#) == nil)
    let npy = #""train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}"#
    #expect(try directory(npy) == nil)
    #expect(try directory(npy + ", " + csv.replacingOccurrences(of: "train", with: "test")) == folder.path + "/d")
  }
}
