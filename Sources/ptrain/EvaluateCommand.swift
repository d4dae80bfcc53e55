internal import ArgumentParser
internal import Collectives
internal import Datasets
internal import Foundation
internal import Metrics
internal import Networks
internal import Platform
internal import Specs
internal import Training

/// `ptrain evaluate RUN`: metrics of a trained model.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Loss and metrics of a trained model on its own test rows or another source.")

  @Argument(help: "A run's directory, or a model.safetensors.")
  var model: String

  @Argument(
    help: "A data file, read as the training source was; - is standard input. The run's own test rows otherwise.")
  var file: String?

  @Option(help: "A JSON file with one data source, instead of a data file.")
  var data: String?

  @Option(help: "Threads of each rank.")
  var threads: Int?

  func validate() throws {
    try CommonOptions.validate(threads: threads)
    try validate(file: file, data: data)
  }

  func run() throws {
    try withCluster { cluster in try answer(try result(cluster).prettyText, cluster) }
  }

  /// What is printed; the same on all ranks. Collective.
  private func result(_ cluster: any Cluster) throws -> ConfigValue {
    let threads = try Launch.threads(cluster, PTrain.environment, commandLine: threads)
    let model = try SavedModel.load(self.model, cluster: cluster), origin = origin(file: self.file, data: data)
    let source = try RunSource.load(
      run: self.model, origin: origin, model: model, withTargets: true, environment: PTrain.environment,
      cluster: cluster)
    guard let rows = source.prepared.rows(of: .test), rows.count > 0 else {
      throw RunError(.data, "\(origin.name ?? self.model): no rows to evaluate")
    }
    if cluster.rank == 0 { for note in source.prepared.notes { StandardError.write("note: \(note)") } }
    let memory = NetworkMemory(
      model.network, rows: threads * Evaluation.blockRows, arena: model.arena.pointer, training: false)
    var metrics = model.metrics
    if metrics.isEmpty, model.targets == .classes {
      metrics.append(try FieldReader.readVariant(.string("accuracy"), MetricRegistry.standard, path: "").0)
    }
    let result = try Evaluation(
      memory: memory, loss: model.loss, metrics: metrics, context: model.context, threads: threads
    ).run(
      rows, description: source.prepared.description, classWeights: model.classWeights, cluster: cluster)
    try source.requireUnchanged(cluster)
    if !result.loss.value.isFinite, let row = model.firstNotFinite(rows, threads: threads) {
      throw RunError(
        .notFinite,
        "\(source.place(row)): the network's output is not finite, so there is no loss; look for values far outside of the "
          + "training data, or train with a smaller learning rate")
    }
    let dropped = source.prepared.dropped.rows.count
    let provenance: [ConfigValue.Member] =
      model.provenance == .object([]) ? [] : [.init("provenance", model.provenance)]
    return .object(
      .record(["samples": result.samples, "dropped_rows": dropped > 0 ? dropped : nil]) + result.members + provenance)
  }
}

extension ParsableCommand {
  /// Refuses two places that rows may come from.
  func validate(file: String?, data: String?) throws {
    guard let file, let data else { return }
    throw ValidationError("found the data file \(file) and --data \(data); give one of them")
  }

  /// Where rows come from.
  func origin(file: String?, data: String?) -> RunSource.Origin {
    if let file { return .file(file) }
    return data.map { .source($0) } ?? .run
  }
}
