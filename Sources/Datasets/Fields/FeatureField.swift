package import Specs

/// Some features of every row, which a network reads as one of its inputs.
package struct FeatureField: Sendable, Equatable {
  /// The type of the elements.
  package enum DataType: String, CaseIterable, Sendable {
    case float32
    /// Whole numbers like ids, masks and lengths, which nothing normalizes.
    case int32
  }

  package var name: String
  package var dataType: DataType
  package var shape: Shape
  /// Which features they are, in the order of the field's elements: runs of neighbours.
  package var runs: [Range<Int>]

  package init(name: String, dataType: DataType, shape: Shape, runs: [Range<Int>]) {
    self.name = name
    self.dataType = dataType
    self.shape = shape
    self.runs = runs
  }
}

extension FeatureField {
  /// The field as JSON, as descriptions of data hold it.
  var configValue: ConfigValue {
    .object([
      .init("name", .string(name)), .init("dtype", .string(dataType.rawValue)),
      .init("shape", .array(shape.extents.map(ConfigValue.integer))),
      .init("features", .array(runs.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) })),
    ])
  }

  /// Reads what ``configValue`` has written.
  init(from fields: FieldReader) throws(ConfigError) {
    let limit = 1 << 40
    name = try fields.text("name", "what layers call it")
    dataType = try fields.option("dtype", default: DataType.float32, "the type of its elements")
    let extents = try fields.list("shape", of: .integer(1...limit), atLeast: 1, "its shape") {
      value, path throws(ConfigError) in (try FieldReader.integer(value, in: 1...limit, path: path), value)
    }
    runs = try fields.list("features", of: .list(.integer(0...limit)), atLeast: 1, "which features it is made of") {
      value, path throws(ConfigError) in
      guard case .array(let ends) = value, ends.count == 2 else {
        throw ConfigError("expected two whole numbers, found \(value.excerpt)", path: path)
      }
      let first = try FieldReader.integer(ends[0], in: 0...limit, path: path)
      return (first..<(try FieldReader.integer(ends[1], in: first + 1...limit + 1, path: path)), value)
    }
    shape = Shape(extents)
    var count = 1
    for extent in extents {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard !overflows, product <= limit else { throw fields.error("shape", "has more elements than can exist") }
      count = product
    }
    var left = count
    for run in runs where left >= 0 { left -= run.count }
    guard left == 0 else { throw fields.error("features", "do not make up the \(count) elements") }
  }
}
