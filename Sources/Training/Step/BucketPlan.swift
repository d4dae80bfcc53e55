internal import Networks

/// The parts of a flat gradient in the order in which a step completes them: last layer first.
///
/// Small layers share a bucket; a layer larger than a bucket is cut where its items of work allow. The first bucket is
/// small, so that the exchange begins early. Gradients that a second layer of shared weights has come last.
struct BucketPlan {
  struct Bucket: Equatable {
    /// Floats of a flat gradient.
    var range: Range<Int>
    /// Items of ``NetworkLayout/gradientItems`` that complete it, given all buckets before.
    var items: Range<Int>
  }

  /// Floats of the first bucket at most: 1 MiB.
  static let firstLimit = 1 << 18

  let buckets: [Bucket]

  /// Everything in one bucket.
  init(whole network: Network, _ layout: NetworkLayout) {
    buckets = [Bucket(range: 0..<network.gradientCount, items: 0..<layout.gradientItems.count)]
  }

  /// - Parameter limit: floats of a bucket, but for what cannot be cut.
  init(_ network: Network, _ layout: NetworkLayout, limit: Int) {
    var plan: [Bucket] = []
    /// A bucket that small layers are still added to.
    var open: Bucket?
    var end = network.arenaCount, items = 0
    func close() {
      if let bucket = open { plan.append(bucket) }
      open = nil
    }
    for node in network.nodes.indices.reversed() {
      items = max(items, layout.gradientItemsOfNode[node].upperBound)
      guard let start = network.nodes[node].gradientOffsets.filter({ $0 < end }).min(), start < network.arenaCount
      else { continue }
      let most = plan.isEmpty ? min(limit, Self.firstLimit) : limit
      if let bucket = open, bucket.range.count + end - start > most { close() }
      let own = layout.gradientItemsOfNode[node], layer = network.nodes[node].layer
      var from = start
      var firstItem = open?.items.lowerBound ?? plan.last?.items.upperBound ?? 0
      // A large layer's first items, one after the other; the last of them are the rest, with the bias.
      for item in own.dropLast() where open == nil {
        let done = start + layer.finishedGradients(items: item + 1 - own.lowerBound)
        guard done - from >= (plan.isEmpty ? min(limit, Self.firstLimit) : limit) else { continue }
        plan.append(Bucket(range: from..<done, items: firstItem..<item + 1))
        (from, firstItem) = (done, item + 1)
      }
      open = Bucket(range: from..<(open?.range.upperBound ?? end), items: firstItem..<items)
      // What is left of a layer that was cut ends at its own end: the next layer's floats lie before the first piece.
      if from > start { close() }
      end = start
    }
    close()
    if network.gradientCount > network.arenaCount || plan.isEmpty {
      plan.append(
        Bucket(
          range: network.arenaCount..<network.gradientCount,
          items: (plan.last?.items.upperBound ?? 0)..<layout.gradientItems.count))
    }
    // Items of layers that share all their weights complete nothing of their own.
    plan[plan.count - 1].items = plan[plan.count - 1].items.lowerBound..<layout.gradientItems.count
    buckets = plan
  }
}
