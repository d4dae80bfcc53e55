import Foundation
import TestSupport
import Testing

/// MPI that does not start ends the ranks inside `MPI_Init`, past everything that a program can say: one rank says so
/// all the same, in exactly one line.
@Suite(.serialized) struct MPIStartTests {
  static let gone =
    "ptrain: MPI could not be started; the lines of Open MPI beside this one say why; try mpirun -n 1 hostname, then ptrain doctor"
  static let ended =
    "ptrain: ended by SIGTERM while MPI was starting; where nobody asked for that, the lines of Open MPI beside this one say why; "
    + "try mpirun -n 1 hostname, then ptrain doctor"

  /// A start that fails: a row of the table.
  struct Failure: Sendable, CustomTestStringConvertible {
    var name: String
    /// Options of mpirun.
    var options: [String] = []
    /// What each rank does first, in a shell that then becomes ptrain.
    var before = ""
    var ranks = [1, 2]
    /// Lines of which one must be there.
    var says = [MPIStartTests.gone]
    var code: Int32 = 69
    var testDescription: String { name }
  }

  static let failures: [Failure] = [
    Failure(name: "no pml", options: ["--mca", "pml", "nonexistent"]),
    Failure(name: "no btl", options: ["--mca", "btl", "nonexistent"]),
    Failure(name: "no collectives", options: ["--mca", "coll", "nonexistent"]),
    Failure(name: "ranks that do not reach each other", options: ["--mca", "btl", "self"], ranks: [2]),
    Failure(
      name: "no network interface", options: ["--mca", "btl", "tcp,self", "--mca", "btl_tcp_if_include", "none0"],
      ranks: [2]),
    // Before the runtime is there, Open MPI ends the process without telling mpirun.
    Failure(name: "no pmix", before: "export OMPI_MCA_pmix=nonexistent"),
    Failure(name: "no shared memory", before: "export OMPI_MCA_shmem=nonexistent"),
    // There is no place for a mark: the first rank speaks, whether it fails or is ended.
    Failure(
      name: "no session", options: ["--mca", "pml", "nonexistent"], before: "export PMIX_SERVER_TMPDIR=/nonexistent",
      says: [gone, ended]),
    Failure(
      name: "no session, and one rank fails",
      before: "export PMIX_SERVER_TMPDIR=; test $OMPI_COMM_WORLD_RANK = 0 || export OMPI_MCA_pml=nonexistent",
      ranks: [2], says: [gone, ended]),
  ]

  /// Each is tried four times: before the failing rank itself spoke, two starts of these in ten had no line.
  @Test("exactly one line", arguments: failures)
  func line(_ row: Failure) throws {
    let folder = try TemporaryFolder()
    for ranks in row.ranks {
      for _ in 0..<4 {
        let outcome = try Command.run(
          ["mpirun", "-n", "\(ranks)", "--bind-to", "none"] + row.options + [
            "sh", "-c", (row.before.isEmpty ? "" : row.before + "; ") + #"exec "$0" "$@""#, Command.ptrain,
            "configs/digits.json", "--quiet", "--output", folder.path + "/run",
          ], seconds: 300)
        #expect(outcome.status == row.code, "\(ranks) ranks: \(outcome.errors)")
        #expect(
          outcome.complaints.count == 1 && row.says.contains(outcome.complaints[0]),
          "\(ranks) ranks: \(outcome.errors)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/run/summary.json"))
  }

  @Test("commands that do not train say it too", arguments: ["evaluate", "bench"])
  func command(_ name: String) throws {
    for _ in 0..<3 {
      let outcome = try Command.run(
        [
          "mpirun", "-n", "2", "--bind-to", "none", "--mca", "pml", "nonexistent", Command.ptrain, name,
          "configs/digits.json",
        ])
      #expect(outcome.status == 69 && outcome.complaints == [Self.gone], "\(outcome.errors)")
    }
  }

  /// A rank's end inside `MPI_Init` that is nobody's to see but the kernel's, and a level of threads that is too low: a
  /// row of the table.
  struct Death: Sendable, CustomTestStringConvertible {
    var what: String
    var rank: Int?
    var ranks: Int
    var says: String
    var code: Int32?
    var testDescription: String { "\(what) of rank \(rank.map(String.init) ?? "any") of \(ranks)" }
  }

  static let deaths: [Death] =
    ["kill", "fault"].flatMap { what in
      [Death(what: what, ranks: 1, says: gone)]
        + [0, 1].map { Death(what: what, rank: $0, ranks: 2, says: gone) }
    } + [
      Death(what: "exit", ranks: 1, says: gone, code: 69), Death(what: "exit", rank: 1, ranks: 2, says: gone, code: 69),
    ]
    + [1, 2].map { Death(what: "level", ranks: $0, says: "lets only one thread ever call it (level 0)", code: 69) }

  @Test("a rank that dies in MPI_Init", arguments: deaths)
  func death(_ row: Death) throws {
    let folder = try TemporaryFolder(), library = folder.path + "/init.so"
    let made = try Command.run([
      "clang", "-O2", "-shared", "-fPIC", "-o", library, Command.root + "/Tests/EndToEndTests/Allocations/init.c",
    ])
    #expect(made.status == 0, "\(made.errors)")
    var lines = 0
    for _ in 0..<6 {
      let outcome = try Command.run(
        ["mpirun", "-n", "\(row.ranks)", "--bind-to", "none", "env", "LD_PRELOAD=\(library)", "INIT=\(row.what)"]
          + (row.rank.map { ["INIT_RANK=\($0)"] } ?? []) + [
            Command.ptrain, "configs/digits.json", "--quiet", "--output", folder.path + "/run",
          ], seconds: 300)
      #expect(row.code.map { $0 == outcome.status } ?? (outcome.status != 0 && outcome.status != 124))
      #expect(outcome.complaints.allSatisfy { $0.contains(row.says) }, "\(outcome.errors)")
      // Who was killed cannot keep mpirun from going before the line is there: none of 48 starts here.
      #expect(outcome.complaints.count == 1 || row.code == nil && outcome.complaints.isEmpty, "\(outcome.errors)")
      lines += outcome.complaints.count
    }
    #expect(lines >= 4)
  }

  @Test("mpirun's session goes with the mark in it")
  func session() throws {
    let folder = try TemporaryFolder()
    let outcome = try Command.run(
      ["mpirun", "-n", "2", "--bind-to", "none", "--mca", "pml", "nonexistent", Command.ptrain, "configs/digits.json"],
      environment: ["TMPDIR": folder.path])
    #expect(outcome.status == 69, "\(outcome.errors)")
    let left = FileManager.default.subpaths(atPath: folder.path) ?? []
    #expect(!left.contains { $0.contains("ptrain-start") }, "\(left)")
  }

  @Test("negative control: an abort after the start keeps its own code, and is not said to be one of the start")
  func later() throws {
    let folder = try TemporaryFolder()
    try folder.write("{", to: "config.json")
    let outcome = try Command.ptrain([folder.path + "/config.json"], ranks: 2)
    #expect(outcome.status == 78 && outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(!outcome.errors.contains("could not be started"), "\(outcome.errors)")
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
