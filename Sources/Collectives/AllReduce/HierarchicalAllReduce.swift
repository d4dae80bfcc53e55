internal import Platform

/// First inside each node through shared memory, then one exchange per slice between the nodes.
///
/// For `q` nodes of `r` neighbouring ranks each and `n` floats: the ranks of a node meet, and each sums its slice, one
/// of `r`, of the node's partial sums in place, as far as the tree goes inside the node (`L` sums; 1 where ranks and
/// nodes are powers of two). Ranks with the same place on their nodes then exchange that slice as in
/// ``OrderedAllReduce``: parts to their owners, which add them in tree order, sums to all; what arrives goes straight
/// into the node's shared sum. The ranks of the node meet again. The association is the tree's, so the bits are the
/// same as everywhere. It needs equally many, neighbouring ranks on each node.
///
/// Cost sheet (slice: n/r, part: slice/q, t: trailer): steps: 2 meetings where r > 1, 2 rounds of messages where q > 1;
/// bytes sent per rank: 4·L·(slice - part) + 4·(q-1)·part + (q-1)·t: a node sends each float about twice, whatever its
/// number of ranks.
package enum HierarchicalAllReduce: AllReduceAlgorithm {
  package static let kind = "hierarchical"
  package static let isInvariant = true
  package static let sharesMemory = true

  /// Whether each node has equally many ranks that follow each other.
  package static func isPossible(nodes: [[Int]]) -> Bool {
    nodes.allSatisfy { $0.count == nodes[0].count } && nodes.flatMap { $0 } == Array(0..<nodes.joined().count)
  }

  package static func cost(_ sheet: CostSheet) -> AllReduceCost {
    let nodes = sheet.nodes
    guard sheet.plan.ranks > 1, isPossible(nodes: nodes) else { return OrderedAllReduce.cost(sheet) }
    let perNode = nodes[0].count
    let node = sheet.rank / perNode
    let slice = GradientSlice.range(of: sheet.rank % perNode, count: sheet.count, ranks: perNode).count
    let part = GradientSlice.range(of: node, count: slice, ranks: nodes.count).count
    let sums = planOfNodes(sheet.plan, nodes: nodes).leafCount(of: node)
    let bytes = 4 * sums * (slice - part) + (nodes.count - 1) * (4 * part + sheet.trailer)
    return AllReduceCost(steps: (perNode > 1 ? 2 : 0) + (nodes.count > 1 ? 2 : 0), bytes: bytes)
  }

  /// The plan with a node's ranks taken as one.
  private static func planOfNodes(_ plan: ReductionPlan, nodes: [[Int]]) -> ReductionPlan {
    ReductionPlan(
      shards: plan.shards,
      ranges: nodes.map { plan.shards(of: $0[0]).lowerBound..<plan.shards(of: $0[$0.count - 1]).upperBound })
  }

  package static func makeStages(_ bucket: BucketContext) throws -> Stages {
    guard let memory = bucket.buffers.shared, bucket.ranks > 1 else { return try OrderedAllReduce.makeStages(bucket) }
    let (buffers, range, rank) = (bucket.buffers, bucket.range, bucket.rank)
    let nodes = bucket.transport.nodes
    let node = nodes.firstIndex { $0.contains(rank) } ?? 0
    let place = memory.ranks.firstIndex(of: rank) ?? 0
    let inNode = GradientSlice.range(of: place, count: range.count, ranks: memory.ranks.count)
    let slice = range.lowerBound + inNode.lowerBound..<range.lowerBound + inNode.upperBound
    let between = try NodeExchange(
      bucket, plan: planOfNodes(bucket.plan, nodes: nodes), node: node,
      peers: nodes.indices.map { nodes[$0][place] }, slice: slice, memory: memory)
    func nodeSum() -> NodeSum {
      NodeSum(bucket, nodePlan: between.plan, node: node, slice: slice, memory: memory)
    }
    let inside = nodeSum(), ofWorkers = (0..<bucket.workers).map { _ in nodeSum() }

    let neighbours = memory.ranks.filter { $0 != rank }
    let remote = nodes.indices.filter { $0 != node }.flatMap { nodes[$0] }
    let trailer = bucket.trailer
    let isAlone = neighbours.isEmpty, hasNodes = nodes.count > 1
    let first = Stage(
      round: memory.meeting(2 * bucket.index, rank: rank),
      prepare: { _ in
        (memory.ownTrailer(of: rank) + trailer.lowerBound).copyMemory(
          from: buffers.trailer(of: rank) + trailer.lowerBound, byteCount: trailer.count)
      },
      complete: { shardsInUse in
        for neighbour in neighbours {
          (buffers.trailer(of: neighbour) + trailer.lowerBound).copyMemory(
            from: memory.ownTrailer(of: neighbour) + trailer.lowerBound, byteCount: trailer.count)
        }
        if ofWorkers.isEmpty { inside.run(shardsInUse: shardsInUse, into: between) }
      })
    let last = Stage(
      round: memory.meeting(2 * bucket.index + 1, rank: rank),
      complete: { _ in
        for peer in remote {
          (buffers.trailer(of: peer) + trailer.lowerBound).copyMemory(
            from: memory.trailer(of: peer) + trailer.lowerBound, byteCount: trailer.count)
        }
      })
    return Stages(
      reduce: [first] + (hasNodes ? [between.scatter] : []), spread: hasNodes ? [between.collect] : [], close: [last],
      owned: between.part,
      sumOnDemand: ofWorkers.isEmpty
        ? nil
        : { range, shardsInUse, worker in
          ofWorkers[worker].run(
            range.lowerBound - slice.lowerBound..<range.upperBound - slice.lowerBound, shardsInUse: shardsInUse,
            into: between.result)
        },
      reduceTraffic: AllReduceCost(
        steps: (isAlone ? 0 : 2) + (hasNodes ? 1 : 0), bytes: between.scatterBytes),
      spreadTraffic: AllReduceCost(steps: hasNodes ? 1 : 0, bytes: between.collectBytes))
  }
}

