internal import Specs

/// What arrays of features and targets are, as far as a first config needs it.
package struct ArraySurvey: Sendable {
  /// Of a row's features.
  package let shape: [Int]
  package let rows: Int
  package let targetCount: Int
  /// The targets; of several columns all of their numbers.
  package let target: ColumnSurvey

  /// Reads features and targets in files of the format npy.
  package init(features: String, targets: String, in context: DataContext) throws(DataError) {
    let format: NPYFormat
    do throws(ConfigError) {
      let value = ConfigValue.object([.init("features", .string(features)), .init("targets", .string(targets))])
      format = try NPYFormat(from: FieldReader(value, path: ""))
    } catch {
      // Two texts are all that it takes.
      throw .emptyFile(file: features)
    }
    let table = try format.load(in: context)
    guard case .numbers(let values, let names)? = table.targets else { throw .noTargets(file: targets) }
    shape = table.featureShape.extents
    rows = table.count
    targetCount = names.count
    var survey = ColumnSurvey(name: targets)
    for (row, value) in values.enumerated() {
      var text = ConfigValue.number(value).compactText
      text.withUTF8 { survey.add($0, line: row) }
    }
    target = survey
  }
}
