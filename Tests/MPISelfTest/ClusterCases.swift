import Collectives

private struct Broken: Error {}

extension Checks {
  /// What the trainer sees of MPI.
  mutating func runClusterCases(_ cluster: any Cluster) {
    let (rank, size) = (cluster.rank, cluster.size)
    run("places") {
      let place = cluster.place
      let nodes = try cluster.gather(place.node)
      return difference(nodes.count { $0 == place.node }, place.ranksOnNode)
        ?? difference(Set(nodes), Set(0..<place.nodeCount))
        ?? difference(nodes[..<rank].count { $0 == place.node }, place.rankOnNode)
        ?? difference(place.host.isEmpty, false)
    }
    run("gather and broadcast of values") {
      let texts = try cluster.gather(rank == 0 ? nil : String(repeating: "é", count: rank * 5000))
      let pairs = try cluster.gather(rank, [Double](repeating: -0.0, count: rank))
      let ranges = try cluster.broadcast([rank..<size, 0..<rank], from: size - 1)
      return first(
        difference(texts, (0..<size).map { $0 == 0 ? nil : String(repeating: "é", count: $0 * 5000) }),
        difference(pairs.map { $0.0 }, Array(0..<size)),
        difference(pairs.map { $0.1.map(\.bitPattern) }, (0..<size).map { Array(repeating: 1 << 63, count: $0) }),
        difference(ranges, [size - 1..<size, 0..<size - 1]))
    }
    run("a rank that sends what is no such value") {
      do {
        if rank == size - 1 { _ = try cluster.gather("seven") } else { _ = try cluster.gather(7) }
      } catch let error as ClusterError {
        guard case .unreadable(let from, _, _) = error else { return "\(error)" }
        return difference(from, rank == size - 1 ? 0 : size - 1)
      }
      // Alone, it reads what it has sent.
      return size == 1 ? nil : "rank \(rank) took it for one"
    }
    run("gather and broadcast of bytes") {
      let all = try cluster.gather(Array(repeating: UInt8(rank), count: rank * 1000))
      let last = try cluster.broadcast(rank == size - 1 ? Array("last".utf8) : [], from: size - 1)
      return try first(
        difference(all, (0..<size).map { Array(repeating: UInt8($0), count: $0 * 1000) }),
        difference(last, Array("last".utf8)), difference(cluster.broadcast([UInt8](), from: 0), []))
    }
    run("shared memory") {
      for byteCount in [64, 1_000_003] {
        let isFirst = cluster.place.rankOnNode == 0
        let region = try cluster.sharedMemory(byteCount: isFirst ? byteCount : nil)
        if let problem = difference(region.count, byteCount) ?? difference(region.allSatisfy { $0 == 0 }, true)
          ?? difference(Int(bitPattern: region.baseAddress) % 64, 0)
        {
          return problem
        }
        try cluster.nodeBarrier()
        region[cluster.place.rankOnNode] = UInt8(cluster.place.rankOnNode + 1)
        try cluster.nodeBarrier()
        let expected = (0..<cluster.place.ranksOnNode).map { UInt8($0 + 1) }
        if let problem = difference(Array(region.prefix(expected.count)), expected) { return problem }
      }
      return nil
    }
    run("agreement to fail") {
      do {
        try cluster.agree(describe: { _ in (66, "no file") }) {
          if rank == size - 1 { throw Broken() }
        }
      } catch let failure as AgreedFailure {
        let expected = AgreedFailure(
          rank: size - 1, failedRanks: [size - 1], size: size, exitCode: 66, sentence: "no file")
        return difference(failure, expected)
      }
      return "rank \(rank) did not fail with the others"
    }
    run("agreement to go on") { difference(try cluster.agree(describe: { _ in (1, "") }) { rank }, rank) }
  }

