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

  /// Loads rows, prepared as the model's training data were, once on each node; collective.
  ///
  /// - Parameters:
  ///   - run: the run's directory.
  ///   - data: a JSON file that holds one data source; paths in it start from its directory.
  package static func load(
    run: String, data: String?, model: SavedModel, withTargets: Bool, environment: ProcessEnvironment,
    cluster: any Cluster
  ) throws -> Rows {
    let (prepared, preparation) = try LoadedData.share(cluster, environment, for: .reading) { progress in
      try prepare(run: run, data: data, model: model, withTargets: withTargets, progress: progress)
    }
    try LoadedData.checkIntegers(of: prepared, from: preparation, for: model.network, cluster: cluster)
    return Rows(prepared, preparation)
  }

  private static func prepare(
    run: String, data: String?, model: SavedModel, withTargets: Bool, progress: @escaping () -> Void
  ) throws -> DataPreparation {
    func context(_ file: String) -> DataContext {
      var context = DataContext(baseDirectory: GivenFile.directory(of: file))
      context.progress = progress
      context.use = .reading
      return context
    }
    let targets: TargetKind = withTargets ? model.targets : .none
    if let data {
      let bytes = try GivenFile.contents(data, remedy: "give a JSON file with one data source")
      let (format, _) = try naming(data) { () throws(ConfigError) in
        try FieldReader.readVariant(
          ConfigValue.parse(Data(bytes), file: data), model.registries[default: DataFormatRegistry.standard],
          tag: "format", path: "", registries: model.registries)
      }
      let preparation = try DataPreparation(
        format, like: model.description, targets: targets, in: context(data))
      try LoadedData.requireScale(of: preparation, for: model.loss)
      return preparation
    }
    let file = run + "/config.json"
    guard access(file, F_OK) == 0 else {
      throw RunError(
        .missingInput, "\(run): not a run's directory, so it has no test rows of its own; give --data SOURCE.json")
    }
    let bytes = try RegularFile.contents(file, remedy: "give --data SOURCE.json")
    let config = try naming(file) { () throws(ConfigError) in
      try RunConfig(ConfigValue.parse(Data(bytes), file: file), registries: model.registries, isTrained: true)
    }
    guard config.data.test != nil else {
      throw RunError(.data, "\(file): the run has no test rows; give --data SOURCE.json")
    }
    let preparation: DataPreparation
    if !withTargets, case .source(let own) = config.data.test {
      var context = context(file)
      context.mapping = config.data.mapping
      preparation = try DataPreparation(own, like: model.description, targets: .none, in: context)
    } else {
      preparation = try DataPreparation(
        testRowsOf: config.data, like: model.description, in: context(file), seed: config.seed)
    }
    return preparation
  }

  private static func naming<Value>(_ file: String, _ body: () throws(ConfigError) -> Value) throws -> Value {
    do throws(ConfigError) { return try body() } catch { throw error.inFile(file) }
  }
}
