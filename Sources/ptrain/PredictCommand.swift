internal import ArgumentParser
internal import Collectives
internal import Datasets
internal import Networks
internal import Platform
internal import Specs
internal import Training

/// `ptrain predict RUN`: predictions for a data source.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Predictions of a trained model, as CSV or NPY.")

  @Argument(help: "A run's directory, or a model.safetensors.")
  var model: String

  @Argument(
    help: "A data file, read as the training source was; - is standard input. The run's own test rows otherwise.")
  var file: String?

  @Option(help: "A JSON file with one data source, instead of a data file.")
  var data: String?

  @Option(help: "The file to write: .csv or .npy; standard output otherwise, as CSV.")
  var output: String?

  @Flag(help: "The network's outputs as they are: logits, scores, logarithms of means; no probabilities.")
  var logits = false

  @Option(help: "Threads of each rank.")
  var threads: Int?

  func validate() throws {
    try CommonOptions.validate(threads: threads)
    try validate(file: file, data: data)
    if let output, !output.hasSuffix(".csv"), !output.hasSuffix(".npy") {
      throw ValidationError("--output \(output): expected a name that ends in .csv or .npy")
    }
  }

  func run() throws {
    try withCluster { cluster in try run(cluster) }
  }

  /// Every rank computes its share of the rows; the first writes them. Collective.
  private func run(_ cluster: any Cluster) throws {
    let threads = try Launch.threads(cluster, PTrain.environment, commandLine: threads)
    let file = output.map { OutputFile($0, option: "--output") }
    try cluster.agree(describe: describeFailure) { if cluster.rank == 0 { try file?.probe() } }
    let model = try SavedModel.load(self.model, cluster: cluster), origin = origin(file: self.file, data: data)
    if logits, !model.loss.prediction.hasLogits {
      throw RunError(
        .usage, "--logits: \(model.lossKind) predicts values, so there are no logits; leave the flag out")
    }
    let source = try RunSource.load(
      run: self.model, origin: origin, model: model, withTargets: false, environment: PTrain.environment,
      cluster: cluster)
    guard let rows = source.prepared.rows(of: .test) else {
      throw RunError(.data, "\(origin.name ?? self.model): no rows to predict")
    }
    let outputs = try model.outputs(rows, threads: threads, cluster: cluster)
    try source.requireUnchanged(cluster)
    try cluster.agree(describe: describeFailure) {
      if cluster.rank == 0 {
        let table = PredictionTable(outputs, model: model, writesLogits: logits)
        try write(table, to: file, rows: rows.count, source: source)
      }
    }
  }

  private func write(_ table: PredictionTable, to file: OutputFile?, rows: Int, source: RunSource.Rows) throws {
    if let row = table.firstNotFinite {
      throw RunError(
        .notFinite,
        "\(source.place(row)): the prediction is not finite, so none is written; look for values far outside of the training "
          + "data, or train with a smaller learning rate")
    }
    for note in source.prepared.notes { StandardError.write("note: \(note)") }
    // Beside the rows of their source, those without a prediction included.
    let aligned = table.inserting(gaps: source.prepared.dropped.rows)
    guard let file else { return try StandardOutput.answer(aligned.csv, terminator: "") }
    try file.write(file.path.hasSuffix(".npy") ? aligned.npy : Array(aligned.csv.utf8))
    try StandardOutput.answer("\(rows) predictions written to \(file.path)")
  }
}
