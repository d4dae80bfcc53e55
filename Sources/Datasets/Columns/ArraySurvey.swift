package import Specs

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
    try self.init(
      .object([
        .init("format", .string(NPYFormat.kind)), .init("features", .string(features)),
        .init("targets", .string(targets)),
      ]), name: targets, in: context)
  }

  /// Reads a source of arrays.
  ///
  /// - Parameters:
  ///   - source: as a config states it.
  ///   - name: of the targets, for messages.
  /// - Throws: ``DataError`` where it cannot be used.
  package init(_ source: ConfigValue, name: String, in context: DataContext) throws(DataError) {
    let format: any DataFormat
    do throws(ConfigError) {
      format = try FieldReader.readVariant(source, DataFormatRegistry.standard, tag: "format", path: "data.train").0
    } catch { throw .field(error) }
    let table = try format.load(in: context)
    shape = table.featureShape.extents
    rows = table.count
    var survey = ColumnSurvey(name: name)
    func add(_ text: String, _ row: Int) {
      var text = text
      text.withUTF8 { survey.add($0, line: row) }
    }
    switch table.targets {
    case .numbers(let values, let names)?:
      targetCount = names.count
      for (index, value) in values.enumerated() {
        add(ConfigValue.number(value).compactText, index / max(1, names.count))
      }
    case .text(let codes, let labels, _)?:
      targetCount = 1
      for (row, code) in codes.enumerated() { add(code < 0 ? "" : labels[Int(code)], row) }
    case nil: throw .noTargets(file: name)
    }
    target = survey
  }
}
