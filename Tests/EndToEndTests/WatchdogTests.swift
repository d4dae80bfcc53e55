import Foundation
import TestSupport
import Testing

/// A rank that falls silent ends the run, with its name.
@Suite(.serialized) struct WatchdogTests {
  @Test("a rank that is stopped, not dead, is named, and all ranks leave with 69", arguments: [0, 1, 2])
  func stoppedRank(victim: Int) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let line = [
      Command.ptrain, "configs/digits.json", "--quiet", "--threads", "1", "--output", run, "--set",
      "training.epochs=100000", "--set", "parallel.watchdog_seconds=2",
    ].map { "'\($0)'" }.joined(separator: " ")
    // The shell of each rank notes its process, which ptrain then takes over.
    let rank = "echo $$ >\(folder.path)/rank-$OMPI_COMM_WORLD_RANK; exec \(line)"
    try folder.write(rank, to: "rank.sh")
    let outcome = try Command.run(
      [
        "sh", "-c",
        """
        mpirun -n 3 --bind-to none sh '\(folder.path)/rank.sh' & job=$!
        while ! [ -s '\(run)/metrics.jsonl' ]; do kill -0 $job || exit 1; sleep 0.05; done
        kill -STOP $(cat '\(folder.path)/rank-\(victim)'); wait $job
        """,
      ], seconds: 60)
    #expect(outcome.status == 69, "\(outcome.errors)")
    #expect(outcome.complaints.count == 1, "\(outcome.complaints)")
    let complaint = try #require(outcome.complaints.first)
    #expect(complaint.hasPrefix("ptrain: rank \(victim) on "), "\(complaint)")
    #expect(complaint.contains(#/ has been silent for 2 s at step \d+, while /#), "\(complaint)")
  }

  @Test("negative control: without a watchdog nobody notices")
  func off() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let line = [
      Command.ptrain, "configs/digits.json", "--quiet", "--threads", "1", "--output", run, "--set",
      "training.epochs=100000", "--set", "parallel.watchdog_seconds=0",
    ].map { "'\($0)'" }.joined(separator: " ")
    try folder.write("echo $$ >\(folder.path)/rank-$OMPI_COMM_WORLD_RANK; exec \(line)", to: "rank.sh")
    let outcome = try Command.run(
      [
        "sh", "-c",
        """
        mpirun -n 2 --bind-to none sh '\(folder.path)/rank.sh' & job=$!
        while ! [ -s '\(run)/metrics.jsonl' ]; do kill -0 $job || exit 1; sleep 0.05; done
        kill -STOP $(cat '\(folder.path)/rank-1'); sleep 4; kill -0 $job && echo alive
        kill -KILL $(cat '\(folder.path)/rank-1'); wait $job
        """,
      ], seconds: 60)
    #expect(outcome.output.contains("alive"), "\(outcome.errors)")
    #expect(outcome.complaints.isEmpty)
  }
}
