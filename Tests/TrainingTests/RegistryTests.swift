import Collectives
import Datasets
import Foundation
import Networks
import Platform
import Specs
import TestSupport
import Testing

@testable import Metrics
@testable import Training

/// A config may name kinds that the program does not have, where they are handed to its reader: it trains, and its
/// model is read again.
@Suite struct RegistryTests {
  /// The mean of p − y.
  struct Bias: MetricSpec {
    static let kind = "bias"
    static let summary = "mean of p − y"
    static let examples = ["{}", "{ }"]
    var higherIsBetter: Bool? { nil }
    init(from fields: FieldReader) throws(ConfigError) {}
    func makeState(_ context: MetricContext) throws(ConfigError) -> any MetricState {
      SumState(2) { row, sums in
        sums[0] += row.weight * (Double(row.outputs[0]) - Double(row.targetValues[0]))
        sums[1] += row.weight
      } finish: {
        MetricValue("bias", $0[0] / $0[1])
      }
    }
  }

  /// Rows from a file of numbers: x, then y, on each line.
  struct Pairs: DataFormat {
    static let kind = "pairs"
    static let summary = "x and y"
    static let examples = ["{}", "{ }"]
    static let pathKeys = ["file"]
    var hasTargets: Bool { true }
    private let format: CSVFormat

    init(from fields: FieldReader) throws(ConfigError) {
      let file = try fields.text("file", "the path")
      format = try FieldReader.readObject(
        .object([.init("path", .string(file)), .init("targets", .integer(1)), .init("header", .boolean(false))]),
        path: fields.path
      ) { fields throws(ConfigError) in try CSVFormat(from: fields) }.0
    }

    func read(into sink: DataSink) throws(DataError) { try format.read(into: sink) }
  }

  @Test("an added metric and an added format: trained, written, read again")
  func run() throws {
    let registries = Registries.standard
      .with(try MetricRegistry.standard.adding(Bias.self))
      .with(try DataFormatRegistry.standard.adding(Pairs.self))
    let text = #"""
      {"data": {"train": {"format": "pairs", "file": "t.csv"}, "test": {"fraction": 0.25}},
       "model": {"layers": [{"type": "dense", "units": 1}]}, "loss": {"type": "mse"}, "optimizer": {"type": "sgd"},
       "metrics": ["bias"], "training": {"epochs": 1, "global_batch_size": 4}}
      """#
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    try folder.write((0..<16).map { "\($0),\(2 * $0)\n" }.joined(), to: "t.csv")
    let value = try ConfigValue.parse(Data(text.utf8), file: "t")
    #expect(throws: ConfigError.self) { try RunConfig(value) }
    let options = RunOptions(
      baseDirectory: folder.path, outputDirectory: run, threads: 1)
    let config = try RunConfig(value, registries: registries)
    let summary = try Run(config, options: options, cluster: SoloCluster()).run()
    let bias = try #require(summary.report(on: .test)?["bias"])
    #expect(bias.reason == nil)
    // The paths of an added format are written whole, as those of the others are.
    let path = run + "/config.json"
    let written = try ConfigValue.parse(#require(FileManager.default.contents(atPath: path)), file: path)
    let whole = NSString(string: folder.path + "/t.csv").standardizingPath
    #expect(written["data"]?["train"]?["file"] == .string(whole))
    let model = try SavedModel(run, registries: registries)
    #expect(model.metrics.first is Bias)
    let rows = try RunSource.load(
      run: run, origin: .run, model: model, withTargets: true, environment: [:], cluster: SoloCluster())
    #expect(rows.prepared.rows(of: .test)?.count == 4)
    // The same data at another place are the same data for an added format too: the run is finished, and goes on.
    let moved = try TemporaryFolder()
    try moved.write((0..<16).map { "\($0),\(2 * $0)\n" }.joined(), to: "t.csv")
    var elsewhere = options
    elsewhere.baseDirectory = moved.path
    guard case .finished = try RunStart.decide(config, options: elsewhere, mode: .auto, cluster: SoloCluster()) else {
      Issue.record("the run is not taken for the one of this config")
      return
    }
    let longer = try ConfigValue.parse(
      Data(text.replacingOccurrences(of: #""epochs": 1"#, with: #""epochs": 2"#).utf8), file: "t")
    let more = try RunConfig(longer, registries: registries)
    let start = try RunStart.decide(more, options: elsewhere, mode: .auto, cluster: SoloCluster())
    let again = try Run(more, options: elsewhere, cluster: SoloCluster()).run(from: start)
    #expect(again.epochs == 2)
    let error = #expect(throws: ConfigError.self) { try SavedModel(run) }
    #expect(error?.problem.hasPrefix("unknown metric 'bias'") == true, "\(String(describing: error))")
  }

  @Test("a name that is taken is refused")
  func taken() {
    let error = #expect(throws: ConfigError.self) { try MetricRegistry.standard.adding(MAE.self) }
    #expect(error?.problem == "there is a metric 'mae' already; give the added one another name")
  }
}
