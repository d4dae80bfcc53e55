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
  /// Which files stay where they are.
  package var mapping = MappingMode.auto
  /// What the data are read for, for messages.
  package var use = DataUse.training
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
  /// The numbers that a row has of it, one after the other.
  package var count = 1
  /// Whether rows had different numbers of entries: the shorter ones end with zeros, and nothing normalizes them.
  package var isRagged = false

  package init(name: String, categories: [String]? = nil, count: Int = 1, isRagged: Bool = false) {
    self.name = name
    self.categories = categories
    self.count = count
    self.isRagged = isRagged
  }

  var isCategorical: Bool { categories != nil }
  /// How many features the column becomes.
  package var width: Int { categories?.count ?? count }
  /// The names of these features: `column`, `column[index]` or `column=category`.
  package var featureNames: [String] {
    if let categories { return categories.map { "\(name)=\($0)" } }
    return count == 1 ? [name] : (0..<count).map { "\(name)[\($0)]" }
  }
}
