import Collectives
import CollectivesMPI
import MPI
import Statistics

/// Prints what one exchange takes, at the sizes of a small and a middling network: minimum and median of many, in µs.
func printLatencies(_ cluster: MPICluster) throws {
  for count in [4_300, 535_818] {
    for name in ["mpi", "ordered"] {
      let plan = ReductionPlan(shards: 8, ranks: cluster.size)
      let exchange = try cluster.makeExchange(algorithm: name, plan: plan, count: count, trailer: 32)
      let repeats = count > 100_000 ? 200 : 2000
      var micros: [Double] = []
      for _ in 0..<repeats {
        let start = wallTime()
        try exchange.allReduce(shardsInUse: 8)
        micros.append((wallTime() - start) * 1e6)
      }
      if cluster.rank == 0, let summary = Summary(Array(micros.dropFirst(repeats / 10))) {
        print("\(name), \(count * 4) bytes: min \(Int(summary.min)), median \(Int(summary.median)) µs")
      }
      try cluster.barrier()
    }
  }
}
