package import Collectives
package import Datasets
internal import Foundation
internal import Glibc
package import Platform
internal import Specs

/// Where `evaluate` and `predict` take their rows from: a source of its own, or the test rows of the run.
package enum RunSource {
  /// Rows to evaluate or to predict.
  package struct Rows {
    package let prepared: PreparedData
    /// A row as a person finds it: file and line.
    package let place: (_ row: Int) -> String

    /// - Parameter preparation: where the rows come from; nil on ranks that have not read them.
    init(_ prepared: PreparedData, _ preparation: DataPreparation?) {
      self.prepared = prepared
      guard let (source, rows) = preparation?.origin(of: .test) else {
        place = { "row \($0)" }
        return
      }
      place = { "\(source.file): \(source.place(rows[$0]))" }
    }

    /// Refuses what was computed where a mapped file is not what it was; collective.
    package func requireUnchanged(_ cluster: any Cluster) throws { try prepared.requireUnchanged(cluster) }
  }

  /// What the rows are taken from.
  package enum Origin: Sendable, Equatable {
    /// The test rows of the run.
    case run
    /// A JSON file that holds one data source; paths in it start from its directory.
    case source(String)
    /// A data file of the training source's kind, laid out like that; `-` is standard input.
    case file(String)

    /// As messages call it; nil: the run.
    package var name: String? {
      switch self {
      case .run: nil
      case .source(let file): file
      case .file(let file): file == "-" ? "standard input" : file
      }
    }
  }

  /// Loads rows, prepared as the model's training data were, once on each node; collective.
  ///
  /// - Parameter run: the run's directory.
  package static func load(
    run: String, origin: Origin, model: SavedModel, withTargets: Bool, environment: ProcessEnvironment,
    cluster: any Cluster
  ) throws -> Rows {
    try cluster.agree(describe: describeFailure) {
      guard case .file(let file) = origin, cluster.place.nodeCount > 1, GivenFile.isPipe(file) else { return }
      throw RunError(
        .usage,
        "\(origin.name ?? file): only the first of \(cluster.place.nodeCount) nodes can read it; give a file that all nodes see, or "
          + "start on one node")
    }
    let (prepared, data) = try LoadedData.shareRead(cluster, environment, for: .reading) { progress in
      var overflow: ColumnOverflow?
      let preparation = try prepare(
        run: run, origin: origin, model: model, withTargets: withTargets, environment: environment, progress: progress,
        &overflow)
      return .prepared(preparation, try OverflowingRows(preparation, overflow, for: .reading, progress: progress))
    }
    let preparation = data?.preparation
    try LoadedData.checkIntegers(of: prepared, from: preparation, for: model.network, cluster: cluster)
    return Rows(prepared, preparation)
  }

  /// - Parameter overflow: is told where rows go that take much memory.
  private static func prepare(
    run: String, origin: Origin, model: SavedModel, withTargets: Bool, environment: ProcessEnvironment,
    progress: @escaping () -> Void, _ overflow: inout ColumnOverflow?
  ) throws -> DataPreparation {
    func context(_ file: String) -> DataContext {
      var context = DataContext(baseDirectory: GivenFile.directory(of: file))
      context.progress = progress
      context.hdf5 = .childProcess(environment: environment)
      context.use = .reading
      return context
    }
    let targets: TargetKind = withTargets ? model.targets : .none
    switch origin {
    case .source(let data):
      let bytes = try GivenFile.contents(data, remedy: "give a JSON file with one data source")
      let (format, _) = try naming(data) { () throws(ConfigError) in
        try FieldReader.readVariant(
          ConfigValue.parse(Data(bytes), file: data, comments: .skipped),
          model.registries[default: DataFormatRegistry.standard], tag: "format", path: "", registries: model.registries)
      }
      var context = context(data)
      let isOfRun = access(configFile(of: run), F_OK) == 0
      overflow = self.overflow(
        of: format, isOfRun ? try? config(configFile(of: run), model: model) : nil, run: run, in: context)
      context.overflow = overflow
      let preparation = try DataPreparation(format, like: model.description, targets: targets, in: context)
      try LoadedData.requireScale(of: preparation, for: model.loss)
      return preparation
    case .file(let file):
      var context = context("")
      context.baseDirectory = ""
      let preparation = try prepare(
        file: file, run: run, model: model, targets: targets, context: context, &overflow)
      try LoadedData.requireScale(of: preparation, for: model.loss)
      return preparation
    case .run: break
    }
    let file = run + "/config.json"
    guard access(file, F_OK) == 0 else {
      throw RunError(
        .missingInput,
        "\(run): not a run's directory, so it has no test rows of its own; give --data SOURCE.json")
    }
    let config = try config(file, model: model)
    guard config.data.test != nil else {
      throw RunError(
        .data, "\(file): the run has no test rows; give a data file behind the run, or --data SOURCE.json")
    }
    var context = context(file)
    let format = if case .source(let own) = config.data.test { own } else { config.data.train }
    overflow = self.overflow(of: format, config, run: run, in: context)
    context.overflow = overflow
    if !withTargets, case .source(let own) = config.data.test {
      context.mapping = config.data.mapping
      return try DataPreparation(own, like: model.description, targets: .none, in: context)
    }
    return try DataPreparation(
      testRowsOf: config.data, like: model.description, in: context, seed: config.seed)
  }

  /// Reads a file as the training source was read.
  private static func prepare(
    file: String, run: String, model: SavedModel, targets: TargetKind, context: DataContext,
    _ overflow: inout ColumnOverflow?
  ) throws -> DataPreparation {
    let configFile = configFile(of: run)
    guard access(configFile, F_OK) == 0 else {
      throw RunError(
        .missingInput,
        "\(configFile): not there, so nothing says how \(file) is to be read; give the run's directory, or --data SOURCE.json"
      )
    }
    let config = try config(configFile, model: model), name = Origin.file(file).name ?? file
    guard let format = config.data.train.reading(name, withTargets: targets != .none) else {
      let kind = type(of: config.data.train).kind
      throw RunError(
        .usage,
        "\(name): the run was trained on data of format \(kind), of which one file does not hold "
          + "\(targets == .none ? "a source" : "features and targets"); give --data SOURCE.json")
    }
    var context = context
    context.isPlainFile = true
    guard GivenFile.isPipe(file) else {
      overflow = self.overflow(of: format, config, run: run, in: context)
      context.overflow = overflow
      return try preparation(format, model, targets, context)
    }
    let spooled = try GivenFile.spooled(
      file, name: name, remedy: "give a data file", progress: context.progress)
    context.place = (name, spooled.path)
    overflow = self.overflow(of: format, config, run: run, in: context)
    context.overflow = overflow
    // What is mapped would have to have a path for other processes.
    context.mapping = .never
    return try withExtendedLifetime(spooled) { try preparation(format, model, targets, context) }
  }

  /// The config that belongs to a run's directory, or to a model's file in one.
  private static func configFile(of run: String) -> String {
    var isDirectory: ObjCBool = false
    let isRun = FileManager.default.fileExists(atPath: run, isDirectory: &isDirectory) && isDirectory.boolValue
    return (isRun ? run : GivenFile.directory(of: run)) + "/config.json"
  }

  /// Where columns and rows of a source go that take much memory, as the run's config says it; nil: it says nothing.
  private static func overflow(
    of format: any DataFormat, _ config: RunConfig?, run: String, in context: DataContext
  ) -> ColumnOverflow? {
    let directory = config?.data.cacheDirectory.map {
      $0.hasPrefix("/") ? $0 : GivenFile.directory(of: configFile(of: run)) + "/" + $0
    }
    return ColumnOverflow([format], cache: config?.data.cache ?? .auto, directory: directory, in: context)
  }

  /// Keys that a sentence speaks of are those of the run, and nobody can set them for a file by itself.
  private static func preparation(
    _ format: any DataFormat, _ model: SavedModel, _ targets: TargetKind, _ context: DataContext
  ) throws -> DataPreparation {
    do throws(DataError) {
      return try DataPreparation(format, like: model.description, targets: targets, in: context)
    } catch {
      guard case .names = error, error.sentence.contains("'") else { throw error }
      throw RunError(
        .data,
        error.sentence + " (a file that is laid out otherwise than the training source is given by --data SOURCE.json)")
    }
  }

  private static func config(_ file: String, model: SavedModel) throws -> RunConfig {
    let bytes = try RegularFile.contents(file, remedy: "give --data SOURCE.json")
    return try naming(file) { () throws(ConfigError) in
      try RunConfig(ConfigValue.parse(Data(bytes), file: file), registries: model.registries, isTrained: true)
    }
  }

  private static func naming<Value>(_ file: String, _ body: () throws(ConfigError) -> Value) throws -> Value {
    do throws(ConfigError) { return try body() } catch { throw error.inFile(file) }
  }
}
