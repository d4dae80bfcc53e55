import Foundation
import TestSupport
import Testing

/// What the environment says of launchers and batch systems, and what is made of it.
@Suite struct EnvironmentTests {
  private static let config = ["configs/breast_cancer.json", "--quiet", "--set", "training.epochs=1", "--output"]

  @Test(
    "processes that do not know each other are refused, by the first of them with one line",
    arguments: [
      ("torchrun", ["WORLD_SIZE": "4", "LOCAL_RANK": "0"], "RANK"),
      ("srun", ["SLURM_STEP_NUM_TASKS": "4"], "SLURM_PROCID"),
      ("horovodrun", ["HOROVOD_SIZE": "4"], "HOROVOD_RANK"),
      ("jsrun", ["JSM_NAMESPACE_SIZE": "4"], "JSM_NAMESPACE_RANK"),
      ("MVAPICH's mpirun", ["MV2_COMM_WORLD_SIZE": "4"], "MV2_COMM_WORLD_RANK"),
      ("flux", ["FLUX_JOB_SIZE": "4"], "FLUX_TASK_RANK"),
    ])
  func strangers(_ launcher: String, _ environment: [String: String], _ rank: String) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    for number in ["0", "3"] {
      for line in [Self.config + [run], ["bench", "configs/breast_cancer.json"]] {
        let outcome = try Command.ptrain(line, environment: environment.merging([rank: number]) { $1 })
        #expect(outcome.status == 64, "\(outcome.errors)")
        #expect(outcome.complaints.count == (number == "0" ? 1 : 0), "\(outcome.errors)")
        if number == "0" { #expect(outcome.errors.contains("\(launcher) started 4 tasks ("), "\(outcome.errors)") }
      }
    }
    #expect(!FileManager.default.fileExists(atPath: run))
  }

  @Test("negative control: one task, or a name that anybody may use, is no launcher")
  func noStrangers() throws {
    for environment in [
      ["WORLD_SIZE": "4", "RANK": "0"], ["SLURM_STEP_NUM_TASKS": "1"],
      ["WORLD_SIZE": "1", "RANK": "0", "LOCAL_RANK": "0"],
    ] {
      let folder = try TemporaryFolder()
      #expect(try Command.ptrain(Self.config + [folder.path + "/run"], environment: environment).status == 0)
    }
  }

  @Test(
    "a limit of a job that is over, or that is no time, is named and ignored", arguments: ["1700000000", "soon", ""],
    [0, 2])
  func staleLimit(_ value: String, _ ranks: Int) throws {
    let folder = try TemporaryFolder()
    let outcome = try Command.ptrain(
      Self.config + [folder.path + "/run"], ranks: ranks, environment: ["SLURM_JOB_END_TIME": value])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let warnings = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("warning: SLURM_JOB_END_TIME ") }
    #expect(warnings.count == 1, "\(outcome.errors)")
  }

  @Test(
    "--threads is a number that threads can be made of, for every command", arguments: ["0", "-1", "1000000000", "x"])
  func threads(_ count: String) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    #expect(try Command.ptrain(Self.config + [run]).status == 0)
    for command in [
      ["configs/breast_cancer.json", "--output", folder.path + "/other"], ["check", "configs/breast_cancer.json"],
      ["bench", "configs/breast_cancer.json"], ["evaluate", run], ["predict", run],
      ["launch", "-n", "1", "configs/breast_cancer.json", "--output", folder.path + "/other"],
    ] {
      let outcome = try Command.ptrain(command + ["--threads=\(count)"])
      #expect(outcome.status == 64, "\(command): \(outcome.errors)")
      #expect(outcome.complaints.count == 1 && outcome.errors.contains("--threads"), "\(command): \(outcome.errors)")
    }
  }

  @Test("threads that cannot be started, and memory that a limit does not leave, end with one line")
  func limits() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    func limited(_ kilobytes: Int, _ arguments: [String]) throws -> Command.Outcome {
      try Command.run(
        ["sh", "-c", #"ulimit -v "$1"; shift; exec "$@""#, "sh", "\(kilobytes)", Command.ptrain] + arguments + [
          "--output", run,
        ])
    }
    let threads = try limited(2_000_000, ["configs/breast_cancer.json", "--threads", "1000"])
    #expect(threads.status == 78 && threads.complaints.count == 1, "\(threads.errors)")
    #expect(threads.errors.contains("1000 threads cannot be started"), "\(threads.errors)")
    let layers =
      #"model.layers=[{"type":"dense","units":20000},{"type":"dense","units":2000},{"type":"dense","units":1}]"#
    let memory = try limited(1_000_000, ["configs/breast_cancer.json", "--threads", "1", "--set", layers])
    #expect(memory.status == 78 && memory.complaints.count == 1, "\(memory.errors)")
    #expect(memory.errors.contains("the limit on a process's memory (ulimit -v or -d) leaves"), "\(memory.errors)")
    // Negative control: with room for it the same limit is no hindrance.
    let fits = try limited(4_000_000, ["configs/breast_cancer.json", "--quiet", "--threads", "1"])
    #expect(fits.status == 0, "\(fits.errors)")
  }
}
