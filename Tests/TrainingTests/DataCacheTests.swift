import Collectives
import Datasets
import Foundation
import Glibc
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// Rows that were kept are those of the text, bit for bit, and none are taken that text or config has left behind.
@Suite struct DataCacheTests {
  // MARK: - The same data

  @Test("with a cache and without, on one rank and two: the same data, and the second start reads no text")
  func same() throws {
    let folder = try KeptTable.folder(), plain = try KeptTable.load(folder, cache: "off")
    #expect(!plain.isMapped && plain.notes.allSatisfy { !$0.contains("cache") })
    let made = try KeptTable.load(folder)
    #expect(made.isSame(as: plain) && made.isKept && !made.isFromCache, "\(made.notes)")
    for ranks in [1, 2] {
      let taken = try KeptTable.load(folder, ranks: ranks)
      #expect(taken.isSame(as: plain) && taken.isFromCache && !taken.isKept && taken.isMapped, "\(taken.notes)")
      // What was said of the rows is said again.
      #expect(Set(plain.notes).isSubset(of: taken.notes))
    }
    // Text that is short is read: nothing is gained.
    let short = try KeptTable.load(folder, cache: "auto")
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
      let plain = try KeptTable.load(folder, cache: "off", config: config)
      let made = try KeptTable.load(folder, config: config), taken = try KeptTable.load(folder, config: config)
      #expect(made.isKept && taken.isFromCache && made.isSame(as: plain) && taken.isSame(as: plain))
    }
    // One file more fits the pattern.
    let config = #"{"train": {"format": "csv", "path": "p*.csv", "targets": "y"}, "cache": "CACHE"}"#
    #expect(try KeptTable.load(folder, config: config, key: "pattern").isKept)
    try folder.write("a,y\n9,0\n", to: "p3.csv")
    let more = try KeptTable.load(folder, config: config, key: "pattern")
    #expect(more.isKept && !more.isFromCache)
    #expect(try more.isSame(as: KeptTable.load(folder, cache: "off", config: config)))
    // What is no text has no cache.
    let other = #"{"train": {"format": "synthetic", "features": 2, "examples": 9}, "cache": "CACHE"}"#
    #expect(try !KeptTable.load(folder, config: other).isKept)
  }

  @Test("figures of columns are kept where somebody has asked for them")
  func profile() throws {
    let folder = try KeptTable.folder()
    #expect(try KeptTable.load(folder).isKept)
    #expect(try KeptTable.load(folder, isProfiled: true).isKept)
    #expect(try KeptTable.load(folder, isProfiled: true).isFromCache)
    #expect(try KeptTable.load(folder).isFromCache)
  }

  // MARK: - The text

  /// Ways to change the text; whether its rows are the same afterwards.
  static let changes: [(name: String, isSame: Bool, make: @Sendable (TemporaryFolder) throws -> Void)] = [
    (
      "a byte, and the time set back", false,
      { folder in
        let path = folder.path + "/t.csv", before = try KeptTable.identity(path)
        let file = open(path, O_WRONLY)
        #expect(pwrite(file, "7", 1, off_t(before.byteCount - 4)) == 1)
        FileTimes.set(modified: before.modified, of: file)
        close(file)
        let after = try KeptTable.identity(path)
        #expect(after.modified == before.modified && after.changed != before.changed)
      }
    ),
    (
      "another file of the same size under its name", false,
      { folder in
        try folder.write(KeptTable.table.replacingOccurrences(of: "green", with: "brown"), to: "u.csv")
        #expect(rename(folder.path + "/u.csv", folder.path + "/t.csv") == 0)
      }
    ),
    ("one row more", false, { try $0.write(KeptTable.table + "99,1,red,2,1,0\n", to: "t.csv") }),
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
        try folder.write(KeptTable.table, to: "u.csv")
        #expect(rename(folder.path + "/u.csv", folder.path + "/t.csv") == 0)
      }
    ),
  ]

  @Test("the text decides: whatever was done to it, nothing stale is read", arguments: changes.indices)
  func changed(_ index: Int) throws {
    let change = Self.changes[index], folder = try KeptTable.folder(), made = try KeptTable.load(folder)
    usleep(20_000)
    try change.make(folder)
    let plain = try KeptTable.load(folder, cache: "off"), next = try KeptTable.load(folder)
    #expect(next.isSame(as: plain) && plain.isSame(as: made) == change.isSame, "\(change.name)")
    #expect(next.isFromCache == change.isSame && next.isKept != change.isSame, "\(change.name): \(next.notes)")
    #expect(try KeptTable.load(folder).isFromCache)
  }

  @Test("times are believed once a file has rested; what is said of it is renewed")
  func rest() throws {
    let folder = try KeptTable.folder()
    #expect(try KeptTable.load(folder).isKept)
    usleep(2_100_000)
    // Its content has decided, and is noted with its times.
    #expect(try KeptTable.load(folder).isFromCache)
    let before = try KeptTable.bytes(folder)
    #expect(try KeptTable.load(folder).isFromCache)
    #expect(try KeptTable.bytes(folder) == before)
    // The negative control: a hash that is none is not looked at any more, so that the cache is still taken.
    var forged = before
    let sources = try Int(KeptTable.word(9, of: before))
    let hash = sources + 5 * 8
    for place in hash..<hash + 8 { forged[place] ^= 0x55 }
    try KeptTable.seal(&forged, from: sources, count: Int(KeptTable.word(10, of: before)) - 8)
    try KeptTable.replace(folder, with: forged)
    #expect(try KeptTable.load(folder).isFromCache)
  }

  @Test("a text that changes while it is read has no cache")
  func changedMeanwhile() throws {
    let folder = try KeptTable.folder(), path = folder.path + "/t.csv"
    let text = try ConfigValue.parse(
      Data(KeptTable.config.replacingOccurrences(of: "CACHE", with: "on").utf8), file: "config.json")
    let section = try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
      try DataSection(from: fields)
    }.0
    for changeAt in 1...3 {
      try folder.write(KeptTable.table, to: "t.csv")
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
    #expect(access(KeptTable.path(folder), F_OK) != 0)
  }

  // MARK: - The config

  @Test("what the rows depend on is in the key")
  func keys() throws {
    let folder = try KeptTable.folder()
    #expect(try KeptTable.load(folder).isKept)
    #expect(try KeptTable.load(folder, key: "other").isKept)
    #expect(try KeptTable.load(folder, key: "other").isFromCache)

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
    let folder = try KeptTable.folder()
    if isMade { #expect(try KeptTable.load(folder).isKept) }
    let before = try isMade ? KeptTable.bytes(folder) : []
    var section = try KeptTable.section()
    section.folds = .rows
    var context = DataContext(baseDirectory: folder.path)
    context.cacheKey = "k"
    let data = try LoadedData(
      section, targets: .classes, context: context, seed: 5, environment: .ofThisProcess(), cluster: SoloCluster())
    #expect(data.description.count(of: .train) == 57 && data.description.count(of: .validation) == 0)
    #expect(data.notes.allSatisfy { !$0.contains("cache") })
    if isMade {
      #expect(try KeptTable.bytes(folder) == before)
    } else {
      #expect(access(KeptTable.path(folder), F_OK) != 0)
    }
    // The negative control: a training has its own rows, and its cache.
    let next = try KeptTable.load(folder)
    let plain = try KeptTable.load(folder, cache: "off")
    #expect(next.isFromCache == isMade && next.isSame(as: plain))
  }
}
