internal import Platform
internal import Specs
internal import Training

/// Who started this process, as its environment tells.
struct Launcher {
  /// A launcher that gives its processes a number and a count, and does not know Open MPI.
  private struct Foreign {
    var name: String
    var size: String
    var rank: String
    /// A variable that must be there too, where the others have names that anybody may use.
    var alsoSet: String?
  }

  private static let foreign = [
    Foreign(name: "srun", size: "SLURM_STEP_NUM_TASKS", rank: "SLURM_PROCID"),
    Foreign(name: "torchrun", size: "WORLD_SIZE", rank: "RANK", alsoSet: "LOCAL_RANK"),
    Foreign(name: "horovodrun", size: "HOROVOD_SIZE", rank: "HOROVOD_RANK"),
    Foreign(name: "MPICH's or Intel MPI's mpiexec", size: "PMI_SIZE", rank: "PMI_RANK"),
    Foreign(name: "MVAPICH's mpirun", size: "MV2_COMM_WORLD_SIZE", rank: "MV2_COMM_WORLD_RANK"),
    Foreign(name: "jsrun", size: "JSM_NAMESPACE_SIZE", rank: "JSM_NAMESPACE_RANK"),
    Foreign(name: "flux", size: "FLUX_JOB_SIZE", rank: "FLUX_TASK_RANK"),
  ]

  let environment: ProcessEnvironment

  init(_ environment: ProcessEnvironment) { self.environment = environment }

  /// Whether MPI has others to look for: `mpirun`, or `srun` with PMI, has left its address.
  ///
  /// Without one, starting MPI would take a third of a second and open ports for a daemon that has nobody to talk to.
  var knowsMPI: Bool {
    ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMIX_NAMESPACE", "PMI_RANK", "PMI_FD", "PMI_PORT"].contains {
      environment[$0] != nil
    }
  }

  /// Whether this is the first of the processes that were started together.
  var isFirst: Bool {
    let known = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK"] + Self.foreign.filter(isThere).map(\.rank)
    return known.lazy.compactMap { environment[$0] }.first.map { $0 == "0" } ?? true
  }

  /// A file that only one of the processes of this node can make, in the directory that the launcher keeps for the job
  /// on each node; nil where it keeps none.
  var startMark: String? {
    guard let directory = environment["PMIX_SERVER_TMPDIR"], !directory.isEmpty else { return nil }
    return "\(directory)/ptrain-start-\(environment["PMIX_NAMESPACE"] ?? "")"
  }

  /// Whether this is the first of its node's.
  var isFirstOfNode: Bool {
    let known = ["OMPI_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID"]
    return known.lazy.compactMap { environment[$0] }.first.map { $0 == "0" } ?? isFirst
  }

  /// Whether all are on this node; false where that is not known.
  var isOnlyNode: Bool {
    if let size = environment["OMPI_COMM_WORLD_SIZE"] { return environment["OMPI_COMM_WORLD_LOCAL_SIZE"] == size }
    return environment["SLURM_STEP_NUM_NODES"] == "1"
  }

  private func isThere(_ launcher: Foreign) -> Bool {
    environment[launcher.size] != nil && launcher.alsoSet.map { environment[$0] != nil } ?? true
  }

  /// Refuses processes that do not know each other: each would train alone, and all would write the same files.
  ///
  /// - Parameter size: the ranks that MPI knows.
  func refuseStrangers(size: Int) throws {
    if let text = environment["OMPI_COMM_WORLD_SIZE"], let tasks = Int(text), tasks != size {
      throw RunError(
        .usage,
        "OMPI_COMM_WORLD_SIZE says \(tasks) tasks but MPI knows \(size); start with the mpirun of the MPI that ptrain is linked to"
      )
    }
    guard !environment.isUnderMPIRun, size == 1 else { return }
    for launcher in Self.foreign where isThere(launcher) {
      guard let tasks = environment.number(launcher.size), tasks > 1 else { continue }
      let way = launcher.name == "srun" ? "srun --mpi=pmix or with mpirun" : "mpirun -n \(tasks) ptrain ..."
      throw RunError(
        .usage, "\(launcher.name) started \(tasks) tasks (\(launcher.size)) but MPI knows 1; start with \(way)")
    }
  }
}
