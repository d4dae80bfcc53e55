import Collectives
import Datasets
import Foundation
import Glibc
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// Rows that were kept are those of the text, bit for bit, and a cache that is not sure to be of the text is never believed.
@Suite struct DataCacheTests {
  /// A table with categories, holes, two kinds of numbers, and quotes.
  static let table =
    "id,x,colour,z,w,y\n"
    + (0..<60).map { row in
      let z = row % 7 == 3 ? "" : "\(Double(row) / 7)"
      return "\(row),\(row % 11),\(["red", "\"blue, dark\"", "green"][row % 3]),\(z),\(1 + row % 4),\(row % 2)\n"
    }.joined()

  static let config = #"""
    {"train": {"format": "csv", "path": "t.csv", "targets": "y", "features": ["x", "colour", "z"], "categorical": "colour",
     "sample_weight": "w"}, "validation": {"fraction": 0.2}, "test": {"column": "id", "values": [3, 17, 40]}, "missing": "median",
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

  static func path(_ folder: TemporaryFolder) -> String { folder.path + "/.t.csv.ptrain-cache" }

  static func bytes(_ folder: TemporaryFolder) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path(folder))))
  }

  static func identity(_ path: String) throws -> Platform.FileIdentity {
    let found = Platform.FileIdentity(at: path)
    return try #require(found)
  }

  // MARK: - The same data

  @Test("with a cache and without, on one rank and two: the same data, and the second start reads no text")
  func same() throws {
    let folder = try Self.folder(), plain = try Self.load(folder, cache: "off")
    #expect(!plain.isMapped && plain.notes.allSatisfy { !$0.contains("cache") })
    let made = try Self.load(folder)
    #expect(made.isSame(as: plain) && made.isKept && !made.isFromCache, "\(made.notes)")
    for ranks in [1, 2] {
      let taken = try Self.load(folder, ranks: ranks)
      #expect(taken.isSame(as: plain) && taken.isFromCache && !taken.isKept && taken.isMapped, "\(taken.notes)")
      // What was said of the rows is said again.
      #expect(Set(plain.notes).isSubset(of: taken.notes))
    }
    // Text that is short is read: nothing is gained.
    let short = try Self.load(folder, cache: "auto")
    #expect(short.isSame(as: plain) && !short.isFromCache)
  }

  @Test("several files, gzip or not, and libsvm")
  func sources() throws {
    let folder = try TemporaryFolder()
    try folder.write("a,y\n1,0\n2.5,1\n", to: "p1.csv")
    try folder.write("y,a\n1,3.25\n0,1e-3\n", to: "p2.csv")
    try folder.write("1 1:0.5 3:2\n0 2:1\n1 1:7\n", to: "t.csv")
    for source in [
      #"{"format": "csv", "path": ["p1.csv", "p2.cs?"], "targets": "y"}"#, #"{"format": "libsvm", "path": "t.csv"}"#,
    ] {
      let config = #"{"train": \#(source), "cache": "CACHE"}"#
      let plain = try Self.load(folder, cache: "off", config: config)
      let made = try Self.load(folder, config: config), taken = try Self.load(folder, config: config)
      #expect(made.isKept && taken.isFromCache && made.isSame(as: plain) && taken.isSame(as: plain))
    }
    // One file more fits the pattern.
    let config = #"{"train": {"format": "csv", "path": "p*.csv", "targets": "y"}, "cache": "CACHE"}"#
    #expect(try Self.load(folder, config: config, key: "pattern").isKept)
    try folder.write("a,y\n9,0\n", to: "p3.csv")
    let more = try Self.load(folder, config: config, key: "pattern")
    #expect(more.isKept && !more.isFromCache)
    #expect(try more.isSame(as: Self.load(folder, cache: "off", config: config)))
    // What is no text has no cache.
    let other = #"{"train": {"format": "synthetic", "features": 2, "examples": 9}, "cache": "CACHE"}"#
    #expect(try !Self.load(folder, config: other).isKept)
  }

  @Test("figures of columns are kept where somebody has asked for them")
  func profile() throws {
    let folder = try Self.folder()
    #expect(try Self.load(folder).isKept)
    #expect(try Self.load(folder, isProfiled: true).isKept)
    #expect(try Self.load(folder, isProfiled: true).isFromCache)
    #expect(try Self.load(folder).isFromCache)
  }

  // MARK: - The text

  /// Ways to change the text; whether its rows are the same afterwards.
  static let changes: [(name: String, isSame: Bool, make: @Sendable (TemporaryFolder) throws -> Void)] = [
    (
      "a byte, and the time set back", false,
      { folder in
        let path = folder.path + "/t.csv", before = try identity(path)
        let file = open(path, O_WRONLY)
        #expect(pwrite(file, "7", 1, off_t(before.byteCount - 4)) == 1)
        FileTimes.set(modified: before.modified, of: file)
        close(file)
        let after = try identity(path)
        #expect(after.modified == before.modified && after.changed != before.changed)
      }
    ),
    (
      "another file of the same size under its name", false,
      { folder in
        try folder.write(table.replacingOccurrences(of: "green", with: "brown"), to: "u.csv")
        #expect(rename(folder.path + "/u.csv", folder.path + "/t.csv") == 0)
      }
    ),
    ("one row more", false, { try $0.write(table + "99,1,red,2,1,0\n", to: "t.csv") }),
    (
      "touched", true,
      { folder in
        let file = open(folder.path + "/t.csv", O_WRONLY)
        FileTimes.set(modified: 1_000_000_000_123_456_789, of: file)
        close(file)
      }
    ),
    (
      "a copy under its name", true,
      { folder in
        try folder.write(table, to: "u.csv")
        #expect(rename(folder.path + "/u.csv", folder.path + "/t.csv") == 0)
      }
    ),
  ]

  @Test("the text decides: whatever was done to it, nothing stale is read", arguments: changes.indices)
  func changed(_ index: Int) throws {
    let change = Self.changes[index], folder = try Self.folder(), made = try Self.load(folder)
    usleep(20_000)
    try change.make(folder)
    let plain = try Self.load(folder, cache: "off"), next = try Self.load(folder)
    #expect(next.isSame(as: plain) && plain.isSame(as: made) == change.isSame, "\(change.name)")
    #expect(next.isFromCache == change.isSame && next.isKept != change.isSame, "\(change.name): \(next.notes)")
    #expect(try Self.load(folder).isFromCache)
  }

  @Test("times are believed once a file has rested; what is said of it is renewed")
  func rest() throws {
    let folder = try Self.folder()
    #expect(try Self.load(folder).isKept)
    usleep(2_100_000)
    // Its content has decided, and is noted with its times.
    #expect(try Self.load(folder).isFromCache)
    let before = try Self.bytes(folder)
    #expect(try Self.load(folder).isFromCache)
    #expect(try Self.bytes(folder) == before)
    // The negative control: a hash that is none is not looked at any more, so that the cache is still taken.
    var forged = before
    let sources = try Int(Self.word(9, of: before))
    let hash = sources + 5 * 8
    for place in hash..<hash + 8 { forged[place] ^= 0x55 }
    try Self.seal(&forged, from: sources, count: Int(Self.word(10, of: before)) - 8)
    try Self.replace(folder, with: forged)
    #expect(try Self.load(folder).isFromCache)
  }

  @Test("a text that changes while it is read has no cache")
  func changedMeanwhile() throws {
    let folder = try Self.folder(), path = folder.path + "/t.csv"
    let text = try ConfigValue.parse(
      Data(Self.config.replacingOccurrences(of: "CACHE", with: "on").utf8), file: "config.json")
    let section = try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
      try DataSection(from: fields)
    }.0
    for changeAt in 1...3 {
      try folder.write(Self.table, to: "t.csv")
      var context = DataContext(baseDirectory: folder.path), calls = 0
      context.cacheKey = "k"
      context.progress = {
        calls += 1
        guard calls == changeAt else { return }
        let file = open(path, O_WRONLY | O_APPEND)
        #expect(write(file, "99,1,red,2,1,0\n", 15) == 15)
        close(file)
      }
      let caching = DataCaching()
      let data = try caching.read(section, in: context, targets: .classes, seed: 5)
      guard calls >= changeAt else { continue }
      #expect(data.preparation != nil && caching.notes.contains { $0.contains("changed while it was read") })
    }
    #expect(access(Self.path(folder), F_OK) != 0)
  }

  // MARK: - The config

  @Test("what the rows depend on is in the key")
  func keys() throws {
    let folder = try Self.folder()
    #expect(try Self.load(folder).isKept)
    #expect(try Self.load(folder, key: "other").isKept)
    #expect(try Self.load(folder, key: "other").isFromCache)

    func key(_ data: String, _ more: String = "") throws -> String {
      let text = """
        {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}\(data)}\(more), "model": {"layers": [{"type": "dense", "units": 1}]},
         "loss": {"type": "mse"}, "optimizer": "sgd", "training": {"epochs": 1, "global_batch_size": 2}}
        """
      return DataCaching.key(of: try RunConfig(ConfigValue.parse(Data(text.utf8), file: "config.json")))
    }
    let plain = try key("")
    for data in [#", "cache": "on""#, #", "cache_directory": "c""#, #", "shuffle": false"#, #", "mapping": "never""#] {
      #expect(try key(data) == plain)
    }
    #expect(try key("", #", "seed": 7"#) == plain)
    let split = #", "validation": {"fraction": 0.2}"#
    #expect(try key(split, #", "seed": 7"#) != key(split))
    for data in [#", "missing": "mean""#, #", "normalize": "minmax""#, split, #", "normalize_targets": "standard""#] {
      #expect(try key(data) != plain)
    }
    // A first line of numbers is a header where the config says so, and refused elsewhere.
    let stated = try RunConfig(
      ConfigValue.parse(
        Data(
          #"""
          {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y", "header": true}},
           "model": {"layers": [{"type": "dense", "units": 1}]}, "loss": {"type": "mse"},
           "optimizer": "sgd", "training": {"epochs": 1, "global_batch_size": 2}}
          """#.utf8), file: "config.json"))
    #expect(DataCaching.key(of: stated) != plain)
  }

  @Test("folds neither take a cache nor make one: their rows are others", arguments: [false, true])
  func folds(_ isMade: Bool) throws {
    let folder = try Self.folder()
    if isMade { #expect(try Self.load(folder).isKept) }
    let before = try isMade ? Self.bytes(folder) : []
    var section = try Self.section()
    section.folds = .rows
    var context = DataContext(baseDirectory: folder.path)
    context.cacheKey = "k"
    let data = try LoadedData(
      section, targets: .classes, context: context, seed: 5, environment: .ofThisProcess(), cluster: SoloCluster())
    #expect(data.description.count(of: .train) == 57 && data.description.count(of: .validation) == 0)
    #expect(data.notes.allSatisfy { !$0.contains("cache") })
    if isMade { #expect(try Self.bytes(folder) == before) } else { #expect(access(Self.path(folder), F_OK) != 0) }
    // The negative control: a training has its own rows, and its cache.
    let next = try Self.load(folder)
    let plain = try Self.load(folder, cache: "off")
    #expect(next.isFromCache == isMade && next.isSame(as: plain))
  }

  static func section(cache: String = "on") throws -> DataSection {
    let text = try ConfigValue.parse(
      Data(config.replacingOccurrences(of: "CACHE", with: cache).utf8), file: "config.json")
    return try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
      try DataSection(from: fields)
    }.0
  }

  // MARK: - The cache

  private static func word(_ index: Int, of bytes: [UInt8]) throws -> UInt64 {
    try #require(bytes.count >= 8 * index + 8)
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) }
  }

  /// Writes the hash of some bytes behind them.
  private static func seal(_ bytes: inout [UInt8], from first: Int, count: Int) throws {
    let hash = bytes[first..<first + count].withUnsafeBytes { ContentHash.of($0) }
    withUnsafeBytes(of: hash) { hash in bytes.replaceSubrange(first + count..<first + count + 8, with: hash) }
  }

  private static func replace(_ folder: TemporaryFolder, with bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path(folder)))
  }

  @Test("a damaged cache is never believed, wherever it is damaged")
  func damaged() throws {
    let folder = try Self.folder(), made = try Self.load(folder), whole = try Self.bytes(folder)
    let first = 4096, last = whole.count - 1
    let header = Array(stride(from: 0, to: 256, by: 9)),
      rest = stride(from: first, through: last, by: (last - first) / 40)
    for place in header + Array(rest) {
      var bytes = whole
      bytes[place] ^= 0x10
      try Self.replace(folder, with: bytes)
      let next = try Self.load(folder)
      #expect(next.isSame(as: made), "byte \(place)")
      // Between rows and what follows there may be nothing to damage.
      #expect(next.isFromCache != next.isKept, "byte \(place): \(next.notes)")
    }
    for count in [0, 1, 100, 255, 256, 4095, 4096, 5000, last] {
      try Self.replace(folder, with: Array(whole.prefix(count)))
      let next = try Self.load(folder)
      #expect(next.isSame(as: made) && next.isKept, "\(count) bytes")
    }
    try Self.replace(folder, with: whole + [0])
    #expect(try Self.load(folder).isKept)
    // The negative control: a copy that is not damaged is taken.
    try Self.replace(folder, with: whole)
    #expect(try Self.load(folder).isFromCache)
    var bytes = whole
    bytes[4096 + 3] ^= 1
    try Self.replace(folder, with: bytes)
    let next = try Self.load(folder)
    #expect(
      next.notes.contains {
        $0.contains(
          ".t.csv.ptrain-cache is damaged (its rows are not those that were written) and is not used: the text is read")
      }, "\(next.notes)")
  }

  @Test("sizes that cannot be are refused before anything is allocated")
  func forged() throws {
    let folder = try Self.folder(), made = try Self.load(folder), whole = try Self.bytes(folder)
    for index in 6..<18 {
      for value in [UInt64.max, 1 << 63, 1 << 62, 1 << 40, 0, 4095] {
        var bytes = whole
        withUnsafeBytes(of: value) { bytes.replaceSubrange(8 * index..<8 * index + 8, with: $0) }
        try Self.seal(&bytes, from: 0, count: 31 * 8)
        try Self.replace(folder, with: bytes)
        do throws(CacheFault) {
          let file = try CacheFile(Self.path(folder))
          #expect(index == 8 || index == 11, "word \(index), \(value): \(file.byteCount)")
        } catch {
          #expect(error != .absent)
        }
      }
    }
    #expect(try Self.load(folder).isSame(as: made))
  }

  @Test("another version is made anew without a word")
  func version() throws {
    let folder = try Self.folder(), made = try Self.load(folder)
    for index in [1, 2] {
      var bytes = try Self.bytes(folder)
      bytes[8 * index] += 1
      try Self.seal(&bytes, from: 0, count: 31 * 8)
      try Self.replace(folder, with: bytes)
      let next = try Self.load(folder)
      #expect(next.isSame(as: made) && next.isKept && next.notes.allSatisfy { !$0.contains("not used") })
    }
  }

  @Test("where no cache can be made the data are read, with a note")
  func noPlace() throws {
    let folder = try Self.folder()
    let config = Self.config.replacingOccurrences(of: #""cache": "#, with: #""cache_directory": "t.csv/no", "cache": "#)
    let plain = try Self.load(folder, cache: "off"), next = try Self.load(folder, config: config)
    #expect(next.isSame(as: plain) && !next.isKept)
    #expect(
      next.notes.contains {
        $0.contains("t.csv: no cache is made at ")
          && $0.contains(" (Not a directory); remove the file that is where a directory should be or ")
          && $0.hasSuffix("choose another place with data.cache_directory, or set data.cache to \"off\"")
      }, "\(next.notes)")
    // A directory that is not there is made.
    let made = try Self.load(folder, config: config.replacingOccurrences(of: "t.csv/no", with: "a/b"))
    #expect(made.isKept && made.isSame(as: plain))
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a/b")
    #expect(found.count == 1 && found[0].hasPrefix("t.csv.") && found[0].hasSuffix(".ptrain-cache"))
  }

  @Test("links and directories of its name are not followed")
  func links() throws {
    let folder = try Self.folder(), plain = try Self.load(folder, cache: "off")
    try folder.write("mine", to: "other")
    #expect(symlink(folder.path + "/other", Self.path(folder)) == 0)
    let made = try Self.load(folder)
    #expect(made.isSame(as: plain) && made.isKept)
    #expect(try String(contentsOfFile: folder.path + "/other", encoding: .utf8) == "mine")
    #expect(unlink(Self.path(folder)) == 0 && mkdir(Self.path(folder), 0o777) == 0)
    let next = try Self.load(folder)
    #expect(next.isSame(as: plain) && !next.isKept && next.notes.contains { $0.contains("no cache is made") })
  }

  @Test("what a killed process has left is removed, what another one makes is not")
  func leftovers() throws {
    let folder = try Self.folder()
    let old = try folder.write("x", to: ".t.csv.ptrain-cache.1-2.partial")
    let new = try folder.write("x", to: ".t.csv.ptrain-cache.3-4.partial")
    let file = open(old, O_WRONLY)
    FileTimes.set(modified: 1_000_000_000_000_000_000, of: file)
    close(file)
    #expect(try Self.load(folder).isKept)
    #expect(access(old, F_OK) != 0 && access(new, F_OK) == 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(left) == ["t.csv", ".t.csv.ptrain-cache", ".t.csv.ptrain-cache.3-4.partial"])
  }

  @Test("several at once end well, and one of their caches stays")
  func atOnce() async throws {
    let folder = try Self.folder(), plain = try Self.load(folder, cache: "off")
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<6 { group.addTask { try Self.load(folder).isSame(as: plain) } }
      for try await isSame in group { #expect(isSame) }
    }
    #expect(try Self.load(folder).isFromCache)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }

  @Test("a cache that is mapped stays what it is when another takes its place")
  func replaced() throws {
    let folder = try Self.folder()
    _ = try Self.load(folder)
    let file = try CacheFile(Self.path(folder)), rows = try #require(file.mapped(.training)), before = Array(rows.bytes)
    try folder.write(Self.table.replacingOccurrences(of: "green", with: "brown"), to: "t.csv")
    #expect(try Self.load(folder).isKept)
    try rows.requireUnchanged()
    #expect(Array(rows.bytes) == before)
    // The negative control: what is written into the file itself shows, and the sentence names the key of caches.
    let other = try CacheFile(Self.path(folder)), own = try #require(other.mapped(.training))
    let descriptor = open(Self.path(folder), O_WRONLY)
    #expect(pwrite(descriptor, "x", 1, 5000) == 1)
    close(descriptor)
    let error = #expect(throws: DataError.self) { try own.requireUnchanged() }
    #expect(error?.sentence.hasSuffix("or with data.cache \"off\"") == true, "\(error?.sentence ?? "")")
  }

  // MARK: - Rows that take much memory

  @Test("rows that take much memory go through a file, and are the same")
  func throughFile() throws {
    let folder = try Self.folder(), plain = try Self.load(folder, cache: "off")
    let text = try ConfigValue.parse(
      Data(Self.config.replacingOccurrences(of: "CACHE", with: "on").utf8), file: "config.json")
    let section = try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
      try DataSection(from: fields)
    }.0
    var context = DataContext(baseDirectory: folder.path)
    context.cacheKey = "k"
    let caching = DataCaching(memory: 0)
    let data = try caching.read(section, in: context, targets: .classes, seed: 5)
    #expect(data.preparation == nil && data.rows != nil && data.fingerprint == plain.fingerprint)
    #expect(caching.notes.contains { $0.contains("takes much memory, so that its rows stay in ") })
    let next = try Self.load(folder)
    #expect(next.isFromCache && next.isSame(as: plain))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }
}
