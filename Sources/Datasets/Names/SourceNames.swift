internal import Specs

/// How the columns of a source are told apart.
package enum Naming: String, Sendable, CaseIterable {
  /// By the names in the header of its file.
  case header
  /// By their index from 0: a table without header.
  case index
  /// By their place alone: arrays and data made by formula.
  case place
}

/// Names and kinds that the training source decides and every other source follows.
package struct SourceNames: Sendable, Equatable {
  /// The columns behind the features, in the order of the features; empty for arrays.
  package var columns: [FeatureColumn]
  /// The targets in their order.
  package var targets: [String]
  package var naming: Naming
  /// What labels of classes are; nil where targets are values.
  package var labels: LabelKind?
  /// How each target is read; empty: all as usual.
  package var targetColumns: [TargetColumn] = []
  /// The column of weights, where a rule has named it.
  package var weight: WeightColumn?

  /// The columns of the file behind the features, each once, trimmed.
  var fileColumns: [String] {
    var seen: Set<String> = []
    return columns.map { $0.fileColumn.trimmed }.filter { seen.insert($0).inserted }
  }
  /// Features of a row; nil where that is not known.
  package var featureCount: Int?
  /// Whether indices of features in files begin with 0.
  package var countsFromZero = false

  package init(
    columns: [FeatureColumn] = [], targets: [String] = [], naming: Naming = .header, labels: LabelKind? = nil,
    featureCount: Int? = nil
  ) {
    self.columns = columns
    self.targets = targets
    self.naming = naming
    self.labels = labels
    self.featureCount = featureCount
  }

  /// How the columns of a description were told apart that does not say it, as earlier builds wrote it.
  ///
  /// They refused a header of numbers only, so names that all are indices are those of a table without header.
  static func assumedNaming(columns: [FeatureColumn], targets: [String]) -> Naming {
    guard !columns.isEmpty else { return .place }
    return (columns.map(\.name) + targets).allSatisfy { Int($0).map(String.init) == $0 } ? .index : .header
  }
}
