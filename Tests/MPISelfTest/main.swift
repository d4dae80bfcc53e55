import Collectives
import CollectivesMPI
import MPI

// Arguments: none for all cases; `throw` for an error on the last rank alone; `agree` for one all ranks know of;
// `latency`; `train CONFIG OUTPUT THREADS [SETTING...]`, see TrainMode; `groups COUNT|HOW`, see GroupMode; `trainings
// COUNT FOLDER THREADS [SETTING...]`, see TrainingsMode; `handover CONFIG COUNT SEED [OUTPUT [kill=K|silent=K]]`, see
// HandoverMode.

struct SelfTestFailure: Error {
  var sentence: String
}

let mode = CommandLine.arguments.dropFirst().first ?? "cases"
let training = mode == "train" ? try TrainMode(Array(CommandLine.arguments.dropFirst(2))) : nil
let groups = mode == "groups" ? try GroupMode(Array(CommandLine.arguments.dropFirst(2))) : nil
var handovers = mode == "handover" ? try HandoverMode(Array(CommandLine.arguments.dropFirst(2))) : nil
let trainings = mode == "trainings" ? try TrainingsMode(Array(CommandLine.arguments.dropFirst(2))) : nil
// Of all ranks; a failure that fewer have agreed on the others have not heard of.
var worldSize = 1

try withMPI(
  describe: { error, rank in
    switch error {
    case let failure as AgreedFailure where failure.size < worldSize:
      RunFailure(exitCode: failure.exitCode, sentence: "a group failed", isAgreed: false)
    case let failure as AgreedFailure:
      RunFailure(exitCode: failure.exitCode, sentence: failure.rank == rank ? "\(failure)" : nil, isAgreed: true)
    case let failure as SelfTestFailure:
      RunFailure(exitCode: 70, sentence: failure.sentence, isAgreed: false)
    default:
      RunFailure(exitCode: 69, sentence: "\(error)", isAgreed: false)
    }
  },
  { world in
    worldSize = world.size
    let ranksPerNode = groups == nil && handovers == nil ? training?.ranksPerNode ?? trainings?.ranksPerNode : 2
    let cluster = try MPICluster(
      world, messageLimit: mode == "latency" ? 1 << 30 : 4096, ranksPerNode: ranksPerNode)
    switch mode {
    case "throw":
      if world.rank == world.size - 1 { throw SelfTestFailure(sentence: "rank \(world.rank) failed\nalone") }
      try cluster.barrier()
    case "agree":
      try cluster.agree(describe: { _ in (78, "all failed") }) { throw SelfTestFailure(sentence: "all failed") }
    case "latency":
      try printLatencies(cluster)
    case "train":
      try training?.run(cluster)
    case "groups":
      try groups?.run(cluster)
    case "handover":
      try handovers?.run(cluster)
    case "trainings":
      try trainings?.run(cluster)
    default:
      var checks = Checks()
      checks.runWrapperCases(world)
      checks.runClusterCases(cluster)
      checks.runAllReduceCases(cluster)
      try checks.runGroupCases(world)
      let reports = try cluster.gather(checks.failures.joined(separator: "; "))
      if let first = reports.firstIndex(where: { !$0.isEmpty }) {
        let what = reports[first]
        try cluster.agree(describe: { _ in (70, "rank \(first) of \(world.size): \(what)") }) {
          throw SelfTestFailure(sentence: what)
        }
      }
      if world.rank == 0 { print("\(checks.caseCount) cases passed on \(world.size) ranks") }
    }
    try cluster.close()
  })