/// One rank's slice of its node's partial sums, added up as far as the tree goes inside the node. For one thread at a
/// time.
private final class NodeSum {
  private struct Tree {
    var firstLeaf: Int
    var leafCount: Int
    var leaves: LeafTable
    var sum: TreeSum
  }

  private let plan: ReductionPlan
  private let count: Int
  private let trees: [Tree]

  init(_ bucket: BucketContext, nodePlan: ReductionPlan, node: Int, slice: Range<Int>, memory: NodeMemory) {
    let plan = bucket.plan
    self.plan = plan
    count = slice.count
    let stride = GradientBuffers.stride(of: bucket.buffers.count)
    var leaves: [(leaf: Int, shards: Range<Int>, row: UnsafeMutablePointer<Float>)] = []
    for rank in memory.ranks {
      let rows = memory.rows(of: rank).assumingMemoryBound(to: Float.self)
      for (index, subtree) in plan.subtrees(of: rank).enumerated() {
        leaves.append((plan.firstLeaf[rank] + index, subtree, rows + index * stride + slice.lowerBound))
      }
    }
    trees = nodePlan.subtrees(of: node).map { subtree in
      let inside = leaves.filter {
        subtree.lowerBound <= $0.shards.lowerBound && $0.shards.upperBound <= subtree.upperBound
      }
      let first = inside[0].leaf, end = first + inside.count
      let steps = plan.steps.filter { $0.left >= first && $0.left < end && $0.right >= first && $0.right < end }
      return Tree(
        firstLeaf: first, leafCount: inside.count, leaves: LeafTable(inside.map(\.row)),
        sum: TreeSum(
          steps.map { ReductionPlan.Step(left: $0.left - first, right: $0.right - first) }, leafCount: inside.count))
    }
  }

  /// A part of the slice, of the only node.
  func run(_ range: Range<Int>, shardsInUse: Int, into result: UnsafeMutablePointer<Float>) {
    guard let tree = trees.first else { return (result + range.lowerBound).update(repeating: 0, count: range.count) }
    let present = min(max(plan.presentLeaves(shardsInUse: shardsInUse) - tree.firstLeaf, 0), tree.leafCount)
    tree.sum.run(
      present: present, leaves: tree.leaves.pointers, offset: range.lowerBound, count: range.count,
      into: result + range.lowerBound)
  }

