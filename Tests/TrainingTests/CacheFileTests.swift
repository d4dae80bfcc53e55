import Collectives
import Datasets
import Foundation
import Glibc
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// A cache that is not sure to be of the text is never believed, and leaves alone what is not its own.
@Suite struct CacheFileTests {
  @Test("a damaged cache is never believed, wherever it is damaged")
  func damaged() throws {
    let folder = try KeptTable.folder(), made = try KeptTable.load(folder), whole = try KeptTable.bytes(folder)
    let first = 4096, last = whole.count - 1
    let header = Array(stride(from: 0, to: 256, by: 9)),
      rest = stride(from: first, through: last, by: (last - first) / 40)
    for place in header + Array(rest) {
      var bytes = whole
      bytes[place] ^= 0x10
      try KeptTable.replace(folder, with: bytes)
      let next = try KeptTable.load(folder)
      #expect(next.isSame(as: made), "byte \(place)")
      // Between rows and what follows there may be nothing to damage.
      #expect(next.isFromCache != next.isKept, "byte \(place): \(next.notes)")
    }
    for count in [0, 1, 100, 255, 256, 4095, 4096, 5000, last] {
      try KeptTable.replace(folder, with: Array(whole.prefix(count)))
      let next = try KeptTable.load(folder)
      #expect(next.isSame(as: made) && next.isKept, "\(count) bytes")
    }
    try KeptTable.replace(folder, with: whole + [0])
    #expect(try KeptTable.load(folder).isKept)
    // The negative control: a copy that is not damaged is taken.
    try KeptTable.replace(folder, with: whole)
    #expect(try KeptTable.load(folder).isFromCache)
    var bytes = whole
    bytes[4096 + 3] ^= 1
    try KeptTable.replace(folder, with: bytes)
    let next = try KeptTable.load(folder)
    #expect(
      next.notes.contains {
        $0.contains(
          ".t.csv.ptrain-cache is damaged (its rows are not those that were written) and is not used: the text is read")
      }, "\(next.notes)")
  }

  @Test("sizes that cannot be are refused before anything is allocated")
  func forged() throws {
    let folder = try KeptTable.folder(), made = try KeptTable.load(folder), whole = try KeptTable.bytes(folder)
    for index in 6..<18 {
      for value in [UInt64.max, 1 << 63, 1 << 62, 1 << 40, 0, 4095] {
        var bytes = whole
        withUnsafeBytes(of: value) { bytes.replaceSubrange(8 * index..<8 * index + 8, with: $0) }
        try KeptTable.seal(&bytes, from: 0, count: 31 * 8)
        try KeptTable.replace(folder, with: bytes)
        do throws(CacheFault) {
          let file = try CacheFile(KeptTable.path(folder))
          #expect(index == 8 || index == 11, "word \(index), \(value): \(file.byteCount)")
        } catch {
          #expect(error != .absent)
        }
      }
    }
    #expect(try KeptTable.load(folder).isSame(as: made))
  }

  @Test("another version is made anew without a word")
  func version() throws {
    let folder = try KeptTable.folder(), made = try KeptTable.load(folder)
    for index in [1, 2] {
      var bytes = try KeptTable.bytes(folder)
      bytes[8 * index] += 1
      try KeptTable.seal(&bytes, from: 0, count: 31 * 8)
      try KeptTable.replace(folder, with: bytes)
      let next = try KeptTable.load(folder)
      #expect(next.isSame(as: made) && next.isKept && next.notes.allSatisfy { !$0.contains("not used") })
    }
  }

  @Test("where no cache can be made the data are read, with a note")
  func noPlace() throws {
    let folder = try KeptTable.folder()
    let config = KeptTable.config.replacingOccurrences(
      of: #""cache": "#, with: #""cache_directory": "t.csv/no", "cache": "#)
    let plain = try KeptTable.load(folder, cache: "off"), next = try KeptTable.load(folder, config: config)
    #expect(next.isSame(as: plain) && !next.isKept)
    #expect(
      next.notes.contains {
        $0.contains("t.csv: no cache is made at ")
          && $0.contains(" (Not a directory); remove the file that is where a directory should be or ")
          && $0.hasSuffix("choose another place with data.cache_directory, or set data.cache to \"off\"")
      }, "\(next.notes)")
    // A directory that is not there is made.
    let made = try KeptTable.load(folder, config: config.replacingOccurrences(of: "t.csv/no", with: "a/b"))
    #expect(made.isKept && made.isSame(as: plain))
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/a/b")
    #expect(found.count == 1 && found[0].hasPrefix("t.csv.") && found[0].hasSuffix(".ptrain-cache"))
  }

  @Test("links and directories of its name are not followed")
  func links() throws {
    let folder = try KeptTable.folder(), plain = try KeptTable.load(folder, cache: "off")
    try folder.write("mine", to: "other")
    #expect(symlink(folder.path + "/other", KeptTable.path(folder)) == 0)
    let made = try KeptTable.load(folder)
    #expect(made.isSame(as: plain) && made.isKept)
    #expect(try String(contentsOfFile: folder.path + "/other", encoding: .utf8) == "mine")
    #expect(unlink(KeptTable.path(folder)) == 0 && mkdir(KeptTable.path(folder), 0o777) == 0)
    let next = try KeptTable.load(folder)
    #expect(next.isSame(as: plain) && !next.isKept && next.notes.contains { $0.contains("no cache is made") })
  }

  @Test("what a killed process has left is removed, what another one makes is not")
  func leftovers() throws {
    let folder = try KeptTable.folder()
    let old = try folder.write("x", to: ".t.csv.ptrain-cache.1-2.partial")
    let new = try folder.write("x", to: ".t.csv.ptrain-cache.3-4.partial")
    let file = open(old, O_WRONLY)
    FileTimes.set(modified: 1_000_000_000_000_000_000, of: file)
    close(file)
    #expect(try KeptTable.load(folder).isKept)
    #expect(access(old, F_OK) != 0 && access(new, F_OK) == 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(left) == ["t.csv", ".t.csv.ptrain-cache", ".t.csv.ptrain-cache.3-4.partial"])
  }

  @Test("several at once end well, and one of their caches stays")
  func atOnce() async throws {
    let folder = try KeptTable.folder(), plain = try KeptTable.load(folder, cache: "off")
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<6 { group.addTask { try KeptTable.load(folder).isSame(as: plain) } }
      for try await isSame in group { #expect(isSame) }
    }
    #expect(try KeptTable.load(folder).isFromCache)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }

  @Test("a cache that is mapped stays what it is when another takes its place")
  func replaced() throws {
    let folder = try KeptTable.folder()
    _ = try KeptTable.load(folder)
    let file = try CacheFile(KeptTable.path(folder)), rows = try #require(file.mapped(.training)),
      before = Array(rows.bytes)
    try folder.write(KeptTable.table.replacingOccurrences(of: "green", with: "brown"), to: "t.csv")
    #expect(try KeptTable.load(folder).isKept)
    try rows.requireUnchanged()
    #expect(Array(rows.bytes) == before)
    // The negative control: what is written into the file itself shows, and the sentence names the key of caches.
    let other = try CacheFile(KeptTable.path(folder)), own = try #require(other.mapped(.training))
    let descriptor = open(KeptTable.path(folder), O_WRONLY)
    #expect(pwrite(descriptor, "x", 1, 5000) == 1)
    close(descriptor)
    let error = #expect(throws: DataError.self) { try own.requireUnchanged() }
    #expect(error?.sentence.hasSuffix("or with data.cache \"off\"") == true, "\(error?.sentence ?? "")")
  }

  // MARK: - Rows that take much memory

  @Test("rows that take much memory go through a file, and are the same")
  func throughFile() throws {
    let folder = try KeptTable.folder(), plain = try KeptTable.load(folder, cache: "off")
    let text = try ConfigValue.parse(
      Data(KeptTable.config.replacingOccurrences(of: "CACHE", with: "on").utf8), file: "config.json")
    let section = try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
      try DataSection(from: fields)
    }.0
    var context = DataContext(baseDirectory: folder.path)
    context.cacheKey = "k"
    let caching = DataCaching(memory: 0)
    let data = try caching.read(section, in: context, targets: .classes, seed: 5)
    #expect(data.preparation == nil && data.rows != nil && data.fingerprint == plain.fingerprint)
    #expect(caching.notes.contains { $0.contains("takes much memory, so that its rows stay in ") })
    let next = try KeptTable.load(folder)
    #expect(next.isFromCache && next.isSame(as: plain))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }
}
