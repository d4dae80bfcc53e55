/// Decides who trains what. Nothing that is written depends on it: times enter here, and the bits of a training
/// depend on no group.
///
/// Where there are more trainings than ranks each rank takes one after the other by itself, the longest first. Else
/// ranks come together in groups, one for each training, and every rank that is over goes to the training that would
/// be done last. A training that a larger group has made slower gets no such group again.
struct StagePlanner {
  /// What is known of a training.
  struct Known: Equatable {
    /// Steps that were made.
    var steps = 0
    /// Seconds of a step by the number of workers, as last measured.
    var seconds: [Int: Double] = [:]
    /// ``StageTask/cost`` of that.
    var cost = 1.0

    /// Takes down what a step took.
    mutating func note(_ time: Double, workers: Int, cost: Double, isTooLarge: Bool = false) {
      seconds[workers] = time
      self.cost = cost
      if isTooLarge { tooMany = min(tooMany, workers) }
    }

    /// The fewest workers with whom it has turned out to be slower than with fewer.
    var tooMany = Int.max
  }

  /// How much longer a step may take in a larger group: ranks that share cores measure each other.
  static let slack = 1.15

  var ranks: Int
  /// Threads of each rank.
  var threads: Int
  var nodes: Int
  var known: [Int: Known] = [:]
  /// The longest time that leaving a group, and making the trainer of the next, has taken.
  var overhead = 0.0
  /// Seconds of training that are worth a change of groups, at least.
  var least = 0.05

  /// The phase for some trainings that have not come to their place; the first one where there are none.
  func phase(_ tasks: [StageTask]) -> StagePhase {
    var phase = StagePhase()
    phase.least = least > 0 ? max(least, 4 * overhead) : 0
    // A training that is killed has lost no more than that. Who is done on one node does not see the others.
    phase.longest = nodes > 1 ? max(2, 40 * overhead) : max(300, 40 * overhead)
    tasks.count > ranks ? queue(tasks, &phase) : group(tasks, &phase)
    return phase
  }

  private func queue(_ tasks: [StageTask], _ phase: inout StagePhase) {
    let times = tasks.map { time(of: $0, workers: 1) }
    phase.queue = tasks.indices.sorted { (-times[$0], tasks[$0].index) < (-times[$1], tasks[$1].index) }.map {
      tasks[$0].index
    }
    let workers = workers(tasks.count)
    (phase.workers, phase.threads) = (workers, max(1, threads / workers))
    // Other nodes are not asked: there all come together after a while.
    guard nodes == 1 else { return }
    let most = tasks.map(\.shards).max() ?? 1
    phase.joinsBelow =
      (1..<max(1, min(tasks.count, ranks * workers))).last { count in
        count < ranks ? most > phase.threads : max(1, threads / self.workers(count)) > phase.threads
      } ?? 0
  }

  /// Trainings that a rank has under way at a time.
  private func workers(_ count: Int) -> Int { max(1, min(threads, (count + ranks - 1) / ranks)) }

  private func group(_ tasks: [StageTask], _ phase: inout StagePhase) {
    let order = tasks.sorted { $0.index < $1.index }
    var sizes = order.map { _ in 1 }
    let caps = order.map { cap($0) }
    for _ in 0..<max(0, ranks - order.count) {
      let open = order.indices.filter { sizes[$0] < caps[$0] }
      guard let next = open.max(by: { time(of: order[$0], sizes[$0]) < time(of: order[$1], sizes[$1]) }) else {
        break
      }
      sizes[next] += 1
    }
    phase.threads = threads
    for (place, task) in order.enumerated() {
      let workers = sizes[place] * threads
      let known = known[task.index] ?? Known()
      // Threads that make it slower are in every group: nothing would be won by leaving this one.
      let fewer = known.tooMany > workers ? known.seconds.filter { $0.key < workers }.values.min() : nil
      phase.groups += [Int?](repeating: task.index, count: sizes[place])
      phase.limits += [Double](repeating: fewer.map { $0 * Self.slack } ?? .infinity, count: sizes[place])
      if sizes[place] < caps[place], order.count > 1 { phase.growing.append(task.index) }
    }
    let rest = ranks - phase.groups.count
    phase.groups += [Int?](repeating: nil, count: rest)
    phase.limits += [Double](repeating: .infinity, count: rest)
  }

  /// Ranks at most.
  private func cap(_ task: StageTask) -> Int {
    let useful = max(1, (task.shards + threads - 1) / threads)
    guard let tooMany = known[task.index]?.tooMany, tooMany < .max else { return useful }
    return max(1, min(useful, tooMany / threads / 2))
  }

  private func time(of task: StageTask, _ ranks: Int) -> Double { time(of: task, workers: ranks * threads) }

  /// Seconds until a training is at its place, or what stands for them where nothing was measured yet.
  func time(of task: StageTask, workers: Int) -> Double {
    let known = known[task.index] ?? Known()
    return max(1, task.steps - Double(known.steps)) * seconds(task, known, workers)
  }

  private func seconds(_ task: StageTask, _ known: Known, _ workers: Int) -> Double {
    let counts = known.seconds.keys.sorted()
    guard let nearest = counts.last(where: { $0 <= workers }) ?? counts.first, let time = known.seconds[nearest] else {
      return task.cost * (secondsOfCost ?? 1e-9) / speed(task, workers)
    }
    return time * speed(task, nearest) / speed(task, workers)
  }

  /// Of the trainings that were measured with few workers.
  private var secondsOfCost: Double? {
    let known = known.values.compactMap { known in
      known.seconds.min { $0.key < $1.key }.map { $0.value / max(1e-9, known.cost) }
    }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  /// Shards that are computed at a time.
  private func speed(_ task: StageTask, _ workers: Int) -> Double {
    let shards = max(1, task.shards), rounds = (shards + max(1, workers) - 1) / max(1, workers)
    return Double(shards) / Double(rounds)
  }
}
