import Foundation
import TestSupport
import Testing

/// What `check` says a run will take, against the greatest memory that the run then had.
@Suite struct MemoryFigureTests {
  /// Runs a command and prints the kilobytes of the most memory it had.
  private static let measure =
    "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode; "
    + "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"

  private static func config(_ units: [Int], batch: Int, rest: String) -> String {
    let hidden = units.map { #"{"type": "dense", "units": \#($0), "activation": "relu"}"# }.joined(separator: ", ")
    return #"""
      {"data": {"train": {"format": "synthetic", "task": "classification", "examples": \#(2 * batch), "features": 20, "classes": 10}},
       "model": {"layers": [\#(hidden), {"type": "dense", "units": 10}]}, "loss": {"type": "categorical_cross_entropy"},
       "output": {"directory": "run"}, \#(rest.replacingOccurrences(of: "BATCH", with: "\(batch)"))}
      """#
  }

  /// Megabytes of the run at its peak, and those that `check` names.
  private static func figures(_ config: String) throws -> (found: Double, planned: Double) {
    let folder = try TemporaryFolder()
    let path = folder.path + "/config.json"
    try config.write(toFile: path, atomically: true, encoding: .utf8)
    let arguments = [path, "--threads", "2", "--output", folder.path + "/run"]
    let check = try Command.ptrain(["check"] + arguments)
    #expect(check.status == 0, "\(check.errors)")
    let line = try #require(check.output.split(separator: "\n").first { $0.hasPrefix("memory") })
    let words = line.split(separator: " ")
    let planned = try #require(Double(words[1])) * #require(["kB": 0.001, "MB": 1, "GB": 1000][words[2]])
    let run = try Command.run(["python3", "-c", measure, Command.ptrain] + arguments + ["--quiet"], seconds: 300)
    #expect(run.status == 0, "\(run.errors)")
    let kilobytes = try #require(Double(run.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    return (kilobytes * 1024 / 1e6, planned)
  }

  @Test("check names what a run takes, beyond what the smallest one does: within 3 % or 8 MB")
  func figures() throws {
    let sgd =
      #""optimizer": {"type": "sgd", "learning_rate": 0.01}, "training": {"epochs": 1, "global_batch_size": BATCH}"#
    let adam =
      #""optimizer": {"type": "adam", "learning_rate": 0.001}, "training": {"epochs": 1, "global_batch_size": BATCH}"#
    let average =
      #""optimizer": {"type": "adam", "learning_rate": 0.001}, "training": {"epochs": 1, "global_batch_size": BATCH, "ema": {"decay": 0.9}}"#
    let least = try Self.figures(Self.config([4], batch: 16, rest: sgd))
    for (units, batch, rest) in [
      ([1000, 1000], 64, sgd), ([500, 500], 8192, sgd), ([2500, 2500], 128, adam), ([1500, 1500], 128, average),
      ([5000, 5000], 64, sgd),
    ] {
      let (found, planned) = try Self.figures(Self.config(units, batch: batch, rest: rest))
      let taken = found - least.found
      #expect(
        abs(planned - taken) <= max(8, 0.03 * taken),
        "\(units), batch \(batch), \(rest.prefix(30)): \(taken) MB, \(planned) were named")
    }
  }

  /// Runs a command and prints the sum of the most memory that each process named ptrain had, in kB: its own, and its
  /// part of what is shared. It looks every few milliseconds, so it may miss a peak, and never sees what was not there.
  private static let sample = """
    import os, subprocess, sys, time
    run, most = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL), {}
    def descendants(process):
        for thread in os.listdir(f"/proc/{process}/task"):
            for child in open(f"/proc/{process}/task/{thread}/children").read().split():
                yield child
                yield from descendants(child)
    while run.poll() is None:
        try:
            for process in descendants(run.pid):
                if open(f"/proc/{process}/comm").read().strip() != "ptrain": continue
                lines = open(f"/proc/{process}/smaps_rollup").read().splitlines()
                own = sum(int(line.split()[1]) for line in lines if line.startswith(("Pss_Anon:", "Pss_Shmem:")))
                most[process] = max(most.get(process, 0), own)
        except (OSError, ValueError): pass
        time.sleep(0.005)
    print(sum(most.values())); sys.exit(run.returncode)
    """

  @Test("no rank of several takes more than is counted before a run begins")
  func ranks() throws {
    let ranks = 3
    let adam =
      #""optimizer": {"type": "adam", "learning_rate": 0.001}, "training": {"epochs": 1, "global_batch_size": BATCH}"#
    func megabytes(_ units: [Int], batch: Int) throws -> (found: Double, planned: Double) {
      let folder = try TemporaryFolder(), path = folder.path + "/config.json"
      try Self.config(units, batch: batch, rest: adam).write(toFile: path, atomically: true, encoding: .utf8)
      let arguments = [path, "--threads", "1", "--quiet", "--output", folder.path + "/run"]
      let mpirun = ["mpirun", "-n", "\(ranks)", "--bind-to", "none"]
      // What a rank was counted to take is said where a limit does not leave it.
      let planned = try (0..<ranks).map { rank in
        let refused = try Command.run(
          mpirun + [
            "sh", "-c", #"test $OMPI_COMM_WORLD_RANK != \#(rank) || ulimit -v 500000; exec "$0" "$@""#, Command.ptrain,
          ] + arguments, seconds: 300)
        let line = try #require(refused.complaints.first { $0.contains("training takes ") }, "\(refused.errors)")
        let words = line.split(separator: " ").drop { $0 != "takes" }.prefix(3).map(String.init)
        return try #require(Double(words[1])) * #require(["kB": 0.001, "MB": 1, "GB": 1000][words[2]])
      }
      let run = try Command.run(["python3", "-c", Self.sample] + mpirun + [Command.ptrain] + arguments, seconds: 300)
      #expect(run.status == 0, "\(run.errors)")
      let kilobytes = try #require(Double(run.output.trimmingCharacters(in: .whitespacesAndNewlines)))
      return (kilobytes * 1024 / 1e6, planned.reduce(0, +))
    }
    let least = try megabytes([300], batch: 48), most = try megabytes([2500, 2500], batch: 96)
    let taken = most.found - least.found, planned = most.planned - least.planned
    #expect(taken <= planned + max(8, 0.03 * planned), "\(taken) MB, \(planned) were counted")
    #expect(taken > 0.6 * planned, "\(taken) MB, \(planned) were counted")
  }
}
