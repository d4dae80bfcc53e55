package import Kernels
package import Specs

/// A part of the prepared data.
package enum DataPart: Int, Sendable, CaseIterable {
  case train, validation, test

  /// The part's key in the config and its name in reports.
  package var name: String {
    switch self {
    case .train: "train"
    case .validation: "validation"
    case .test: "test"
    }
  }
}

/// The targets a loss can read.
package enum TargetDemand: Sendable, Equatable {
  case kind(TargetKind)
  /// One column is read as classes, several as values.
  case byColumns
  /// These, where the targets can be them; else the others: words are classes, numbers with fractions and several
  /// columns values.
  case preferably(TargetKind)

  package static let classes = TargetDemand.kind(.classes)
  package static let values = TargetDemand.kind(.values)

  func kind(of targets: TargetColumns?) -> TargetKind {
    switch self {
    case .kind(let kind): kind
    case .byColumns: (targets?.names.count ?? 0) > 1 ? .values : .classes
    case .preferably(.values): targets?.holdWords == true ? .classes : .values
    case .preferably(let kind): targets?.canBeClasses == false ? .values : kind
    }
  }
}

/// What the loss wants of the targets.
package enum TargetKind: String, Sendable, CaseIterable {
  /// One class per row, as an index.
  case classes
  /// One or several numbers per row.
  case values
  /// Nothing: data to predict.
  case none
}

/// Everything about prepared data but the rows themselves.
///
/// It is enough to lay out their memory, to map it on another rank, and to apply the same preparation to another
/// source. ``configValue`` and ``init(_:)`` carry it between ranks and into files.
package struct DataDescription: Sendable, Equatable {
  /// The shape of one sample.
  package var featureShape: Shape
  /// The table columns behind the features; empty for arrays.
  package var columns: [FeatureColumn]
  /// How the training source tells columns and targets apart.
  package var naming: Naming
  package var targetKind: TargetKind
  /// For classes: their names, a class's index being its place here.
  package var classNames: [String]
  /// For classes: whether their labels are numbers or text.
  package var labelKind: LabelKind
  /// The name of each target.
  package var targetNames: [String]
  package var hasSampleWeights: Bool
  package var normalization: Normalization
  /// What becomes of features before they are shifted and scaled; in their order, and most have none.
  package var treatments: [FeatureTreatment] = []
  /// For values: what brought them to a common scale; predictions are mapped back by
  /// ``Normalization/restore(_:feature:)``.
  package var targetNormalization: Normalization
  /// Rows of each part, in the order of ``DataPart``.
  package var counts: [Int]
  /// How missing values are told and what is done about them.
  package var missing = MissingRule()
  /// How each target is read; empty: all as usual.
  package var targetColumns: [TargetColumn] = []
  /// The column of weights, where a rule has named it.
  package var weight: WeightColumn?
  /// What a network reads; empty: all features, as its only input.
  package var fields: [FeatureField] = []
  /// Whether the training source's indices of features begin with 0.
  package var countsFromZero = false

  package var featureCount: Int { featureShape.count }
  /// The features that are whole numbers.
  var integerFeatures: [Range<Int>] { fields.filter { $0.dataType == .int32 }.flatMap(\.runs) }
  /// The features of ragged columns.
  var raggedFeatures: [Range<Int>] {
    var first = 0, ragged: [Range<Int>] = []
    for column in columns {
      if column.isRagged { ragged.append(first..<first + column.width) }
      first += column.width
    }
    return ragged
  }
  /// Targets per row: 1 for a class, 0 without targets.
  package var targetWidth: Int { targetKind == .values ? targetNames.count : targetKind == .classes ? 1 : 0 }
  package var rowCount: Int { counts.reduce(0, +) }
  package func count(of part: DataPart) -> Int { counts[part.rawValue] }
  /// What every other source follows.
  package var names: SourceNames {
    var names = SourceNames(
      columns: columns, targets: targetNames, naming: naming, labels: classNames.isEmpty ? nil : labelKind,
      featureCount: featureCount)
    (names.targetColumns, names.weight, names.countsFromZero) = (targetColumns, weight, countsFromZero)
    return names
  }
  /// The name of each feature where the source has columns.
  package var featureNames: [String] { columns.flatMap(\.featureNames) }
}

