package import Specs

/// The rows of one data source, as they are in its files: not normalized, targets not yet told apart into classes or values.
package struct Table: Sendable {
  /// Where the rows come from, for messages.
  package var source: RowSource
  /// The number of rows.
  package var count: Int
  /// The shape of one row's features.
  package var featureShape: Shape
  /// `count × featureShape.count` elements, row by row.
  package var features: FeatureStorage
  /// The columns behind the features, where the source has columns.
  package var columns: [FeatureColumn] = []
  /// How the source tells its columns and targets apart.
  package var naming = Naming.place
  /// The targets, where the source has them.
  package var targets: TargetColumns?
  /// One finite weight ≥ 0 per row, where the source has them.
  package var sampleWeights: [Double]?
  /// Where the targets come from, where they have a file of their own.
  package var targetFile: RowSource?
  /// Where the weights come from, where they have a file of their own.
  package var weightFile: RowSource?

  /// The rows that were left out.
  package var dropped = DroppedRows()

  /// Where the targets come from, for messages.
  package var targetSource: RowSource { targetFile ?? source }
  /// Where the weights come from, for messages.
  package var weightSource: RowSource { weightFile ?? source }
}

/// Features in memory, where bytes stay bytes: a quarter of the memory of float32.
package enum FeatureStorage: Sendable {
  case float32([Float])
  /// The elements follow `offset` bytes of file header, so that a file of bytes is not copied.
  case uint8(FileBytes, offset: Int)

  var element: FeatureElement {
    switch self {
    case .float32: .float32
    case .uint8: .uint8
    }
  }
}

/// The element type of stored features.
package enum FeatureElement: String, Sendable, CaseIterable {
  case float32, uint8

  package var byteCount: Int { self == .float32 ? 4 : 1 }
}
