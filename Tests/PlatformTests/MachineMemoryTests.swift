import Foundation
import Platform
import TestSupport
import Testing

/// What the system's files say of memory.
@Suite struct MachineMemoryTests {
  /// Control groups as files.
  private func groups(_ files: [String: String]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (name, text) in files {
      let path = folder.path + "/" + name
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try folder.write(text + "\n", to: name)
    }
    return folder
  }

  @Test("version 2: the tightest group on the way up counts, files that were read are free")
  func version2() throws {
    let folder = try groups([
      "job/memory.max": "1000000", "job/memory.current": "900000",
      "job/memory.stat": "anon 1\ninactive_file 200000\nactive_file 5",
      "job/step/memory.max": "max", "job/step/memory.current": "800000", "memory.max": "8000000",
      "memory.current": "7900000",
    ])
    let found = ControlGroup(root: folder.path, membership: "0::/job/step\n")
    #expect(found.limit == 1_000_000)
    #expect(found.available == 100_000)
  }

  @Test("version 1, in a container that sees its own group at the top")
  func version1() throws {
    let folder = try groups([
      "memory/memory.limit_in_bytes": "5000", "memory/memory.usage_in_bytes": "6000",
      "memory/memory.stat": "total_inactive_file 1500\ntotal_active_file 500",
    ])
    let found = ControlGroup(root: folder.path, membership: "8:cpu:/x\n4:cpuacct,memory:/docker/abc\n0::/\n")
    #expect(found.limit == 5000)
    #expect(found.available == 1000)
  }

  @Test("no limit, no groups, and damaged text are no limit", arguments: ["0::/a", "4:memory:/a", "", "x", "0::"])
  func none(membership: String) throws {
    let folder = try groups([
      "a/memory.max": "max", "memory/a/memory.limit_in_bytes": "9223372036854771712", "memory.max": "many",
    ])
    let found = ControlGroup(root: folder.path, membership: membership)
    #expect(found.limit == nil && found.available == nil)
  }

  @Test("what the kernel calls available, and swap")
  func meminfo() {
    let text = "MemTotal:       100 kB\nMemFree:   1 kB\nMemAvailable:   50 kB\nSwapTotal: 9 kB\nSwapFree:   7 kB\n"
    #expect(MachineMemory.available(meminfo: text) == 57 * 1024)
    #expect(MachineMemory.available(meminfo: "MemTotal: 1 kB\n") == nil)
    #expect(MachineMemory.available > 0 && MachineMemory.byteCount > 0)
  }

  @Test(
    "bytes are said in the largest unit of which there is one",
    arguments: [
      (1.0, "1 kB"), (870e3, "870 kB"), (999_001.0, "1.0 MB"),
      (26.46e6, "26.5 MB"), (999.94e6, "999.9 MB"),
      (999.96e6, "1.0 GB"),
      (1773.9e6, "1.77 GB"), (9.994e9, "9.99 GB"), (25.3e9, "25.3 GB"), (1e300, "more than 1,000,000 GB"),
    ])
  func words(bytes: Double, words: String) { #expect(MachineMemory.words(bytes) == words) }
}
