import Kernels
import Specs

@testable import Networks

/// What every layer must hold to, whatever it computes; tried on one layer with inputs that it takes.
///
/// Training counts on all of it: shards and ranks cut rows and leaves, threads take items of work, ranks differ in
/// their instruction sets, and the weights are the same to the last bit.
struct LayerBattery {
  let layer: any Layer
  let inputs: [Port]

  /// Everything that is found; empty for a layer that is right.
  func findings() -> [Finding] {
    let broken = storage()
    // What leaves its memory is not computed with.
    guard broken.isEmpty else { return broken }
    return Denormals.flushing {
      let bench = LayerBench(layer, inputs: inputs), whole = bench.trace()
      if let gap = whole.gap { return [Finding(kind: .unusable, text: gap)] }
      return gradients() + leaves() + items(whole) + rows(whole) + padding(whole) + levels(whole) + derived(whole)
        + gates() + sums() + reach() + withinRows(whole)
    }
  }

  /// A finding where two traces differ.
  func compare(_ kind: Finding.Kind, _ found: LayerTrace, _ expected: LayerTrace, _ how: String) -> [Finding] {
    found.difference(from: expected).map { [Finding(kind: kind, text: "\(how): \($0)")] } ?? []
  }

  /// k leaves are the tree of single leaves, in every float that is kept, padding included.
  private func leaves() -> [Finding] {
    let bench = LayerBench(layer, inputs: inputs)
    _ = bench.trace()
    return LeafTree.samples(rows: LayerBench.rows).compactMap { tree in
      // What the layer reads of its shard or batch stays as it was.
      let expected = tree.sum { bench.gradient([GradientLeaf(rows: $0, merges: 0)]) }
      let found = bench.gradient(tree.leaves)
      guard let place = (0..<bench.gradientCount).first(where: { found[$0].bitPattern != expected[$0].bitPattern })
      else { return nil }
      return Finding(
        kind: .leaves, text: "\(tree.shards), float \(place): \(found[place]), by the tree \(expected[place])")
    }
  }

  /// Rows cut anywhere, and taken in any order, in training and in evaluation.
  private func rows(_ whole: LayerTrace) -> [Finding] {
    let rows = LayerBench.rows
    let cuts: [[Range<Int>]] = [
      [0..<2, 2..<3, 3..<rows], [0..<16, 16..<rows], [7..<rows, 0..<7], (0..<rows).map { $0..<$0 + 1 }.reversed(),
    ]
    var evaluating = LayerBench.Setup()
    evaluating.isTraining = false
    let evaluated = LayerBench(layer, inputs: inputs, evaluating).trace()
    return cuts.flatMap { cuts in
      compare(.rows, LayerBench(layer, inputs: inputs).trace(cuts: cuts), whole, "training, rows cut as \(cuts)")
        + compare(
          .rows, LayerBench(layer, inputs: inputs, evaluating).trace(cuts: cuts), evaluated,
          "evaluating, rows cut as \(cuts)")
    }
  }

  /// Every level that this CPU has.
  private func levels(_ whole: LayerTrace) -> [Finding] {
    let tree = LeafTree.samples(rows: LayerBench.rows)[3]
    let expected = LayerBench(layer, inputs: inputs).trace(tree: tree)
    return InstructionSet.allCases.filter { $0 <= .detected }.flatMap { level in
      InstructionSet.lowering(to: level) {
        compare(.levels, LayerBench(layer, inputs: inputs).trace(tree: tree), expected, level.name)
      }
    }
  }

  /// What is derived from the parameters: in any order of its items, and anew on every use where scratch memory makes
  /// up for it.
  private func derived(_ whole: LayerTrace) -> [Finding] {
    guard layer.needs.derivedCount > 0 else { return [] }
    var found = compare(
      .derived, LayerBench(layer, inputs: inputs).trace(derivedItems: (0..<layer.needs.derivedItems).reversed()), whole,
      "items in reverse order")
    guard layer.needs.derivedScratchCount > 0 else { return found }
    var anew = LayerBench.Setup()
    anew.keepsDerived = false
    found += compare(.derived, LayerBench(layer, inputs: inputs, anew).trace(), whole, "made anew on every use")
    return found
  }
}
