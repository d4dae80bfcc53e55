import Collectives
import CollectivesMPI
import MPI
import Platform
import Specs
import Training

/// Many trainings in one process group, one after the other and in groups side by side: what they leave behind, and how
/// they end.
///
/// `trainings COUNT FOLDER THREADS [SETTING...]`: so many in the whole, and as many shared out over 1, 2 and 4 groups
/// of its ranks. Each is of one of ``TrainingKinds``, whose weights are the same in every group; the hashes are
/// printed, to be compared with those of other numbers of ranks. FOLDER has the tables, `configs/data`. A setting is
/// `ranks_per_node=2`, for nodes of so many ranks, or `unclosed=1`, for trainings that are not closed.
struct TrainingsMode {
  let threads: Int
  private let count: Int
  private let folder: String
  private(set) var ranksPerNode: Int?
  private var closes = true

  init(_ arguments: [String]) throws {
    guard arguments.count >= 3, let count = Int(arguments[0]), let threads = Int(arguments[2]) else {
      throw SelfTestFailure(sentence: "trainings takes COUNT FOLDER THREADS")
    }
    (self.count, folder, self.threads) = (count, arguments[1], threads)
    for setting in arguments[3...] {
      let words = setting.split(separator: "=", maxSplits: 1).map(String.init)
      switch (words[0], Int(words.last ?? "")) {
      case ("ranks_per_node", let count?) where count > 0: ranksPerNode = count
      case ("unclosed", 1?): closes = false
      default: throw SelfTestFailure(sentence: "trainings knows no setting '\(setting)'")
      }
    }
  }

  func run(_ cluster: MPICluster) throws {
    try cluster.startWatchdog(seconds: 60)
    _ = try InstructionLevels.settle(cluster)
    let kinds = try TrainingKinds(folder: folder, cluster: cluster)
    var hashes: [String: String] = [:]
    for groups in [nil, 1, 2, 4] where groups ?? 1 <= cluster.size {
      try train(kinds.all, groups: groups, cluster, into: &hashes)
    }
    var before = Remains()
    for round in 0..<max(2, count / 50) {
      if round == 1 { before = try .now(cluster) }
      for groups in [1, 2, 4] where groups <= cluster.size {
        try endInManyWays(kinds, round: round, groups: groups, cluster, known: hashes)
      }
    }
    let after = try Remains.now(cluster, since: before),
      excess = after.excess(over: before, allowing: Remains.trainingAllowance)
    try require(cluster, excess.isEmpty ? nil : "trainings that ended in other ways: \(excess)")
    let names = hashes.keys.sorted()
    let all = try cluster.gather(names.map { hashes[$0] ?? "" })
    try require(cluster, all.allSatisfy { $0 == all[0] } ? nil : "ranks have other weights: \(all)")
    guard cluster.rank == 0 else { return }
    for name in names { print("hash of \(name): \(hashes[name] ?? "")") }
    print("nothing is left")
  }

  /// As many trainings as asked for, over so many groups; nil: in the whole itself.
  private func train(
    _ kinds: [TrainingKinds.Kind], groups: Int?, _ whole: MPICluster, into hashes: inout [String: String]
  ) throws {
    let open = try Remains.now(whole).communicators
    // Ranks that follow each other are in different groups, so that these span the nodes there are.
    let group = try groups.map { try whole.split(color: whole.rank % $0) } ?? whole
    guard let group else { return }
    let share = max(count / (groups ?? 1), 2 * kinds.count)
    // The first tenth is to warm up, and each kind once: what Open MPI, the C library and the threads of Dispatch keep
    // in store.
    let warmUp = max(share / 10, kinds.count)
    var before = Remains(), begin = 0.0, unclosed: [Trainer] = []
    for index in 0..<share {
      if index == warmUp { (before, begin) = (try .now(whole), Clock.now()) }
      let kind = kinds[index % kinds.count]
      let trainer = try trainer(kind, group)
      guard case .finished = try trainer.train() else {
        throw SelfTestFailure(sentence: "\(kind.name) did not finish")
      }
      _ = try trainer.conclude()
      let hash = trainer.weightsHash
      if closes { try trainer.close() } else { unclosed.append(trainer) }
      guard hashes.updateValue(hash, forKey: kind.name) ?? hash == hash else {
        throw SelfTestFailure(
          sentence: "training \(index) in \(layout(groups)), \(kind.name), ends with other weights than one before")
      }
    }
    try whole.barrier()
    let seconds = Clock.now() - begin, after = try Remains.now(whole, since: before)
    if groups != nil { try group.close() }
    let all = try whole.gather([before, after].map(\.words))
    if whole.rank == 0 {
      for (rank, words) in all.enumerated() { print("rank \(rank): \(words[0]) before, \(words[1]) after") }
      let trainings = (share - warmUp) * (groups ?? 1)
      print("\(trainings) trainings in \(layout(groups)): \(Int(seconds / Double(trainings) * 1e6)) µs each")
    }
    let excess = after.excess(over: before, allowing: Remains.trainingAllowance), left = Communicator.openCount - open
    try require(whole, excess.isEmpty ? left == 0 ? nil : "\(left) communicators are left" : excess)
  }

  private func layout(_ groups: Int?) -> String { groups.map { "\($0) group\($0 == 1 ? "" : "s")" } ?? "the whole" }

  func trainer(_ kind: TrainingKinds.Kind, _ cluster: any Cluster) throws -> Trainer {
    var options = TrainerOptions(threads: threads)
    // A thread for the exchange, where it goes on beside the layers.
    options.spareCores = kind.config.parallel.overlap == true ? 1 : 0
    return try Trainer(kind.config, data: kind.data, options: options, cluster: cluster)
  }

  /// Ends the run on all ranks where one has found a problem; collective.
  func require(_ cluster: any Cluster, _ problem: String?) throws {
    try cluster.agree(describe: { error in (70, (error as? SelfTestFailure)?.sentence ?? "\(error)") }) {
      if let problem { throw SelfTestFailure(sentence: problem) }
    }
  }
}
