import Collectives
import Datasets
import Foundation
import Glibc
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// A table whose rows are kept, loaded with a cache and without.
enum KeptTable {
  /// A table with categories, holes, two kinds of numbers, and quotes.
  static let table =
    "id,x,colour,z,w,y\n"
    + (0..<60).map { row in
      let z = row % 7 == 3 ? "" : "\(Double(row) / 7)"
      return "\(row),\(row % 11),\(["red", "\"blue, dark\"", "green"][row % 3]),\(z),\(1 + row % 4),\(row % 2)\n"
    }.joined()

  static let config = #"""
    {"train": {"format": "csv", "path": "t.csv", "targets": "y", "features": ["x", "colour", "z"],
      "categorical": "colour", "sample_weight": "w"},
     "validation": {"fraction": 0.2}, "test": {"column": "id", "values": [3, 17, 40]}, "missing": "median",
     "cache": "CACHE"}
    """#

  /// A folder with a table.
  static func folder(_ table: String = table) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(table, to: "t.csv")
    return folder
  }

  struct Loaded: Sendable {
    var fingerprint: String
    var notes: [String]
    var description: ConfigValue
    var features: [[Float]]
    var places: [String]
    var isMapped: Bool

    /// Whether the rows are those of another loading.
    func isSame(as other: Loaded) -> Bool {
      fingerprint == other.fingerprint && description == other.description && places == other.places
        && features.map { $0.map(\.bitPattern) } == other.features.map { $0.map(\.bitPattern) }
    }

    var isFromCache: Bool { notes.contains { $0.contains(": is taken from its cache ") } }
    var isKept: Bool { notes.contains { $0.contains(": is kept as read in ") } }
  }

  /// Loads data on ranks of one node; what the first of them, and the last, have.
  static func load(
    _ folder: TemporaryFolder, cache: String = "on", config: String = config, key: String = "k", ranks: Int = 1,
    isProfiled: Bool = false
  ) throws -> Loaded {
    let text = try ConfigValue.parse(
      Data(config.replacingOccurrences(of: "CACHE", with: cache).utf8), file: "config.json")
    let all = try InProcessCluster.run(size: ranks, ranksPerNode: ranks) { cluster in
      let section = try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
        try DataSection(from: fields)
      }.0
      var context = DataContext(baseDirectory: folder.path)
      context.cacheKey = key
      context.profilesColumns = isProfiled
      let data = try LoadedData(
        section, targets: .classes, context: context, seed: 5, environment: .ofThisProcess(), cluster: cluster)
      try data.prepared.requireUnchanged(cluster)
      #expect(!isProfiled || cluster.rank > 0 || data.prepared.profile != nil)
      let width = data.description.featureCount
      let features = DataPart.allCases.map { part -> [Float] in
        guard let rows = data.prepared.rows(of: part) else { return [] }
        var values = [Float](repeating: .nan, count: rows.count * width)
        rows.gatherFeatures(rows: Array(0..<rows.count), count: rows.count, into: &values, stride: width)
        return values
      }
      return Loaded(
        fingerprint: data.fingerprint, notes: data.notes, description: data.description.configValue, features: features,
        places: [data.trainingPlaces(ofRows: [0, 1, 7])], isMapped: data.prepared.cachedRows != nil)
    }
    #expect(all.allSatisfy { $0.isSame(as: all[0]) })
    return all[0]
  }

  /// Where the cache of the table is, and its bytes.
  static func path(_ folder: TemporaryFolder) -> String { folder.path + "/.t.csv.ptrain-cache" }

  static func bytes(_ folder: TemporaryFolder) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(folder))))
  }

  /// What the system says of a file.
  static func identity(_ path: String) throws -> Platform.FileIdentity {
    let found = Platform.FileIdentity(at: path)
    return try #require(found)
  }

  /// The config as it is read.
  static func section(cache: String = "on") throws -> DataSection {
    let text = try ConfigValue.parse(
      Data(config.replacingOccurrences(of: "CACHE", with: cache).utf8), file: "config.json")
    return try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
      try DataSection(from: fields)
    }.0
  }

  /// A word of a cache's header, counted from its start.
  static func word(_ index: Int, of bytes: [UInt8]) throws -> UInt64 {
    try #require(bytes.count >= 8 * index + 8)
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) }
  }

  /// Writes the hash of some bytes behind them.
  static func seal(_ bytes: inout [UInt8], from first: Int, count: Int) throws {
    let hash = bytes[first..<first + count].withUnsafeBytes { ContentHash.of($0) }
    withUnsafeBytes(of: hash) { hash in bytes.replaceSubrange(first + count..<first + count + 8, with: hash) }
  }

  /// Puts other bytes where the cache is.
  static func replace(_ folder: TemporaryFolder, with bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(folder)))
  }
}
