internal import Collectives
internal import Datasets
internal import Kernels
internal import Networks
internal import Platform

/// What a step computes: the loops of its phases over one group of shards.
extension StepExecutor {
  /// A group's outputs, losses and gradients.
  /// - Parameters:
  ///   - base: the position in the epoch of the group's first row.
  ///   - overlaps: whether gradients leave as soon as they are final.
  func compute(
    _ group: MicroSteps.Group, _ layout: MicroSteps, _ phases: StepPhases, order: SampleOrder.Epoch, from base: Int,
    shardsInUse: Int, overlaps: Bool
  ) throws {
    memory.begin(StepContext(isTraining: true, seed: seed, step: stepsDone, samples: batch.samples))
    let first = plan.shards.positions(of: group.shards, batch: layout.batch).lowerBound
    func rows(_ shard: Int) -> Range<Int> {
      let positions = plan.shards.positions(of: shard, batch: layout.batch)
      return positions.lowerBound - first..<positions.upperBound - first
    }
    let own = plan.reduction.shards(of: plan.rank.rank).lowerBound
    for shard in group.shards { memory.groups.setShard(shard - own, rows: rows(shard)) }
    func add(_ sums: StepPhase.Sums?, isLent: Bool) throws {
      guard let sums else { return }
      queue.parallelItems(count: group.shards.count, workers: threads) { item, _ in
        let shard = group.shards.lowerBound + item
        memory.addSums(sums.way, of: sums.node, rows: rows(shard), shard: shard - own)
      }
      guard network.nodes[sums.node].needs.reach == .batch else { return }
      // What speaks to other ranks is one thread's at a time.
      if isLent { thread?.takeBack() }
      try self.sums.add(sums.way, of: sums.node, shardsInUse: shardsInUse)
      driver.waited = self.sums.waited
      if isLent { thread?.lend() }
    }
    for phase in phases.forward {
      try add(phase.sums, isLent: false)
      run(phase, group, layout, order: order, from: base, overlaps: false)
    }
    for node in network.nodes.indices where network.nodes[node].needs.reach == .row {
      if network.nodes[node].needs.forwardSums > 0 { try add(.init(way: .forward, node: node), isLent: false) }
    }
    writeSums(group, batch: layout.batch)
    try sharing?.beforeGradients()
    if overlaps {
      driver.open(parts: group.parts.count)
      thread?.lend()
    }
    for phase in phases.backward {
      try add(phase.sums, isLent: overlaps)
      run(phase, group, layout, order: order, from: base, overlaps: overlaps)
    }
    if overlaps { thread?.takeBack() }
    for merge in group.merges { join(layout.merges[merge]) }
  }

  /// One loop of all workers.
  private func run(
    _ phase: StepPhase, _ group: MicroSteps.Group, _ layout: MicroSteps, order: SampleOrder.Epoch, from base: Int,
    overlaps: Bool
  ) {
    let rowCount = group.rows.count, parts = group.parts, products = phase.gradientItems.count * parts.count
    let pieces = pieceCount(phase, rows: rowCount)
    let polls = overlaps && thread == nil
    queue.parallelItems(count: products + pieces, workers: threads) { index, worker in
      if index < products {
        let item = phase.gradientItems.lowerBound + index / parts.count
        weightGradient(item, part: layout.parts[parts.lowerBound + index % parts.count], layout, worker)
        if overlaps { driver.done(item) }
      } else if let way = phase.withinRows {
        switch way {
        case .forward: memory.forward(node: phase.forward.lowerBound, rows: 0..<rowCount, item: index - products)
        case .backward:
          memory.backwardToInput(of: phase.hands.lowerBound, rows: 0..<rowCount, item: index - products)
        }
      } else {
        let piece = index - products
        compute(
          phase, rows: Self.cut(rowCount, into: pieces, piece: piece), order: order, from: base,
          timesFetching: piece == 0, scratch: scratch.pointer + worker * scratchStride)
      }
      if polls, worker == 0 { driver.poll() }
    }
  }

  /// Pieces of the work on rows in a loop.
  private func pieceCount(_ phase: StepPhase, rows: Int) -> Int {
    switch phase.withinRows {
    case .forward: network.nodes[phase.forward.lowerBound].needs.forwardItems
    case .backward: network.nodes[phase.hands.lowerBound].needs.backwardItems
    case nil where !phase.worksOnRows || rows == 0: 0
    // One for each worker, where there is nothing beside; else many, so that messages move on and nobody waits long.
    case nil where phase.gradientItems.isEmpty: min(threads, max(1, rows / 6))
    case nil: max(1, (rows + Self.pieceRows - 1) / Self.pieceRows)
    }
  }

