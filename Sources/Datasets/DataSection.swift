package import Specs

/// The object `data` of a config.
package struct DataSection: Sendable {
  /// Where a part's rows come from.
  package enum PartSource: Sendable {
    case source(any DataFormat)
    /// Some of the training source's rows.
    case rows(RowChoice)
  }

  package var train: any DataFormat
  /// What its columns are, as far as the config says it.
  package var columns = ColumnRules()
  package var validation: PartSource?
  package var test: PartSource?
  package var normalize: NormalizationMethod
  /// How value targets are brought to a common scale.
  package var normalizeTargets: TargetTransform
  /// Which of two classes is the positive one, where the config says so.
  package var positiveClass: PositiveClass?
  /// What the model reads; empty: all features, as its only input.
  package var fields: [FieldRequest] = []
  /// That the rows are wanted for folds; nil: for a training with the parts that the config says.
  package var folds: FoldRequest?
  /// Whether there are to be no rows of validation where their fraction leaves none, as of a table of few rows or of
  /// classes of one row each; else such data are refused.
  package var mayLackValidation = false
  /// Whether each epoch has an order of its own.
  package var shuffle: Bool
  /// What is done with rows in which a value is missing.
  package var missing: MissingPolicy
  /// Which files stay where they are instead of being copied into memory.
  package var mapping: MappingMode
  /// Whether text that was read is kept as it was read.
  package var cache: CacheMode
  /// The directory for that; nil: where the text is.
  package var cacheDirectory: String?
  /// What is randomly changed in training samples, in this order.
  package var augmentation: [any TransformSpec]

  package init(from fields: FieldReader) throws(ConfigError) {
    let registry = fields.registries[default: DataFormatRegistry.standard]
    train = try fields.variant("train", registry, tag: "format", "the data to learn from")
    columns = try ColumnRules(from: fields)
    if !fields.isDescribing { try Self.requireTargets(train, columns, path: fields.pathOf("train")) }
    validation = try Self.part(
      "validation", "rows held back to watch the training: a source, or some of the training source's rows", columns,
      fields
    )
    test = try Self.part(
      "test", "rows for the final verdict: a source, or some of the training source's rows", columns, fields)
    try Self.requireTogether(validation, test, fields)
    let standard = type(of: train).defaultNormalization
    normalize = try fields.read(
      "normalize", schema: try NormalizationMethod.schema(path: fields.pathOf("normalize")),
      // In a schema the source is an example.
      default: (standard, fields.isDescribing ? nil : standard.configValue), example: .none,
      summary:
        "what is done to features, measured on the training part: \(NormalizationMethod.words); each column of a table by itself, all "
        + "elements of an array of more dimensions as one; default: standard for tables of text (csv), none for others"
    ) { value, path throws(ConfigError) in
      (try NormalizationMethod(value, path: path), value)
    }
    normalizeTargets = try fields.option(
      "normalize_targets", default: TargetTransform.none,
      "targets of regression, measured on the training part: \(TargetTransform.words); predictions and metrics are in the units of the "
        + "file")
    positiveClass = try PositiveClass(from: fields)
    shuffle = try fields.boolean("shuffle", default: true, "whether each epoch has an order of its own")
    missing = try fields.option(
      "missing", default: MissingPolicy.error,
      "where a cell is missing and data.columns says nothing else: error (the data are refused), drop_row (the row is left out), or what "
        + "stands for it, measured on the training part: mean, median, most_frequent, zero, category (numbers: the median and a feature "
        + "that says so; categories: mean, median and zero are category); a target or weight is not filled")
    mapping = try fields.option(
      "mapping", default: MappingMode.auto,
      "arrays that are read where they are, mapped, instead of being copied into memory: auto (files larger than a quarter of the "
        + "memory), always or never; a mapped file may not be written to while it is trained on, a copied one may. Mapped are "
        + "features in plain npy, npz (not compressed), safetensors or idx files or in a table, in this machine's byte order (or of one "
        + "byte each), of which all rows are kept; others are copied")
    cache = try fields.option(
      "cache", default: CacheMode.auto,
      "whether the rows of csv and libsvm are kept in a file once the text was read, so that the next start does not read it: auto (text "
        + "of 64 MB or more), on or off; the file is .NAME.ptrain-cache beside the text, and made anew where the text, the keys of data, "
        + "the seed of a split or this program's reading has changed")
    cacheDirectory = try fields.optionalText(
      "cache_directory",
      "the directory for that file, and for columns that do not fit into memory; default: where the text is")
    augmentation = try fields.list(
      "augmentation",
      of: try fields.describedSchema(of: TransformRegistry.standard, path: fields.pathOf("augmentation")),
      default: [], "random changes of training samples, in this order; keyed by sample and epoch"
    ) { value, path throws(ConfigError) in
      try fields.readVariant(value, TransformRegistry.standard, path: path)
    }
  }

  /// Whether parts are cut from the training source.
  var cutsParts: Bool { [validation, test].contains { $0?.choice != nil } }

  /// What becomes of a target of this name.
  package func targetTransform(of name: String) -> TargetTransform {
    columns.targetTransform(of: name) ?? normalizeTargets
  }

  /// The transforms that rules name for targets, as far as names tell them before the data are read, and the keys that
  /// name them.
  package var statedTargetTransforms: [(key: String, transform: TargetTransform)] {
    let names = train.statedTargets
    return columns.entries.compactMap { entry in
      guard let transform = entry.rule.transform.flatMap(TargetTransform.init),
        entry.rule.role == .target || names.contains(entry.name)
      else { return nil }
      return ("data.columns.\(entry.name.excerpt(40)).transform", transform)
    }
  }

  /// Refuses to bring classes to a common scale.
  func requireClassTransform(_ training: Table) throws(DataError) {
    guard normalizeTargets == .none else { throw .classTargetsNormalized(normalizeTargets.rawValue) }
    for (name, column) in zip(training.targets?.names ?? [], training.targetColumns) {
      guard let transform = column.transform, transform != .none else { continue }
      throw .classTargetsNormalized(transform.rawValue, key: "data.columns.\(name.excerpt(40)).transform")
    }
  }

  static func requireTargets(
    _ format: any DataFormat, _ columns: ColumnRules, path: String
  ) throws(ConfigError) {
    // Where a rule names them, they are found once the columns are known.
    guard !format.hasTargets, !columns.nameTargets else { return }
    throw ConfigError("key 'targets' is required: training and evaluation compare with targets", path: path)
  }
}