  /// The ordered sum over real messages: 1 to 17 shards with any number in use, both forms; then the registry at many
  /// lengths.
  ///
  /// - Parameter longest: of these, the longest that is tried: what takes time is to know the sums.
  mutating func runAllReduceCases(_ cluster: any Cluster, longest: Int = 100_003) {
    let size = cluster.size
    for shards in 1...17 {
      let plan = ReductionPlan(shards: shards, ranks: size)
      for limit in [0, OrderedAllReduce.directLimit] {
        run("\(shards) shards, direct up to \(limit) bytes") {
          var request = ExchangeRequest(algorithm: "ordered", plan: plan, count: 37)
          request.directLimit = limit
          let exchange = try cluster.makeExchange(request)
          for inUse in 0...shards {
            if let problem = try sumDiffers(exchange, plan: plan, rank: cluster.rank, inUse: inUse, exactly: true) {
              return "\(inUse) in use: \(problem)"
            }
          }
          return nil
        }
      }
    }
    let plan = ReductionPlan(shards: 8, ranks: size)
    var nodes: [[Int]] = []
    run("nodes") {
      let places = try cluster.gather(cluster.place.node)
      nodes = (0..<cluster.place.nodeCount).map { node in places.indices.filter { places[$0] == node } }
      return nil
    }
    for algorithm in AllReduceRegistry.standard.all {
      for count in Set([0, 1, size - 1, size, size + 1, 1009, 10007, 100_003]).sorted() where count <= longest {
        run("\(algorithm.kind) of \(count) floats") {
          let exchange = try cluster.makeExchange(algorithm: algorithm.kind, plan: plan, count: count, trailer: 8)
          for step in 0..<2 {
            exchange.trailer(of: cluster.rank).storeBytes(of: cluster.rank * 100 + step, as: Int.self)
            let problem = try sumDiffers(
              exchange, plan: plan, rank: cluster.rank, inUse: 8, exactly: algorithm.isInvariant)
            let trailers = (0..<size).map { exchange.trailer(of: $0).load(as: Int.self) }
            if let problem = problem ?? difference(trailers, (0..<size).map { $0 * 100 + step }) { return problem }
          }
          // Where the nodes do not suit one, another is at work.
          let found = AllReduceRegistry.standard.all.first { $0.kind == exchange.algorithm }
          return difference(
            exchange.traffic,
            found?.cost(CostSheet(plan: plan, count: count, trailer: 8, rank: cluster.rank, nodes: nodes)))
        }
      }
    }
  }
}

/// Runs one exchange of the reference gradients and says how its sum is wrong, nil when it is right.
private func sumDiffers(
  _ exchange: GradientExchange, plan: ReductionPlan, rank: Int, inUse: Int, exactly: Bool
) throws -> String? {
  for (index, subtree) in plan.subtrees(of: rank).enumerated() {
    for position in 0..<exchange.count {
      exchange.partial(index)[position] = treeSum(subtree, inUse: inUse, position: position) ?? .nan
    }
  }
  try exchange.allReduce(shardsInUse: inUse)
  for position in 0..<exchange.count {
    let (found, expected) = (
      exchange.sum[position], treeSum(0..<plan.shards, inUse: inUse, position: position) ?? 0
    )
    let isRight = exactly ? found.bitPattern == expected.bitPattern : abs(found - expected) <= 1e-3
    if !isRight { return "element \(position) is \(found), expected \(expected)" }
  }
  return nil
}

/// One element of the sum over a node of the tree, by the definition; nil when no shard of it is in use.
private func treeSum(_ shards: Range<Int>, inUse: Int, position: Int) -> Float? {
  guard shards.lowerBound < inUse else { return nil }
  if shards.count == 1 { return gradient(shard: shards.lowerBound, position: position) }
  let middle = shards.lowerBound + (shards.count + 1) / 2
  guard let left = treeSum(shards.lowerBound..<middle, inUse: inUse, position: position) else { return nil }
  guard let right = treeSum(middle..<shards.upperBound, inUse: inUse, position: position) else { return left }
  return left + right
}

/// A number of any sign and varying size that depends on its place alone.
private func gradient(shard: Int, position: Int) -> Float {
  var bits = UInt64(shard + 1) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(position) &* 0xD1B5_4A32_D192_ED03
  bits = (bits ^ (bits >> 31)) &* 0xBF58_476D_1CE4_E5B9
  bits ^= bits >> 29
  return Float(Int32(truncatingIfNeeded: bits)) / 0x1p31 * (1 + Float((bits >> 40) % 64))
}
