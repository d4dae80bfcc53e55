import Collectives
import CollectivesMPI
import Foundation
import Glibc
import Platform
import Specs
import Statistics
import TestSupport
import Training

/// Trainings that go from group to group of the ranks, at random instants.
///
/// `handover CONFIG COUNT SEED`: so many trainings, each of which is handed over up to five times; every one has to
/// have the hash of the training that stayed on all ranks, and then nothing is left. `handover CONFIG COUNT SEED OUTPUT
/// [kill=K|silent=K]`: one run with its directory, handed over so many times; in the K-th handover, or right before or
/// after it, a rank is killed or falls silent. The run goes on from its newest checkpoint where it is started again.
struct HandoverMode {
  private let config: String
  private let count: Int
  private let output: String?
  /// The handover in which a rank comes to grief, and whether it is killed.
  private let fault: (move: Int, kills: Bool)?
  /// Draws the same on all ranks.
  private var generator: TestGenerator

  init(_ arguments: [String]) throws {
    guard arguments.count >= 3, let count = Int(arguments[1]), let seed = UInt64(arguments[2]) else {
      throw SelfTestFailure(sentence: "handover takes CONFIG COUNT SEED [OUTPUT [kill=K|silent=K]]")
    }
    (config, self.count, generator) = (arguments[0], count, TestGenerator(state: seed))
    output = arguments.count > 3 ? arguments[3] : nil
    let words = arguments.count > 4 ? arguments[4].split(separator: "=") : []
    fault = words.last.flatMap { Int($0) }.map { ($0, words[0] == "kill") }
  }

  mutating func run(_ cluster: MPICluster) throws {
    let bytes = try cluster.agree(describe: describeFailure) {
      cluster.rank == 0 ? try GivenFile.contents(self.config, remedy: "give the path of a config file") : []
    }
    let value = try ConfigValue.parse(Data(try cluster.broadcast(bytes, from: 0)), file: self.config)
    let config = try RunConfig(value)
    try cluster.startWatchdog(seconds: config.parallel.watchdogSeconds)
    _ = try InstructionLevels.settle(cluster)
    StopSignal.listen()
    if let output { return try moveRun(config, output: output, cluster) }
    try moveTrainings(config, cluster)
  }

  // MARK: Trainings

  private mutating func moveTrainings(_ config: RunConfig, _ cluster: MPICluster) throws {
    let options = options("")
    let data = try LoadedData(config, options: options, cluster: cluster)
    let stayed = try Trainer(config, data: data, options: options.trainer, cluster: cluster)
    let began = Clock.now()
    guard case .finished = try stayed.train() else { throw SelfTestFailure(sentence: "the training did not finish") }
    let seconds = try cluster.broadcast(Clock.now() - began, from: 0), hash = stayed.weightsHash
    let shards = stayed.shards, total = stayed.totalSteps
    try stayed.close()
    var same = 0, handovers: [Double] = [], instants: [Double] = []
    var before = Remains.now()
    for index in 0..<count {
      // What Open MPI and the C library keep in store is there after half of them: of 2.7 MB of weights on each rank it
      // is 9 MB.
      if index == count / 2 { before = try .now(cluster) }
      let moves = Int.random(in: 1...5, using: &generator)
      var stage = Stage(cluster), trainer: Trainer?, isOver = false
      for move in 0...moves {
        let members = members(cluster.size), share = Double.random(in: 0...0.4 / Double(moves), using: &generator)
        let states = try cluster.gather(isOver, trainer == nil ? 0 : Clock.now())
        if states.contains(where: { $0.0 }) { break }
        let suspended = try trainer?.suspend()
        trainer = nil
        guard let group = try stage.change(to: members, suspended, isFirst: move == 0) else { continue }
        var options = options.trainer
        options.shards = shards
        let next =
          try stage.training.map { try Trainer(resuming: $0, data: data, options: options, cluster: group) }
          ?? Trainer(config, data: data, options: options, cluster: group)
        trainer = next
        if move > 0, group.rank == 0 {
          handovers.append(Clock.now() - (states.map { $0.1 }.max() ?? 0))
          instants.append(Double(next.stepsTaken) / Double(total))
        }
        // Where cores are to be shared a group of few ranks is faster than all: so that most trainings get to their
        // last move.
        let last = move < moves ? Clock.now() + share * seconds : .infinity
        if case .finished = try next.train(pausingWhen: { group.rank == 0 && Clock.now() >= last }) { isOver = true }
      }
      let own = trainer?.weightsHash
      try trainer?.close()
      try stage.end()
      let hashes = try cluster.gather(own).compactMap { $0 }
      if !hashes.isEmpty, hashes.allSatisfy({ $0 == hash }) { same += 1 }
    }
    let after = try Remains.now(cluster, since: before)
    let times = try cluster.gather(handovers).flatMap { $0 }.map { $0 * 1e3 }
    instants = try cluster.gather(instants).flatMap { $0 }
    let excess = try cluster.gather(after.excess(over: before, allowing: Remains.trainingAllowance)).filter {
      !$0.isEmpty
    }
    guard cluster.rank == 0 else { return }
    print("\(same) of \(count) hashes are \(hash)")
    if let summary = Summary(times), let instants = Summary(instants) {
      print(
        "\(times.count) handovers, ms: least \(text(summary.min)), median \(text(summary.median)), most \(text(summary.max)); "
          + "after \(text(instants.min * 100)) to \(text(instants.max * 100)) % of the steps")
    }
    print(excess.isEmpty ? "nothing is left" : excess.joined(separator: " "))
  }

