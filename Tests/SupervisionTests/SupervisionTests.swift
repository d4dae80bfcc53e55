import Foundation
import Glibc
import TestSupport
import Testing

@testable import Supervision

/// What the supervisor notices, and what it clears away.
@Suite struct SupervisionTests {
  @Test("who is stopped is said once, and given up after the limit; who goes on starts anew")
  func stopped() {
    var watch = StoppedWatch(limit: 10)
    #expect(watch.look(nil, now: 0) == .fine)
    #expect(watch.look("it", now: 1) == .stopped("it"))
    #expect(watch.look("it", now: 11) == .fine)
    #expect(watch.look(nil, now: 12) == .fine)
    #expect(watch.look("it", now: 13) == .stopped("it"))
    #expect(watch.look("it", now: 23.5) == .over("it"))
    var patient = StoppedWatch(limit: 0)
    _ = patient.look("it", now: 0)
    #expect(patient.look("it", now: 1e9) == .fine)
  }

  @Test("the session and the memory of one mpirun are removed, those of others are not")
  func leftovers() throws {
    let folder = try TemporaryFolder(), files = FileManager.default
    let own = folder.path + "/ompi.host.\(geteuid())"
    for session in ["pid.100", "pid.200"] {
      try files.createDirectory(atPath: "\(own)/\(session)/0", withIntermediateDirectories: true)
      // 0x318b0000 and 0x2e100000.
      try folder.write(
        session == "pid.100" ? "831193088.0;tcp://192.0.2.2:1\n100\n" : "772800512.0;tcp://192.0.2.2:2\n200\n",
        to: "ompi.host.\(geteuid())/\(session)/contact.txt")
    }
    let shared = folder.path + "/shm"
    try files.createDirectory(atPath: shared, withIntermediateDirectories: true)
    let names = ["318b0001.0", "318b0002.11", "2e100001.0", "318b1", "x.y"]
    for name in names { try folder.write("", to: "shm/vader_segment.host.\(geteuid()).\(name)") }
    try folder.write("", to: "shm/vader_segment.host.\(geteuid() + 1).318b0001.1")
    try folder.write("", to: "shm/other")
    MPILeftovers(environment: ["TMPDIR": folder.path], shared: shared).remove(of: 100)
    #expect(!files.fileExists(atPath: own + "/pid.100") && files.fileExists(atPath: own + "/pid.200/contact.txt"))
    let left = try files.contentsOfDirectory(atPath: shared)
    #expect(left.count == names.count - 2 + 2, "\(left)")
    #expect(!left.contains { $0.contains(".318b0001.0") || $0.contains("318b0002") })
  }
}
