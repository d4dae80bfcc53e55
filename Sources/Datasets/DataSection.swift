package import Specs

/// The object `data` of a config.
package struct DataSection: Sendable {
  /// Where a part's rows come from.
  package enum PartSource: Sendable {
    case source(any DataFormat)
    /// A fraction of the training source's rows.
    case fraction(Double)
  }

  package var train: any DataFormat
  package var validation: PartSource?
  package var test: PartSource?
  package var normalize: NormalizationMethod
  /// Whether value targets are brought to mean 0 and deviation 1.
  package var normalizesTargets: Bool
  /// Which of two classes is the positive one, where the config says so.
  package var positiveClass: PositiveClass?
  /// What the model reads; empty: all features, as its only input.
  package var fields: [FieldRequest] = []
  /// Whether each epoch has an order of its own.
  package var shuffle: Bool
  /// What is done with rows in which a value is missing.
  package var missing: MissingPolicy
  /// Which files stay where they are instead of being copied into memory.
  package var mapping: MappingMode
  /// What is randomly changed in training samples, in this order.
  package var augmentation: [any TransformSpec]

  private enum TargetMethod: String, CaseIterable { case none, standard }

  package init(from fields: FieldReader) throws(ConfigError) {
    let registry = fields.registries[default: DataFormatRegistry.standard]
    train = try fields.variant("train", registry, tag: "format", "the data to learn from")
    if !fields.isDescribing { try Self.requireTargets(train, path: fields.pathOf("train")) }
    validation = try Self.part("validation", "rows held back to watch the training", fields)
    test = try Self.part("test", "rows for the final verdict", fields)
    if case .fraction(let first) = validation, case .fraction(let second) = test, first + second >= 1 {
      throw fields.error(
        "test", "'validation' and 'test' together take every row; their fractions must add up to less than 1")
    }
    normalize = try fields.read(
      "normalize", schema: try NormalizationMethod.schema(path: fields.pathOf("normalize")),
      default: (.none, .string("none")), example: .none,
      summary:
        "what is done to features, measured on the training part: standard (mean 0, deviation 1), minmax (0 to 1), none or "
        + "{\"scale\": factor}; each column of a table by itself, all elements of an array of more dimensions as one"
    ) { value, path throws(ConfigError) in
      (try NormalizationMethod(value, path: path), value)
    }
    normalizesTargets =
      try fields.option(
        "normalize_targets", default: TargetMethod.none,
        "targets of regression: standard (mean 0, deviation 1; predictions are mapped back) or none") == .standard
    positiveClass = try PositiveClass(from: fields)
    shuffle = try fields.boolean("shuffle", default: true, "whether each epoch has an order of its own")
    missing = try fields.option(
      "missing", default: MissingPolicy.error,
      "where a feature, target or weight is missing: error (the data are refused) or drop_row (the row is left out)")
    mapping = try fields.option(
      "mapping", default: MappingMode.auto,
      "arrays that are read where they are, mapped, instead of being copied into memory: auto (files larger than a quarter of the "
        + "memory), always or never; a mapped file may not be written to while it is trained on, a copied one may. Mapped are "
        + "features in plain npy or idx files, in this machine's byte order (or of one byte each), of which all rows are kept; "
        + "others are copied")
    augmentation = try fields.list(
      "augmentation",
      of: try fields.describedSchema(of: TransformRegistry.standard, path: fields.pathOf("augmentation")),
      default: [], "random changes of training samples, in this order; keyed by sample and epoch"
    ) { value, path throws(ConfigError) in
      try fields.readVariant(value, TransformRegistry.standard, path: path)
    }
  }

  private static func requireTargets(_ format: any DataFormat, path: String) throws(ConfigError) {
    guard !format.hasTargets else { return }
    throw ConfigError("key 'targets' is required: training and evaluation compare with targets", path: path)
  }

  private static func part(
    _ key: String, _ summary: String, _ fields: FieldReader
  ) throws(ConfigError) -> PartSource? {
    let registry = fields.registries[default: DataFormatRegistry.standard]
    let fractions = Interval(0, 1, includesLower: false, includesUpper: false)
    let sources = try fields.describedSchema(of: registry, tag: "format", path: fields.pathOf(key))
    let reader = FieldReader(describing: fields.pathOf(key))
    _ = try reader.number("fraction", in: fractions, "of the training source")
    let fraction = Schema.object(reader.properties)
    return try fields.read(
      key, schema: .anyOf([fraction, sources]), default: (nil, nil), example: nil, summary: summary
    ) { value, path throws(ConfigError) in
      if value["fraction"] != nil {
        let (part, text) = try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in
          try fields.number("fraction", in: fractions, "of the training source")
        }
        return (.fraction(part), text)
      }
      let (format, text) = try fields.readVariant(value, registry, tag: "format", path: path)
      try requireTargets(format, path: path)
      return (.source(format), text)
    }
  }
}
