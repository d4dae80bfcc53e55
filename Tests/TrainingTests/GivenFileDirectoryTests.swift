import Testing

@testable import Training

@Suite struct GivenFileDirectoryTests {
  @Test(
    "paths in a config start from its directory; in one that comes through a pipe, from the current one",
    arguments: [
      ("config.json", "."), ("-", "."), ("runs/config.json", "runs"), ("/config.json", "/"), ("/a/b/c.json", "/a/b"),
      ("/dev/stdin", "."), ("/dev/fd/63", "."), ("/proc/self/fd/63", "."), ("/dev/shm/config.json", "/dev/shm"),
      ("/dev/shm/job/config.json", "/dev/shm/job"),
    ])
  func directory(path: String, directory: String) {
    #expect(GivenFile.directory(of: path) == directory)
  }
}
