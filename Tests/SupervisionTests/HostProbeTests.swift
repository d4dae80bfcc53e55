import Foundation
import TestSupport
import Testing

@testable import Supervision

@Suite struct HostProbeTests {
  /// An mpirun that fails the first so many times on each host, and then says that there are 3 cores.
  private func mpirun(failing times: Int, in folder: TemporaryFolder) throws -> String {
    try folder.write(
      """
      #!/bin/sh
      # mpirun -n 1 --host NAME:1 --bind-to none PROGRAM cores
      count=$(cat "\(folder.path)/$4" 2>/dev/null || echo 0)
      echo $((count + 1)) >"\(folder.path)/$4"
      [ "$count" -ge \(times) ] || exit 1
      echo 3
      """, to: "mpirun")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/mpirun")
    return folder.path + "/mpirun"
  }

  @Test("a host where mpirun fails now and then is asked again; one where it always fails has no answer")
  func again() throws {
    for (times, cores) in [(0, 3), (1, 3), (3, 3), (1000, nil)] {
      let folder = try TemporaryFolder()
      let probe = HostProbe(
        mpirun: try mpirun(failing: times, in: folder), program: "ptrain",
        environment: ["PATH": "/usr/bin:/bin"])
      let found = try probe.ask(["a", "b"]) {
        usleep(20_000)
        return true
      }
      #expect(found["a"] == cores && found["b"] == cores, "\(times)")
    }
  }
}
