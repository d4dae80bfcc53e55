internal import Networks

/// One loop of all workers in a step: what they do for pieces of rows, or for items of one node's work within rows, and
/// which items of the weight gradient they compute beside that.
struct StepPhase {
  /// Sums that are added up before the loop, because the first node in it reads them.
  struct Sums {
    var way: PassWay
    var node: Int
  }

  var sums: Sums?
  /// The rows' samples are fetched first.
  var fetches = false
  /// Nodes whose outputs are computed.
  var forward = 0..<0
  /// Then losses are, and the gradient of the last node's output is made final.
  var evaluates = false
  /// A node whose output's gradient is made final.
  var prepares: Int?
  /// Nodes that hand the gradient of their output on, last first; each time the gradient of the node before is made
  /// final then.
  var hands = 0..<0
  /// Items of ``NetworkLayout/gradientItems``.
  var gradientItems = 0..<0
  /// The way of the only node in the loop that is cut into its items within rows; nil: rows are cut.
  var withinRows: PassWay?

  /// Whether there is something to do for rows.
  var worksOnRows: Bool { fetches || !forward.isEmpty || evaluates || prepares != nil || !hands.isEmpty }
}

/// All loops of a step for a group of rows, in order; the only place that decides what is done together.
///
/// What reads sums over more than a row waits for all rows. Where nothing does, rows go through all layers, to the loss
/// and back, in one loop, and all weight gradients follow in a second one. With overlap, and where rows are too few for
/// the workers, the way back goes layer by layer, with the weight gradients of each beside it.
struct StepPhases {
  /// Up to the loss; where rows go back at once, all the way.
  private(set) var forward: [StepPhase] = []
  /// After the loss.
  private(set) var backward: [StepPhase] = []
  /// Whether some node's work is cut within rows.
  private(set) var isWithinRows = false

  /// Workers have fewer rows than this where a layer's work is cut within rows: each takes a part of the weights
  /// instead of reading all of them for its few rows.
  static let fewRows = 12
  /// Operations on all rows from which on that is worth a meeting of the workers.
  static let leastOperations = 1 << 21

  /// - Parameters:
  ///   - rows: of the group.
  ///   - overlaps: whether gradients leave layer by layer.
  init(_ layout: NetworkLayout, of network: Network, rows: Int, threads: Int, overlaps: Bool) {
    let nodes = network.nodes, isFew = threads > 1 && rows < Self.fewRows * threads
    func isCut(_ node: Int, items: Int) -> Bool {
      isFew && items > 1 && rows * nodes[node].needs.rowOperations >= Self.leastOperations
    }
    func isCutForward(_ node: Int) -> Bool { isCut(node, items: nodes[node].needs.forwardItems) }
    func isCutBackward(_ node: Int) -> Bool {
      let needs = nodes[node].needs, plan = layout.nodes[node]
      return isCut(node, items: needs.backwardItems) && plan.inputGradients.contains { $0 != nil }
        && (plan.keepsDerived || needs.derivedCount == 0)
    }
    isWithinRows = nodes.indices.contains { isCutForward($0) || isCutBackward($0) }

    var phase = StepPhase(fetches: true)
    for node in nodes.indices {
      let needs = nodes[node].needs, waits = needs.reach != .row && needs.forwardSums > 0
      if waits || isCutForward(node) {
        if phase.worksOnRows { forward.append(phase) }
        phase = StepPhase(sums: waits ? .init(way: .forward, node: node) : nil, forward: node..<node)
      }
      if phase.forward.isEmpty { phase.forward = node..<node }
      phase.forward = phase.forward.lowerBound..<node + 1
      guard isCutForward(node) else { continue }
      phase.withinRows = .forward
      forward.append(phase)
      phase = StepPhase()
    }
    phase.evaluates = true

    let last = nodes.count - 1
    func waits(_ node: Int) -> Bool { nodes[node].needs.reach != .row && nodes[node].needs.backwardSums > 0 }
    func sums(_ node: Int) -> StepPhase.Sums? { waits(node) ? .init(way: .backward, node: node) : nil }
    guard overlaps || isWithinRows else {
      var isForward = true
      func close() {
        if isForward { forward.append(phase) } else { backward.append(phase) }
        isForward = false
      }
      if layout.trainsFrom <= last {
        for node in (layout.trainsFrom...last).reversed() {
          if waits(node) {
            close()
            phase = StepPhase(sums: sums(node))
          }
          phase.hands = node..<(phase.hands.isEmpty ? node + 1 : phase.hands.upperBound)
        }
      }
      close()
      backward.append(StepPhase(gradientItems: 0..<layout.gradientItems.count))
      return
    }
    forward.append(phase)
    guard layout.trainsFrom <= last else { return }
    for node in (layout.trainsFrom...last).reversed() {
      phase = StepPhase(sums: sums(node), gradientItems: layout.gradientItemsOfNode[node])
      let hasMore = node > layout.trainsFrom
      if isCutBackward(node) {
        phase.hands = node..<node + 1
        phase.withinRows = .backward
        backward.append(phase)
        if hasMore { backward.append(StepPhase(prepares: node - 1)) }
      } else {
        if hasMore || layout.nodes[node].inputGradients.contains(where: { $0 != nil }) { phase.hands = node..<node + 1 }
        backward.append(phase)
      }
    }
  }
}
