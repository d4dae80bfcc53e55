internal import Platform

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
  /// What the config says of the training source's columns.
  package var columns = ColumnRules()
  /// Which files stay where they are.
  package var mapping = MappingMode.auto
  /// Whether the source is a file of the training source's kind that nothing more is said of: its columns have the roles that they had
  /// there.
  package var isPlainFile = false
  /// Where a file is that has no path of its own, by the name that messages give it.
  package var place: (name: String, path: String)?
  /// Columns that parts are cut by, to be handed over beside the features.
  package var keys: [KeyRequest] = []
  /// What the data are read for, for messages.
  package var use = DataUse.training
  /// Whether figures of the training source's columns are taken down (``TableProfile``).
  package var profilesColumns = false
  /// Describes HDF5 files.
  package var hdf5 = HDF5Describer.childProcess(environment: [:])
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
    if let place, place.name == file { return place.path }
    return file.hasPrefix("/") || baseDirectory.isEmpty ? file : baseDirectory + "/" + file
  }
}
