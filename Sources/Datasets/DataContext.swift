/// What a data source needs to know besides its keys.
package struct DataContext {
  /// The directory that relative paths start from: the config file's.
  package var baseDirectory: String
  /// What the training source decided and every other source follows; nil for the training source.
  package var training: SourceNames?
  /// Whether targets and weights are read; data to predict may be without, or have bad ones.
  package var readsTargets = true
  /// How missing values are told and what is done about them.
  package var missing = MissingRule()
  /// Whether the one who reads the sentence can set `data.missing`.
  package var canDropRows = true
  /// Called again and again while data are read, on the reading thread: others may wait for it.
  package var progress: () -> Void

  package init(
    baseDirectory: String, training: SourceNames? = nil, progress: @escaping () -> Void = {}
  ) {
    self.baseDirectory = baseDirectory
    self.training = training
    self.progress = progress
  }

  /// The path of a file of the config.
  func resolve(_ file: String) -> String {
    file.hasPrefix("/") || baseDirectory.isEmpty ? file : baseDirectory + "/" + file
  }
}

/// One column of a table's features.
package struct FeatureColumn: Sendable, Equatable {
  package var name: String
  /// The sorted categories of a column that is one-hot encoded, nil for a column of numbers.
  package var categories: [String]?

  package init(name: String, categories: [String]? = nil) {
    self.name = name
    self.categories = categories
  }

  var isCategorical: Bool { categories != nil }
  /// How many features the column becomes.
  package var width: Int { categories?.count ?? 1 }
  /// The names of these features, `column` or `column=category`.
  package var featureNames: [String] { categories.map { $0.map { "\(name)=\($0)" } } ?? [name] }
}
