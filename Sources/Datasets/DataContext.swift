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
  /// Whether the source is a file of the training source's kind that nothing more is said of: its columns have the
  /// roles that they had there.
  package var isPlainFile = false
  /// Where a file is that has no path of its own, by the name that messages give it.
  package var place: (name: String, path: String)?
  /// Columns that parts are cut by, to be handed over beside the features.
  package var keys: [KeyRequest] = []
  /// Whether parts are cut from the training source: then its categories are decided by the rows of the training part.
  package var cutsParts = false
  /// Whether the rows are those that parts were cut from: then categories may occur that no training row had, whatever
  /// is done with them in other sources.
  package var isCut = false
  /// What the data are read for, for messages.
  package var use = DataUse.training
  /// Whether figures of the training source's columns are taken down (``TableProfile``).
  package var profilesColumns = false
  /// How long texts are cut to be read by several threads.
  var cuts = TextRanges.Cuts.usual
  /// Threads that read.
  package var threads = Affinity.cores().count
  /// Cores of the threads that read, where some are of other processes that wait meanwhile; nil: the process's own.
  private(set) var crew: CoreCrew?
  /// What the rows of a run depend on besides the files of data, for a cache of them; nil: none is looked for or made.
  package var cacheKey: String?
  /// Where columns go that would take too much memory; nil: they are refused.
  package var overflow: ColumnOverflow?
  /// Whether such columns could stay in a cache if the config asked for one.
  package var offersCache = false
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

  /// Cuts texts of any length into ranges of so many bytes: what comes of them must not depend on it.
  package mutating func cutTexts(every bytes: Int) {
    (cuts.leastText, cuts.rangeBytes, cuts.windowRanges, cuts.firstRanges) = (1, max(1, bytes), 5, 2)
  }

  /// Reads on cores of other processes of this machine too, which wait meanwhile.
  package mutating func read(onCoresOf masks: [[Int]]) {
    let cores = Set(masks.joined())
    guard cores.count > threads else { return }
    (threads, crew) = (cores.count, CoreCrew(Array(cores)))
  }

  /// What calls bodies on the threads that read.
  var readingThreads: ReadingThreads { ReadingThreads(threads, crew: crew) }

  /// The path of a file of the config.
  func resolve(_ file: String) -> String {
    if let place, place.name == file { return place.path }
    return file.hasPrefix("/") || baseDirectory.isEmpty ? file : baseDirectory + "/" + file
  }
}
