package import Platform
internal import Specs

/// What `ptrain doctor` found out, and what it says about it.
package struct DoctorReport: Sendable {
  /// Name and version.
  package var program = ""
  package var build: BuildFacts?
  package var host = ""
  package var cpu = ""
  package var onlineCores = 1
  package var maskCores = 1
  /// Cores that any rank of the node may use.
  package var nodeCores = 1
  package var instructionSet = ""
  /// How the dense products are cut, and why so.
  package var tiling = ""
  package var mpi = ""
  package var ranks = 1
  package var ranksOnNode = 1
  /// The version of oneDNN, which `bench --kernels` compares with; nil: there is none, and nobody needs it.
  package var oneDNN: String?
  package var environment: ProcessEnvironment = [:]
  package var hasMpirun = true

  package init() {}

  /// The batch system, as its environment variables tell.
  var batchSystem: String {
    if let job = environment["SLURM_JOB_ID"] { return "Slurm, job \(job), \(environment["SLURM_NTASKS"] ?? "?") tasks" }
    if let job = environment["PBS_JOBID"] { return "PBS, job \(job)" }
    if let job = environment["LSB_JOBID"] { return "LSF, job \(job)" }
    return "none"
  }

  /// What is wrong, each with what mends it.
  package var findings: [String] {
    var findings: [String] = []
    if !hasMpirun { findings.append("mpirun is not on the PATH; install it with: apt-get install openmpi-bin") }
    if nodeCores < onlineCores {
      let mend =
        !environment.isUnderMPIRun
        ? "it was started by taskset, numactl or a container that holds it there"
        : "use all with: mpirun -n \(ranks) --bind-to none ptrain ..., or give each rank PE cores: mpirun -n \(ranks) --map-by slot:PE=\(max(1, onlineCores / max(1, ranksOnNode))) ptrain ..., as ptrain launch -n \(ranks) does by itself"
      findings.append("the ranks of this node may use \(nodeCores) of \(onlineCores) cores; \(mend)")
    }
    if ranksOnNode > onlineCores {
      findings.append(
        "\(ranksOnNode) ranks share \(onlineCores) cores and wait for each other; start \(onlineCores) or fewer: mpirun -n \(onlineCores) ptrain ..."
      )
    }
    if instructionSet == "portable" {
      findings.append("this CPU offers neither AVX2 nor AVX-512; training is many times slower than on one that does")
    }
    if let tasks = environment.number("SLURM_STEP_NUM_TASKS"), tasks > 1, ranks == 1 {
      findings.append("srun started \(tasks) tasks that do not know each other; start with: srun --mpi=pmix ptrain ...")
    }
    return findings
  }

  /// What every build is tried on (`scripts/test`): all that is known of other CPUs.
  private static let tried = "trainings on x86-64, with AVX-512, AVX2 and SSE; of aarch64 the kernels alone, emulated"

  package var text: String {
    let built = [build.map { $0.commit.map { "commit \($0)" } ?? "commit not known" }, build?.compiler]
    var lines = [
      "program        \(([program] + built.compactMap { $0 }).joined(separator: ", "))",
      "machine        \(host), \(cpu), \(onlineCores) cores",
      "instructions   \(instructionSet)",
      "bits           the same on every rank, thread and CPU; tried: \(Self.tried)",
      "tiling         \(tiling)",
      "MPI            \(mpi), \(ranks.counted("rank")), \(ranksOnNode) on this node",
      "binding        rank 0 may use \(maskCores) of \(onlineCores) cores",
      "batch system   \(batchSystem)",
      "libraries      oneDNN \(oneDNN ?? "none (only bench --kernels would compare with it)")",
    ]
    lines += findings.isEmpty ? ["all is well"] : findings.map { "problem        \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }
}
