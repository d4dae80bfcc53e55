package import Kernels

/// Another link at each position of a row, in the order of positions.
///
/// Names end with the position, counted from 0: `probability_a_at_3`. Targets and their units are those of all
/// positions, position by position, or serve each.
package struct PerPosition: Prediction {
  private let link: any Prediction
  private let positions: Int
  private let classes: [String]

  /// - Parameter classes: names of a position's classes where the data have none.
  package init(_ link: any Prediction, positions: Int, classes: [String] = []) {
    self.link = link
    self.classes = classes
    self.positions = max(1, positions)
  }

  package var hasLogits: Bool { link.hasLogits }

  package func areOutputs(_ units: Normalization) -> Bool {
    (0..<positions).allSatisfy { link.areOutputs(self.units(units, at: $0)) }
  }

  package func columns(classes: [String], targets: [String]) -> [String] {
    names(targets) { link.columns(classes: classes.isEmpty ? self.classes : classes, targets: $0) }
  }

  package func outputColumns(classes: [String], targets: [String]) -> [String] {
    names(targets) { link.outputColumns(classes: classes.isEmpty ? self.classes : classes, targets: $0) }
  }

  package func numbers(_ outputs: OutputRow, units: Normalization) -> [Double] {
    let channels = outputs.count / positions
    return (0..<positions).flatMap { position in
      link.numbers(
        OutputRow(rebasing: outputs[position * channels..<(position + 1) * channels]),
        units: self.units(units, at: position))
    }
  }

  private func names(_ targets: [String], _ names: ([String]) -> [String]) -> [String] {
    (0..<positions).flatMap { position in names(part(targets, at: position)).map { "\($0)_at_\(position)" } }
  }

  /// A position's share of what there is for all positions.
  private func part<Element>(_ all: [Element], at position: Int) -> [Element] {
    guard all.count >= positions, all.count % positions == 0 else { return all }
    let count = all.count / positions
    return Array(all[position * count..<(position + 1) * count])
  }

  private func units(_ units: Normalization, at position: Int) -> Normalization {
    units.isUniform
      ? units
      : Normalization(
        units.formula, shift: part(units.shift, at: position), scale: part(units.scale, at: position),
        functions: units.functions.count == 1 ? units.functions : part(units.functions, at: position))
  }
}
