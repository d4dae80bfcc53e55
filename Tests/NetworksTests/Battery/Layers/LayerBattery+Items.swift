import Kernels

@testable import Networks

extension LayerBattery {
  /// Items of work in any order write the same, each its own floats, and floats that are said to be final are.
  func items(_ whole: LayerTrace) -> [Finding] {
    let count = layer.needs.gradientItems
    let bench = LayerBench(layer, inputs: inputs)
    guard count > 0 else { return [] }
    var found = compare(.items, bench.trace(items: (0..<count).reversed()), whole, "in reverse order")
    _ = bench.trace()
    let leaves = LeafTree(shards: [0..<LayerBench.rows]).leaves, all = bench.gradient(leaves)
    var writers = [Int](repeating: 0, count: all.count)
    for item in 0..<count {
      for (place, value) in bench.gradient(leaves, items: [item]).enumerated()
      where value.bitPattern != Grid.foreign.bitPattern {
        writers[place] += 1
        if value.bitPattern != all[place].bitPattern {
          found.append(Finding(kind: .items, text: "item \(item) by itself writes another float \(place)"))
          return found
        }
      }
    }
    if let place = writers.firstIndex(where: { $0 > 1 }) {
      found.append(Finding(kind: .items, text: "float \(place) is written by \(writers[place]) items"))
    }
    if let place = writers[bench.gradientCount...].firstIndex(where: { $0 > 0 }) {
      found.append(Finding(kind: .items, text: "float \(place) lies behind the layer's \(bench.gradientCount)"))
    }
    return found + finished(bench, leaves, all)
  }

  /// What ``Layer/finishedGradients(items:)`` promises: a bucket of the exchange is sent on its word.
  private func finished(_ bench: LayerBench, _ leaves: [GradientLeaf], _ all: [Float]) -> [Finding] {
    for items in 0...layer.needs.gradientItems {
      let promised = layer.finishedGradients(items: items), first = bench.gradient(leaves, items: Array(0..<items))
      guard promised <= bench.gradientCount else {
        return [Finding(kind: .finished, text: "\(promised) of \(bench.gradientCount) floats after \(items) items")]
      }
      if let place = (0..<promised).first(where: { first[$0].bitPattern != all[$0].bitPattern }) {
        return [Finding(kind: .finished, text: "float \(place) of \(promised) is not final after \(items) items")]
      }
    }
    return []
  }
}