  /// With one node the sum is the result.
  func run(shardsInUse: Int, into target: NodeExchange) {
    let present = plan.presentLeaves(shardsInUse: shardsInUse)
    if trees.isEmpty, target.isOnly { target.result.update(repeating: 0, count: count) }
    for (index, tree) in trees.enumerated() {
      tree.sum.run(
        present: min(max(present - tree.firstLeaf, 0), tree.leafCount), leaves: tree.leaves.pointers, count: count,
        into: target.isOnly ? target.result : target.rows[index])
    }
  }
}

/// The exchange of one slice between ranks of several nodes.
private final class NodeExchange {
  /// The plan with a node's ranks taken as one.
  let plan: ReductionPlan
  let isOnly: Bool
  /// This node's partial sums of the slice.
  let rows: [UnsafeMutablePointer<Float>]
  /// Where the slice's sum belongs.
  let result: UnsafeMutablePointer<Float>
  /// The part of the slice that this rank sums.
  let part: Range<Int>
  let scatter: Stage
  let collect: Stage
  let scatterBytes: Int
  let collectBytes: Int
  private let own: AlignedMemory

  init(
    _ bucket: BucketContext, plan: ReductionPlan, node: Int, peers: [Int], slice: Range<Int>, memory: NodeMemory
  ) throws {
    let rank = bucket.rank, sum = bucket.buffers.sum
    self.plan = plan
    isOnly = peers.count == 1
    result = sum + slice.lowerBound
    func part(of node: Int) -> Range<Int> {
      let part = GradientSlice.range(of: node, count: slice.count, ranks: peers.count)
      return slice.lowerBound + part.lowerBound..<slice.lowerBound + part.upperBound
    }
    let mine = part(of: node)
    let ownCount = plan.leafCount(of: node), leafCount = plan.firstLeaf[plan.ranks]
    let rowFloats = GradientBuffers.stride(of: slice.count), partFloats = GradientBuffers.stride(of: mine.count)
    let own = AlignedMemory(byteCount: isOnly ? 0 : ownCount * rowFloats * MemoryLayout<Float>.size)
    let inbox = AlignedMemory(byteCount: (leafCount - ownCount) * partFloats * MemoryLayout<Float>.size)
    let base = own.base.assumingMemoryBound(to: Float.self)
    let rows = (0..<ownCount).map { base + $0 * rowFloats }
    var leaves = (0..<leafCount).map { _ in base }
    for index in 0..<ownCount {
      leaves[plan.firstLeaf[node] + index] = rows[index] + mine.lowerBound - slice.lowerBound
    }
    var scattered: (receives: [Message], sends: [Message]) = ([], [])
    var collected: (receives: [Message], sends: [Message]) = ([], [])
    var next = inbox.base.assumingMemoryBound(to: Float.self)
    let trailer = bucket.trailer
    for offset in 1..<max(1, peers.count) {
      let other = (node + offset) % peers.count, peer = peers[other]
      if !trailer.isEmpty {
        let place = memory.trailer(of: peer) + trailer.lowerBound
        scattered.receives.append(Message(peer: peer, bytes: .init(start: place, count: trailer.count)))
      }
      scattered.sends += bucket.trailerMessage(peer, of: rank)
      for leaf in plan.firstLeaf[other]..<plan.firstLeaf[other + 1] {
        leaves[leaf] = next
        scattered.receives += bucket.message(peer, next, mine.count)
        next += partFloats
      }
      let theirs = part(of: other)
      for row in rows {
        scattered.sends += bucket.message(peer, row + theirs.lowerBound - slice.lowerBound, theirs.count)
      }
      collected.receives += bucket.message(peer, sum + theirs.lowerBound, theirs.count)
      collected.sends += bucket.message(peer, sum + mine.lowerBound, mine.count)
    }
    let table = LeafTable(leaves), tree = TreeSum(plan.steps, leafCount: leafCount)
    scatter = Stage(
      round: try bucket.transport.makeRound(receives: scattered.receives, sends: scattered.sends),
      complete: { [inbox] shardsInUse in
        tree.run(
          present: plan.presentLeaves(shardsInUse: shardsInUse), leaves: table.pointers, count: mine.count,
          into: sum + mine.lowerBound)
        withExtendedLifetime(inbox) {}
      })
    collect = Stage(round: try bucket.transport.makeRound(receives: collected.receives, sends: collected.sends))
    scatterBytes = scattered.sends.byteCount
    collectBytes = collected.sends.byteCount
    self.own = own
    self.rows = rows
    self.part = mine
  }
}