  /// What a loop does for some rows.
  private func compute(
    _ phase: StepPhase, rows: Range<Int>, order: SampleOrder.Epoch, from base: Int, timesFetching: Bool,
    scratch: UnsafeMutablePointer<Float>
  ) {
    if phase.fetches {
      let begin = timesFetching ? Clock.now() : 0
      order.fill(base + rows.lowerBound..<base + rows.upperBound, into: batch.ids.pointer + rows.lowerBound)
      batch.gather(rows, into: memory.inputs)
      if !augmentation.isEmpty {
        for row in rows { augmentation.apply(memory.input[row], id: batch.ids.pointer[row], epoch: order.index) }
      }
      if timesFetching { fetching.pointer[0] += Clock.now() - begin }
    }
    memory.forward(nodes: phase.forward, rows: rows, scratch: scratch)
    let trained = memory.backwardNodes
    if phase.evaluates {
      loss.evaluate(
        memory.output, batch.targets, rows: rows, losses: batch.losses.pointer, gradient: memory.outputGradient)
      batch.checkGradient(memory.outputGradient, width: network.output.rowCount, rows: rows)
      if let last = trained.first { memory.prepareOutputGradient(of: last, rows: rows) }
    }
    if let node = phase.prepares { memory.prepareOutputGradient(of: node, rows: rows) }
    for node in phase.hands.reversed() {
      memory.backwardToInput(of: node, rows: rows, scratch: scratch)
      if node > (trained.last ?? node) { memory.prepareOutputGradient(of: node - 1, rows: rows) }
    }
  }

  /// Rows of one piece beside weight gradients: a few milliseconds even of wide layers.
  private static let pieceRows = 96

  private func weightGradient(_ item: Int, part: MicroSteps.Part, _ layout: MicroSteps, _ worker: Int) {
    layout.leaves.withUnsafeBufferPointer { leaves in
      guard let first = leaves.baseAddress else { return }
      memory.accumulateWeightGradient(
        item: item, leaves: first + part.firstLeaf, leafCount: part.leafCount, gradient: sum(part.slot, of: part.tree),
        scratch: scratch.pointer + worker * scratchStride)
    }
  }

  /// A place for a partial sum of one of the rank's subtrees.
  private func sum(_ slot: Int, of tree: Int) -> UnsafeMutablePointer<Float> {
    slot == 0 ? exchange.partial(tree) : waiting[slot - 1].pointer
  }

  /// Adds a sum to one that waited for it.
  private func join(_ merge: MicroSteps.Merge) {
    let left = sum(merge.left, of: merge.tree), right = UnsafePointer(sum(merge.right, of: merge.tree))
    let block = 4096, count = network.gradientCount
    queue.parallelItems(count: (count + block - 1) / block, workers: threads) { item, _ in
      for index in item * block..<min(count, (item + 1) * block) { left[index] += right[index] }
    }
  }

  /// The rows of one of several pieces, cut at multiples of 6 rows, the height of the kernels' tiles, where there are
  /// enough.
  static func cut(_ rows: Int, into pieces: Int, piece: Int) -> Range<Int> {
    let tiles = (rows + 5) / 6
    let start = min(rows, tiles * piece / pieces * 6), end = min(rows, tiles * (piece + 1) / pieces * 6)
    return start..<end
  }

  /// Puts the sums of a group's losses and weights where all ranks will see them.
  private func writeSums(_ group: MicroSteps.Group, batch count: Int) {
    let first = plan.shards.positions(of: group.shards, batch: count).lowerBound
    for shard in group.shards {
      let rows = plan.shards.positions(of: shard, batch: count)
      let sums = batch.sums(rows.lowerBound - first..<rows.upperBound - first)
      trailer.setSums(loss: sums.loss, weight: sums.weight, of: shard, in: exchange)
      if nonFinite == nil, !sums.loss.isFinite || !sums.weight.isFinite {
        nonFinite = NonFiniteTrace(
          memory, loss: loss, batch: batch, rows: rows.lowerBound - first..<rows.upperBound - first, shard: shard)
      }
    }
  }
}
