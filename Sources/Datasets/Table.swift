package import Specs

/// The rows of one data source, as they are in its files: not normalized, targets not yet told apart into classes or
/// values.
package struct Table: Sendable {
  /// Where the rows come from, for messages.
  package var source: RowSource
  /// The number of rows.
  package var count: Int
  /// The shape of one row's features.
  package var featureShape: Shape
  /// `count × featureShape.count` elements, as they came.
  package var features: FeatureStorage
  /// The columns behind the features, where the source has columns.
  package var columns: [FeatureColumn] = []
  /// How the source tells its columns and targets apart.
  package var naming = Naming.place
  /// The categorical columns, by their places in ``columns``, whose categories are still all that occur: parts are to
  /// be cut first.
  package var undecided: [Int: UndecidedCategories] = [:]
  /// The targets, where the source has them.
  package var targets: TargetColumns?
  /// What rows have in common with others, or what tells them apart, where the source says so.
  package var keys: [KeyColumn] = []
  /// One finite weight ≥ 0 per row, where the source has them.
  package var sampleWeights: [Double]?
  /// Where the targets come from, where they have a file of their own.
  package var targetFile: RowSource?
  /// Where the weights come from, where they have a file of their own.
  package var weightFile: RowSource?

  /// How each target was read; empty: all as usual.
  package var targetColumns: [TargetColumn] = []
  /// The column of weights, where a rule has named it.
  package var weightColumn: WeightColumn?
  /// Whether `data.columns` can say what its columns are.
  package var followsRules = false
  /// What a person should know of the columns and their cells.
  package var notes: [String] = []
  /// The rows that were left out.
  package var dropped = DroppedRows()

  /// Where the targets come from, for messages.
  package var targetSource: RowSource { targetFile ?? source }
  /// Where the weights come from, for messages.
  package var weightSource: RowSource { weightFile ?? source }
}