extension DataDescription {
  /// The description as JSON.
  package var configValue: ConfigValue {
    .object(
      [
        .init("shape", .array(featureShape.extents.map(ConfigValue.integer))),
        .init("columns", .array(columns.map(\.configValue))),
        .init("naming", .string(naming.rawValue)),
        .init("target_kind", .string(targetKind.rawValue)),
        .init("class_names", .array(classNames.map(ConfigValue.string))),
        .init("class_labels", .string(labelKind.rawValue)),
        .init("target_names", .array(targetNames.map(ConfigValue.string))),
        .init("has_sample_weights", .boolean(hasSampleWeights)),
        .init("normalization", normalization.configValue),
        .init("target_normalization", targetNormalization.configValue),
        .init("counts", .array(counts.map(ConfigValue.integer))),
      ] + missing.members
        + (targetColumns.isEmpty ? [] : [.init("target_columns", .array(targetColumns.map(\.configValue)))])
        + (weight.map { [.init("weight_column", $0.configValue)] } ?? [])
        + (treatments.isEmpty ? [] : [.init("treatments", .array(treatments.map(\.configValue)))])
        + (countsFromZero ? [.init("counts_from_zero", .boolean(true))] : [])
        + (self.fields.isEmpty ? [] : [.init("fields", .array(self.fields.map(\.configValue)))]))
  }

  /// Reads what ``configValue`` has written.
  ///
  /// - Throws: `ConfigError` where the text does not describe data that can exist.
  package init(_ value: ConfigValue) throws(ConfigError) {
    self = try FieldReader.readObject(value, path: "data") { fields throws(ConfigError) in
      try DataDescription(from: fields)
    }.0
  }

