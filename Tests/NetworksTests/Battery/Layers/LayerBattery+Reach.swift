import Kernels

@testable import Networks

extension LayerBattery {
  /// Sums over rows are one chain over them, and what is computed reaches as far as the layer says.
  func sums() -> [Finding] {
    let needs = layer.needs
    guard needs.forwardSums + needs.backwardSums > 0 else { return [] }
    let bench = LayerBench(layer, inputs: inputs)
    _ = bench.trace()
    var found: [Finding] = []
    for way in [PassWay.forward, .backward] {
      let whole = bench.sums(way, [0..<LayerBench.rows])
      for cuts in [[0..<7, 7..<LayerBench.rows], (0..<LayerBench.rows).map { $0..<$0 + 1 }] {
        let parts = bench.sums(way, cuts)
        if let place = whole.indices.first(where: { parts[$0].bitPattern != whole[$0].bitPattern }) {
          found.append(
            Finding(kind: .sums, text: "\(way), number \(place), rows cut as \(cuts): \(parts[place]), \(whole[place])")
          )
        }
      }
    }
    return found
  }

  /// Other inputs in one shard change nothing in the others, whose rows the layer may at most look at.
  func reach() -> [Finding] {
    guard !layer.isView, layer.needs.reach != .batch else { return [] }
    let tree = LeafTree(shards: [0..<8, 8..<13, 13..<LayerBench.rows])
    let plain = LayerBench(layer, inputs: inputs)
    plain.tree = tree
    plain.forward()
    plain.backward()
    return tree.shards.lazy.compactMap { reach(changed: $0, tree, plain) }.prefix(1).map { $0 }
  }

  private func reach(changed: Range<Int>, _ tree: LeafTree, _ plain: LayerBench) -> Finding? {
    let other = LayerBench(layer, inputs: inputs)
    for input in other.inputs {
      for row in changed { for column in 0..<input.width { input[row * input.width + column] += 1 } }
    }
    for grid in other.integers {
      let before = changed.map { grid[$0] }
      for (row, values) in zip(changed, before.reversed()) { grid.set(row, values.reversed()) }
    }
    other.tree = tree
    other.forward()
    other.backward()
    let grids =
      [("output", plain.output, other.output)]
      + zip(plain.inputGradients, other.inputGradients).map { ("the input's gradient", $0, $1) }
    for (name, a, b) in grids {
      for row in 0..<LayerBench.rows where !changed.contains(row) {
        let elements = row * a.width..<(row + 1) * a.width
        if elements.contains(where: { a[$0].bitPattern != b[$0].bitPattern }) {
          return Finding(kind: .reach, text: "\(name) of row \(row) depends on rows \(changed), another shard's")
        }
      }
    }
    return nil
  }

  /// Items within rows, in any order, make what whole rows make, and no two of them the same.
  func withinRows(_ whole: LayerTrace) -> [Finding] {
    let forward = layer.needs.forwardItems, backward = layer.needs.backwardItems
    func trace(_ forward: [Int]?, _ backward: [Int]?) -> LayerTrace {
      LayerBench(layer, inputs: inputs).trace(forwardItems: forward, backwardItems: backward)
    }
    var found: [Finding] = []
    if forward > 0 {
      found += compare(.items, trace(Array(0..<forward), nil), whole, "forward by items within rows")
      found += compare(.items, trace((0..<forward).reversed(), nil), whole, "forward by items in reverse order")
    }
    if backward > 0 {
      found += compare(.items, trace(nil, Array(0..<backward)), whole, "backward by items within rows")
      found += compare(.items, trace(nil, (0..<backward).reversed()), whole, "backward by items in reverse order")
    }
    return found
  }
}
