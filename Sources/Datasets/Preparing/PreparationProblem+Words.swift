internal import Specs

extension DataDescription {
  /// What keeps features from being prepared, with file, row and column.
  ///
  /// - Parameters:
  ///   - source: where the rows are from.
  ///   - canChoose: whether the one who reads the sentence can choose other transforms.
  func dataError(_ problem: PreparationProblem, in source: RowSource, canChoose: Bool) -> DataError {
    switch problem {
    case .outside(let feature, let row, let value, let method):
      .outsideTransform(
        file: source.file, place: source.place(row), column: name(ofFeature: feature),
        text: ConfigValue.number(value).compactText, transform: method.name, bound: Int(method.bound ?? 0),
        canChoose: canChoose)
    case .fillOutside(let feature, let method):
      .fillOutsideTransform(
        file: source.file, column: name(ofFeature: feature), transform: method.name, bound: Int(method.bound ?? 0))
    case .allMissing(let feature):
      .nothingToFill(file: source.file, column: name(ofFeature: feature))
    }
  }

  /// A feature in words; of a category the column.
  private func name(ofFeature feature: Int) -> String {
    var first = 0
    for column in columns {
      if feature < first + column.width {
        return "column '\((column.isCategorical ? column.name : column.featureNames[feature - first]).excerpt(40))'"
      }
      first += column.width
    }
    return featureShape.extents.count > 1 ? "the features" : "feature \(feature)"
  }
}