  private init(from fields: FieldReader) throws(ConfigError) {
    let extents = try Self.integers("shape", in: 1...1 << 40, fields)
    featureShape = Shape(extents)
    // Up to arithmetic number 3, how features were stored.
    _ = try fields.text("element", default: "float32", "the type of stored features")
    columns = try fields.list("columns", of: .anything, "the columns") { value, path throws(ConfigError) in
      let column = try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in
        try FeatureColumn(from: fields)
      }.0
      return (column, value)
    }
    targetKind = try fields.option("target_kind", default: TargetKind.none, "what the targets are")
    classNames = try fields.texts("class_names", "the classes")
    targetNames = try fields.texts("target_names", "the targets")
    naming = try fields.option(
      "naming", default: SourceNames.assumedNaming(columns: columns, targets: targetNames), "how columns are told apart"
    )
    labelKind = try fields.option(
      "class_labels", default: LabelKind.assumed(classes: classNames), "what the classes' labels are")
    guard Set(classNames).count == classNames.count else { throw fields.error("class_names", "names a class twice") }
    hasSampleWeights = try fields.boolean("has_sample_weights", "whether rows have weights")
    normalization = try fields.object("normalization", "of the features", Normalization.init(from:))
    targetNormalization = try fields.object("target_normalization", "of the targets", Normalization.init(from:))
    counts = try Self.integers("counts", in: 0...1 << 40, fields)
    missing = try MissingRule(from: fields)
    targetColumns = try fields.list("target_columns", of: .anything, default: [], "how targets are read") {
      value, path throws(ConfigError) in
      let column = try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in
        try TargetColumn(from: fields)
      }.0
      return (column, value)
    }
    weight = try fields.optionalObject("weight_column", "the column of weights") { fields throws(ConfigError) in
      try WeightColumn(from: fields)
    }
    countsFromZero = try fields.boolean("counts_from_zero", default: false, "whether indices of features begin with 0")
    treatments = try Self.treatments(fields)
    self.fields = try fields.list("fields", of: .anything, default: [], "what a network reads") {
      value, path throws(ConfigError) in
      let field = try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in
        try FeatureField(from: fields)
      }.0
      return (field, value)
    }
    var total = 4
    for factor in extents + [max(1, counts.reduce(0, &+))] {
      let (product, overflows) = total.multipliedReportingOverflow(by: factor)
      guard !overflows, product < 1 << 56 else { throw fields.error("shape", "describes more data than can exist") }
      total = product
    }
    guard counts.count == DataPart.allCases.count else {
      throw fields.error("counts", "expected \(DataPart.allCases.count) counts, found \(counts.count)")
    }
    guard self.fields.allSatisfy({ $0.runs.allSatisfy { $0.upperBound <= featureCount } }) else {
      throw fields.error("fields", "name features beyond the \(featureCount) that there are")
    }
    guard self.fields.allSatisfy({ $0.runs.allSatisfy(holdsWholeCategories) }) else {
      throw fields.error("fields", "cut a category")
    }
    guard normalization.isUniform || normalization.shift.count == featureCount else {
      throw fields.error("normalization", "expected 1 or \(featureCount) pairs, found \(normalization.shift.count)")
    }
    guard !normalization.takesLogarithms else {
      throw fields.error("normalization", "takes a function of all features; functions of features are treatments")
    }
    guard !targetNormalization.takesLogarithms || targetNormalization.formula != .float32 else {
      throw fields.error(
        "target_normalization", "takes a function, which does not go with the formula of earlier builds")
    }
    guard targetNormalization.isUniform || targetNormalization.shift.count == targetNames.count else {
      throw fields.error(
        "target_normalization", "expected 1 or \(targetNames.count) pairs, found \(targetNormalization.shift.count)")
    }
    guard columns.reduce(0, { $0 &+ $1.count - 1 }) < FeatureColumn.countLimit else {
      throw fields.error("columns", "have more features than names are kept for")
    }
    guard columns.isEmpty || columns.reduce(0, { $0 &+ $1.width }) == featureCount else {
      throw fields.error("columns", "do not make up the \(featureCount) features")
    }
    if let problem = problemWithTreatments { throw fields.error("treatments", problem) }
  }

  /// Whether neighbouring features hold each category whole or not at all.
  private func holdsWholeCategories(_ features: Range<Int>) -> Bool {
    var first = 0
    for column in columns {
      let own = first..<first + column.width
      first = own.upperBound
      if column.isCategorical, own.overlaps(features), own.clamped(to: features) != own { return false }
    }
    return true
  }

  private static func integers(
    _ key: String, in range: ClosedRange<Int>, _ fields: FieldReader
  ) throws(ConfigError) -> [Int] {
    try fields.list(key, of: .integer(range), atLeast: 1, "whole numbers") { value, path throws(ConfigError) in
      (try FieldReader.integer(value, in: range, path: path), value)
    }
  }
}

extension Normalization {
  package var configValue: ConfigValue {
    .object(
      [
        .init("formula", .string(formula.rawValue)), .init("shift", .array(shift.map { .number($0) })),
        .init("scale", .array(scale.map { .number($0) })),
      ]
        + (!takesLogarithms
          ? []
          : functions.count == 1
            ? [.init("function", .string(functions[0].rawValue))]
            : [.init("functions", .array(functions.map { .string($0.rawValue) }))]))
  }

  package init(from fields: FieldReader) throws(ConfigError) {
    // Builds up to arithmetic number 3 have not said it.
    let formula = try fields.option("formula", default: Formula.float32, "how they are applied")
    let shift = try fields.numbers("shift", default: [0], atLeast: 1, "what is subtracted first")
    let scale = try fields.numbers("scale", default: [1], in: .positive, atLeast: 1, "what is multiplied with then")
    let function = try fields.option("function", default: Function.identity, "what is taken of a number first")
    let names = try fields.texts("functions", default: [], "what is taken of each number first, where that differs")
    let functions = names.compactMap(Function.init)
    guard shift.count == scale.count else {
      throw fields.error("scale", "expected as many numbers as in 'shift', found \(scale.count)")
    }
    guard functions.count == names.count, names.isEmpty || names.count == shift.count else {
      throw fields.error(
        "functions",
        "expected as many of \(Function.allCases.map(\.rawValue).joined(separator: ", ")) as numbers in 'shift'")
    }
    self.init(formula, shift: shift, scale: scale, functions: names.isEmpty ? [function] : functions)
    guard self.shift.allSatisfy(\.isFinite), self.scale.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw fields.error("scale", "holds a number that is not finite")
    }
  }
}
