/// The best that can be predicted without looking at the features: the same outputs for every sample, under which the
/// loss of the training targets is least. A model that is not better has learned nothing.
package struct BestConstant: Sendable, Equatable {
  /// A row of the network's outputs.
  package var outputs: [Float]
  /// What it is in words, with an article, like `the mean`.
  package var name: String

  package init(outputs: [Float], name: String) {
    (self.outputs, self.name) = (outputs, name)
  }

  /// In double, as float32 holds them.
  init(_ outputs: [Double], name: String) {
    let limit = Double(Float.greatestFiniteMagnitude)
    self.init(outputs: outputs.map { Float(max(-limit, min(limit, $0))) }, name: name)
  }

  var isFinite: Bool { outputs.allSatisfy(\.isFinite) }
}

extension Loss {
  package func bestConstant(of targets: ConstantTargets, outputs: Int) -> BestConstant? {
    if countsPositions { return nil }
    return ConstantSearch(self, targets: targets, outputs: outputs)?.best()
  }
}