  private func text(_ number: Double) -> String { String(format: "%.1f", number) }

  // MARK: A run

  private mutating func moveRun(_ config: RunConfig, output: String, _ cluster: MPICluster) throws {
    let data = try LoadedData(config, options: options(output), cluster: cluster)
    var stage = Stage(cluster), run: Run?, hash: String?
    for move in 0...count {
      let members = members(cluster.size)
      // Who comes to grief, and at which place of a handover.
      let place = Int.random(in: 0..<6, using: &generator)
      let victim = members[Int.random(in: 0..<members.count, using: &generator)]
      // Never to the end before the last move, and beyond the first checkpoint with the first.
      let share = Int.random(in: 50...100, using: &generator)
      func fail(_ here: Int) {
        guard let fault, move == fault.move, victim == cluster.rank, place == here else { return }
        if fault.kills { kill(getpid(), SIGKILL) } else { sleep(60) }
      }
      if try cluster.gather(hash != nil).contains(true) { break }
      fail(0)
      let suspended = try run?.suspend()
      run = nil
      fail(1)
      let found = try stage.change(to: members, suspended, isFirst: move == 0)
      fail(2)
      guard let group = found else { continue }
      var options = options(output)
      let (start, locks) = try RunLocks.begin(config, options: options, mode: .auto, cluster: group)
      switch start {
      case .finished(let summary): hash = summary.weightsHash
      case .goOn(let shards): options.trainer.shards = shards
      case .unknown(let shards): options.trainer.shards = shards
      case .anew: break
      }
      guard hash == nil else { continue }
      fail(3)
      let next =
        try stage.training.map { try Run(resuming: $0, data: data, options: options, cluster: group) }
        ?? Run(Trainer(config, data: data, options: options.trainer, cluster: group), options: options)
      fail(4)
      try next.begin(from: start, locks: locks)
      fail(5)
      run = next
      let last = next.trainer.stepsTaken + max(1, next.trainer.totalSteps * share / 100 / (count + 1))
      hash = try next.train(pausingWhen: move == count ? nil : { next.trainer.stepsTaken + 1 >= last })?.weightsHash
    }
    let hashes = try cluster.gather(hash).compactMap { $0 }
    if cluster.rank == 0 { print("weights_sha256 \(hashes.first ?? "none")") }
    try run?.trainer.close()
    try stage.end()
  }

  private func options(_ output: String) -> RunOptions {
    var options = RunOptions(baseDirectory: GivenFile.directory(of: self.config), outputDirectory: output, threads: 1)
    options.environment = ProcessEnvironment.ofThisProcess()
    return options
  }

  /// Some of the ranks, one at least.
  private mutating func members(_ size: Int) -> [Int] {
    let members = (0..<size).filter { _ in Bool.random(using: &generator) }
    return members.isEmpty ? [Int.random(in: 0..<size, using: &generator)] : members
  }
}

/// The group that a training is on.
private struct Stage {
  private let cluster: MPICluster
  private var group: (any Cluster)?
  /// What came with the last change.
  private(set) var training: SuspendedTraining?

  init(_ cluster: MPICluster) { self.cluster = cluster }

  /// Makes the next group, and takes the training there; collective.
  ///
  /// - Parameters:
  ///   - suspended: the training, on the ranks that had it.
  ///   - isFirst: nobody has it yet.
  /// - Returns: nil on ranks that are no members.
  mutating func change(
    to members: [Int], _ suspended: SuspendedTraining?, isFirst: Bool
  ) throws -> (any Cluster)? {
    try end()
    training = isFirst ? nil : try SuspendedTraining.travel(suspended, through: cluster)
    group = try cluster.split(color: members.contains(cluster.rank) ? 0 : nil)
    return group
  }

  mutating func end() throws {
    try group?.close()
    group = nil
  }
}
