package import Specs

/// What wrong predictions cost, as config.json states it: two numbers for two classes, or a matrix.
package struct MisclassificationCost: Sendable, Equatable {
  /// Of each actual class (row) predicted as another (column); the diagonal is what right predictions cost, mostly 0.
  private var matrix: [[Double]]?
  private var falsePositive: Double
  private var falseNegative: Double

  /// Reads `false_positive` and `false_negative`, or `matrix`.
  package init(from fields: FieldReader) throws(ConfigError) {
    falsePositive = try fields.number(
      "false_positive", default: 1, in: .nonNegative, "cost of predicting the second class where the first is true")
    falseNegative = try fields.number(
      "false_negative", default: 1, in: .nonNegative, "cost of predicting the first class where the second is true")
    matrix = try fields.read(
      "matrix", schema: .list(.list(.number(.nonNegative))), default: (nil, nil), example: nil,
      summary: "cost of each actual class (row) predicted as each class (column)"
    ) { value, path throws(ConfigError) in
      guard case .array(let rows) = value else {
        throw ConfigError("expected a list of rows of numbers, found \(value.excerpt)", path: path)
      }
      var matrix: [[Double]] = []
      for (index, row) in rows.enumerated() {
        guard case .array(let cells) = row, cells.count == rows.count else {
          throw ConfigError(
            "expected a row of \(rows.count) numbers, as many as there are rows, found \(row.excerpt)",
            path: "\(path)[\(index)]")
        }
        var numbers: [Double] = []
        for (column, cell) in cells.enumerated() {
          numbers.append(try FieldReader.number(cell, in: .nonNegative, path: "\(path)[\(index)][\(column)]"))
        }
        matrix.append(numbers)
      }
      return (matrix, value)
    }
    if matrix != nil, fields.has("false_positive") || fields.has("false_negative") {
      throw fields.error("matrix", "give either the matrix or false_positive and false_negative, not both")
    }
  }

  /// The matrix for some number of classes.
  package func matrix(classes: Int, path: String) throws(ConfigError) -> [[Double]] {
    if let matrix {
      guard matrix.count == classes else {
        throw ConfigError("the matrix has \(matrix.count) rows, but there are \(classes) classes", path: path)
      }
      return matrix
    }
    guard classes == 2 else {
      throw ConfigError(
        "false_positive and false_negative are for two classes, found \(classes); give a matrix", path: path)
    }
    return [[0, falsePositive], [falseNegative, 0]]
  }

  /// What missing a class costs, the mean over the classes it can be taken for.
  package func classCosts(classes: Int, path: String) throws(ConfigError) -> [Double] {
    try matrix(classes: classes, path: path).enumerated().map { actual, row in
      row.enumerated().reduce(0) { $1.offset == actual ? $0 : $0 + $1.element } / Double(max(1, classes - 1))
    }
  }
}
