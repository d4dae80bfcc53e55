package import Specs

/// What wrong predictions cost, as config.json states it: two numbers for two classes, a matrix, or numbers by names of
/// classes.
package struct MisclassificationCost: Sendable, Equatable {
  /// How the costs are given.
  private enum Form: Sendable, Equatable {
    case pair(falsePositive: Double, falseNegative: Double)
    /// Row actual, column predicted, in the order of `classes`; nil: in the order of the data's classes.
    case matrix([[Double]], classes: [String]?)
    case named([Entry])
  }

  private struct Entry: Sendable, Equatable {
    var actual: String
    var predicted: String
    var cost: Double
  }

  private var form: Form
  /// The class that the pair calls positive, where it says so.
  package private(set) var positiveClass: String?

  /// Reads `false_positive`, `false_negative` and `positive_class`, or `matrix` and `classes`.
  package init(from fields: FieldReader) throws(ConfigError) {
    let isMatrix = fields.has("matrix")
    if isMatrix, fields.has("false_positive") || fields.has("false_negative") {
      // Earlier builds wrote these two, both 1, beside a matrix.
      let written = [
        try fields.number("false_positive", default: 1, in: .nonNegative, ""),
        try fields.number("false_negative", default: 1, in: .nonNegative, ""),
      ]
      guard written == [1, 1], fields.has("false_positive"), fields.has("false_negative") else {
        throw fields.error("matrix", "give either the matrix or false_positive and false_negative, not both")
      }
      fields.leaveOut("false_positive", "false_negative")
    }
    var pair = (1.0, 1.0)
    if !isMatrix {
      pair.0 = try fields.number(
        "false_positive", default: 1, in: .nonNegative,
        "cost of predicting the positive class where the other is true")
      pair.1 = try fields.number(
        "false_negative", default: 1, in: .nonNegative,
        "cost of predicting the other class where the positive one is true")
      // What a metric is not told it takes from the loss, so defaults are not written as if they were given.
      if !fields.has("false_positive"), !fields.has("false_negative") {
        fields.leaveOut("false_positive", "false_negative")
      }
    }
    positiveClass = try fields.optionalClassName(
      "positive_class", "which of two classes is the positive one, as data.positive_class")
    let matrix = try fields.read(
      "matrix", schema: .list(.list(.number(.nonNegative))), default: (nil, nil), example: nil,
      summary: "cost of each actual class (row) predicted as each class (column)", decode: Self.readMatrix)
    let classes = try fields.read(
      "classes", schema: .list(Schema.className), default: (nil, nil), example: nil,
      summary: "the classes of the matrix's rows and columns; the order of the data's classes otherwise",
      decode: Self.readClasses)
    form = matrix.map { .matrix($0, classes: classes) } ?? .pair(falsePositive: pair.0, falseNegative: pair.1)
    guard let classes else { return }
    guard let matrix else { throw fields.error("classes", "these name the rows of a matrix; give the matrix too") }
    guard classes.count == matrix.count else {
      throw fields.error(
        "classes", "names \(classes.count.counted("class")), but the matrix has \(matrix.count.counted("row"))")
    }
  }

  /// Reads costs by names: `{"actual": {"predicted": cost}}`.
  private init(named value: ConfigValue, path: String) throws(ConfigError) {
    guard case .object(let members) = value else {
      throw ConfigError("expected an object, found \(value.excerpt)", path: path)
    }
    var entries: [Entry] = []
    for member in members {
      let row = try FieldReader.numbersByName(
        member.value, in: .nonNegative, path: "\(path).\(member.key.excerpt(60))")
      entries += row.map { Entry(actual: member.key, predicted: $0.name, cost: $0.number) }
    }
    form = .named(entries)
  }

  /// Reads the key `cost` of a loss in any of its forms.
  package static func read(_ fields: FieldReader) throws(ConfigError) -> MisclassificationCost? {
    let described = FieldReader(describing: fields.pathOf("cost"))
    if fields.isDescribing { _ = try MisclassificationCost(from: described) }
    return try fields.read(
      "cost", schema: .anyOf([.object(described.properties), .map(.map(.number(.nonNegative)))]), default: (nil, nil),
      example: nil,
      summary:
        "what wrong predictions cost: two numbers, a matrix, or {\"actual class\": {\"predicted class\": cost}}; "
        + "weighs samples by their class's cost, and predictions are those of least expected cost"
    ) { value, path throws(ConfigError) in
      // No key of the other forms holds an object, so classes may have any names.
      if case .object(let members) = value,
        members.contains(where: { if case .object = $0.value { true } else { false } })
      {
        return (try MisclassificationCost(named: value, path: path), value)
      }
      let (cost, text) = try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in
        try MisclassificationCost(from: fields)
      }
      return (cost, text)
    }
  }

  private static func readMatrix(
    _ value: ConfigValue, path: String
  ) throws(ConfigError) -> ([[Double]]?, ConfigValue) {
    guard case .array(let rows) = value else {
      throw ConfigError("expected a list of rows of numbers, found \(value.excerpt)", path: path)
    }
    var matrix: [[Double]] = []
    for (index, row) in rows.enumerated() {
      guard case .array(let cells) = row, cells.count == rows.count else {
        throw ConfigError(
          "expected a row of \(rows.count.counted("number")), as many as there are rows, found \(row.excerpt)",
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

  private static func readClasses(
    _ value: ConfigValue, path: String
  ) throws(ConfigError) -> ([String]?, ConfigValue) {
    guard case .array(let entries) = value else {
      throw ConfigError("expected a list of classes, found \(value.kindName) (\(value.excerpt))", path: path)
    }
    var names: [String] = []
    for (index, entry) in entries.enumerated() {
      let name = try FieldReader.className(entry, path: "\(path)[\(index)]")
      guard !names.contains(name) else {
        throw ConfigError("'\(name.excerpt(60))' is there twice; name each class once", path: "\(path)[\(index)]")
      }
      names.append(name)
    }
    return (names, .array(names.map(ConfigValue.string)))
  }

  /// The costs for the data's classes, row actual, column predicted, the positive class being the second of two.
  package func matrix(_ names: [String], path: String) throws(ConfigError) -> [[Double]] {
    var costs = [[Double]](repeating: [Double](repeating: 0, count: names.count), count: names.count)
    switch form {
    case .pair(let falsePositive, let falseNegative):
      guard names.count == 2 else {
        throw ConfigError(
          "false_positive and false_negative are for two classes, found \(names.count); give a matrix, or costs by names",
          path: path)
      }
      let positive = try positiveIndex(names, path: path)
      costs[1 - positive][positive] = falsePositive
      costs[positive][1 - positive] = falseNegative
    case .matrix(let matrix, let classes):
      guard matrix.count == names.count else {
        throw ConfigError(
          "the matrix has \(matrix.count.counted("row")), but there \(names.count.isOrAre) \(names.count.counted("class"))",
          path: path)
      }
      _ = try positiveIndex(names, path: path)
      let places = try (classes ?? names).map { name throws(ConfigError) in
        try ClassNames.index(of: name, in: names, path: path + ".classes")
      }
      for (row, actual) in places.enumerated() {
        for (column, predicted) in places.enumerated() { costs[actual][predicted] = matrix[row][column] }
      }
    case .named(let entries):
      var isGiven = Set<[Int]>()
      for entry in entries {
        let actual = try ClassNames.index(of: entry.actual, in: names, path: path)
        let predicted = try ClassNames.index(
          of: entry.predicted, in: names, path: "\(path).\(entry.actual.excerpt(60))")
        costs[actual][predicted] = entry.cost
        isGiven.insert([actual, predicted])
      }
      for actual in names.indices {
        for predicted in names.indices where actual != predicted && !isGiven.contains([actual, predicted]) {
          throw ConfigError(
            "does not say what predicting '\(names[predicted].excerpt(60))' where it is "
              + "'\(names[actual].excerpt(60))' costs; give a number for each pair of classes",
            path: path)
        }
      }
    }
    return costs
  }

  private func positiveIndex(_ names: [String], path: String) throws(ConfigError) -> Int {
    guard let positiveClass else { return 1 }
    guard names.count == 2 else {
      throw ConfigError(
        PositiveClass.Problem.notTwoClasses(known: names).words, path: path + ".positive_class")
    }
    return try ClassNames.index(of: positiveClass, in: names, path: path + ".positive_class")
  }

  /// What missing each class costs, the mean over the classes it can be taken for.
  package static func classCosts(_ matrix: [[Double]]) -> [Double] {
    let others = Double(max(1, matrix.count - 1))
    return matrix.enumerated().map { actual, row in
      row.enumerated().reduce(0) { $1.offset == actual ? $0 : $0 + $1.element } / others
    }
  }
}
