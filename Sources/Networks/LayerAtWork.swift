internal import Kernels

/// A layer with the memory of its node.
///
/// A class for each kind of layer: a layer in a list of `any Layer` is copied for every call, and references counted,
/// which was 2 % of a small network's step.
class LayerAtWork: @unchecked Sendable {
  let pass: LayerPass

  fileprivate init(_ pass: LayerPass) { self.pass = pass }

  // What follows is ``Layer``'s.

  func forward(rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) { missing() }
  func forward(rows: Range<Int>, item: Int) { missing() }
  func prepareOutputGradient(rows: Range<Int>) { missing() }
  func backwardToInput(rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) { missing() }
  func backwardToInput(rows: Range<Int>, item: Int) { missing() }
  func addSums(_ way: PassWay, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>) { missing() }
  func updateStates(samples: Int) { missing() }
  func accumulateWeightGradient(
    item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int, gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) { missing() }
  func renewDerived(item: Int) { missing() }

  private func missing() -> Never { preconditionFailure("a layer at work is of some kind") }
}

extension Layer {
  func atWork(_ pass: LayerPass) -> LayerAtWork { KindAtWork(self, pass) }
}

private final class KindAtWork<Kind: Layer>: LayerAtWork, @unchecked Sendable {
  private let layer: Kind

  init(_ layer: Kind, _ pass: LayerPass) {
    self.layer = layer
    super.init(pass)
  }

  override func forward(rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    layer.forward(pass, rows: rows, scratch: scratch)
  }

  override func forward(rows: Range<Int>, item: Int) { layer.forward(pass, rows: rows, item: item) }

  override func prepareOutputGradient(rows: Range<Int>) { layer.prepareOutputGradient(pass, rows: rows) }

  override func backwardToInput(rows: Range<Int>, scratch: UnsafeMutablePointer<Float>) {
    layer.backwardToInput(pass, rows: rows, scratch: scratch)
  }

  override func backwardToInput(rows: Range<Int>, item: Int) { layer.backwardToInput(pass, rows: rows, item: item) }

  override func addSums(_ way: PassWay, rows: Range<Int>, into sums: UnsafeMutablePointer<Double>) {
    switch way {
    case .forward: layer.addForwardSums(pass, rows: rows, into: sums)
    case .backward: layer.addBackwardSums(pass, rows: rows, into: sums)
    }
  }

  override func updateStates(samples: Int) {
    layer.updateStates(pass, sums: UnsafePointer(pass.forwardSums.ofBatch), samples: samples)
  }

  override func accumulateWeightGradient(
    item: Int, leaves: UnsafePointer<GradientLeaf>, leafCount: Int, gradient: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    layer.accumulateWeightGradient(
      pass, item: item, leaves: leaves, leafCount: leafCount, gradient: gradient, scratch: scratch)
  }

  override func renewDerived(item: Int) { layer.renewDerived(pass, item: item) }
}
