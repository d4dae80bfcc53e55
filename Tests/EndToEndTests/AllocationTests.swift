import Foundation
import TestSupport
import Testing

/// What a step allocates, counted by a preloaded allocator. Runs of different lengths are compared, so that what the
/// start costs drops out.
@Suite(.serialized) struct AllocationTests {
  struct Counts: Sendable {
    var allocations: Int
    /// Allocations above 1 MB.
    var large: Int
    var liveBytes: Int
  }

  static let counter = Result {
    let library = Command.root + "/.build/allocation-counter.so"
    let outcome = try Command.run([
      "clang", "-O2", "-shared", "-fPIC", "-o", library, Command.root + "/Tests/EndToEndTests/Allocations/counter.c",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return library
  }

  /// The counts of rank 0 after a benchmark of some steps.
  private func counts(
    _ config: String, ranks: Int, threads: Int, steps: Int, settings: [String] = []
  ) throws -> Counts {
    let folder = try TemporaryFolder()
    let file = folder.path + "/counts"
    let line =
      (ranks > 1 ? ["mpirun", "-n", "\(ranks)", "--bind-to", "none"] : []) + [
        Command.ptrain, "bench", config, "--json", "--threads", "\(threads)", "--steps", "\(steps)", "--warmup", "50",
      ] + settings.flatMap { ["--set", $0] }
    let outcome = try Command.run(
      ["env", "LD_PRELOAD=\(try Self.counter.get())", "ALLOCATION_COUNTS=\(file)"] + line)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let words = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: " ")
    }
    let own = try #require(words.first { $0[0] == "ptrain" && $0[1] == "0" }).dropFirst(2).compactMap { Int($0) }
    return Counts(allocations: own[0], large: own[1], liveBytes: own[2])
  }

  @Test(
    "one thread: nothing is allocated in a step, by us or by MPI",
    arguments: ["tabular-tiny", "mlp-small"], [1, 2])
  func oneThread(config: String, ranks: Int) throws {
    let path = "configs/bench/\(config).json"
    let short = try counts(path, ranks: ranks, threads: 1, steps: 300)
    let long = try counts(path, ranks: ranks, threads: 1, steps: 900)
    // 600 steps more; an epoch is 16 or 64 of them.
    #expect(abs(long.allocations - short.allocations) <= 60, "\(short) \(long)")
    #expect(long.large == short.large)
    #expect(long.liveBytes - short.liveBytes < 4096)
  }

  @Test(
    "buckets, overlap, slices and 16 bits allocate nothing in a step either",
    arguments: [
      ["parallel.overlap=true"], ["parallel.overlap=true", "parallel.update=sharded"],
      ["parallel.allreduce=ordered", "parallel.overlap=true"],
      ["parallel.allreduce=recursive", "parallel.overlap=true"],
      ["parallel.wire=bfloat16", "parallel.invariant=false", "parallel.overlap=true"],
    ])
  func buckets(settings: [String]) throws {
    let path = "configs/bench/mlp-small.json", settings = settings + ["parallel.bucket_mb=0.25"]
    let short = try counts(path, ranks: 2, threads: 1, steps: 300, settings: settings)
    let long = try counts(path, ranks: 2, threads: 1, steps: 900, settings: settings)
    #expect(abs(long.allocations - short.allocations) <= 60, "\(short) \(long)")
    #expect(long.large == short.large)
    #expect(long.liveBytes - short.liveBytes < 65536)
  }

  @Test("two threads: libdispatch allocates the same in every step, nothing large, and gives it back")
  func twoThreads() throws {
    let path = "configs/bench/tabular-tiny.json"
    let runs = try [6000, 12000, 18000].map { try counts(path, ranks: 1, threads: 2, steps: $0) }
    let first = Double(runs[1].allocations - runs[0].allocations) / 6000
    let second = Double(runs[2].allocations - runs[1].allocations) / 6000
    // On a busy machine libdispatch starts more or fewer helpers; one allocation a row or a layer would be tens a step.
    #expect(abs(first - second) < 4, "\(first), \(second) per step")
    #expect(first < 16, "four loops of a step, three allocations of libdispatch each")
    #expect(Set(runs.map(\.large)).count == 1)
    // What its threads keep for themselves differs by some 70 kB from run to run; the smallest block, lost in each of
    // 12,000 steps, would be 288 kB.
    #expect(runs[2].liveBytes - runs[0].liveBytes < 200_000, "\(runs)")
  }

  @Test("negative control: the counter sees what a longer list of timings takes")
  func control() throws {
    let path = "configs/bench/tabular-tiny.json"
    let short = try counts(path, ranks: 1, threads: 1, steps: 1000)
    let long = try counts(path, ranks: 1, threads: 1, steps: 200_000)
    #expect(long.large == short.large + 2, "200,000 timings are 1.6 MB, gathered, and sorted once for a summary")
  }
}
