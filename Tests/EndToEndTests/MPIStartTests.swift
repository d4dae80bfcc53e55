import Foundation
import TestSupport
import Testing

/// MPI that does not start ends the ranks inside `MPI_Init`, past everything that a program can say: a line of ours says so all the same.
@Suite(.serialized) struct MPIStartTests {
  private static let texts = [
    "ptrain: MPI could not be started; the lines of Open MPI beside this one say why; try mpirun -n 1 hostname, then ptrain doctor",
    "ptrain: ended by SIGTERM while MPI was starting; where nobody asked for that, the lines of Open MPI beside this one say why; "
      + "try mpirun -n 1 hostname, then ptrain doctor",
  ]
  private static let failures = [
    ["--mca", "pml", "nonexistent"], ["--mca", "btl", "nonexistent"], ["--mca", "btl", "self"],
  ]

  /// mpirun may have gone before the line is written, when rank 0 itself was ended by Open MPI: one start in eight here.
  @Test("at most one line, and one within a few starts", arguments: failures)
  func line(_ failure: [String]) throws {
    let folder = try TemporaryFolder()
    let line = ["configs/digits.json", "--quiet", "--output", folder.path + "/run"]
    var lines: [String] = []
    for _ in 0..<20 where lines.isEmpty {
      let outcome = try Command.run(["mpirun", "-n", "2", "--bind-to", "none"] + failure + [Command.ptrain] + line)
      #expect(outcome.status != 0 && outcome.status != 124, "\(outcome.errors)")
      lines = outcome.complaints
      #expect(lines.count <= 1, "\(outcome.errors)")
    }
    #expect(lines.allSatisfy(Self.texts.contains), "\(lines)")
    #expect(!lines.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/run/summary.json"))
  }

  @Test("launch always says how mpirun ended")
  func launch() throws {
    let folder = try TemporaryFolder()
    let outcome = try Command.run(
      [
        Command.ptrain, "launch", "--ranks", "2", "configs/digits.json", "--quiet", "--output", folder.path + "/run",
      ],
      environment: ["OMPI_MCA_pml": "nonexistent"])
    #expect(outcome.status != 0 && outcome.status != 124)
    #expect(outcome.complaints.last?.contains("mpirun ended with code") == true, "\(outcome.errors)")
  }
}
