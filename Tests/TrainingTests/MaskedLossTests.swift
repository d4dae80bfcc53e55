import Collectives
import Datasets
import Foundation
import Kernels
import Metrics
import Networks
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// A loss over positions, some of which are masked, in a whole run: the mean is over the positions that count, and the
/// weights are the same on any number of ranks and threads.
@Suite struct MaskedLossTests {
  /// Cross-entropy at each position; the targets are classes of positions, below 0 where a position is masked.
  struct Sequence: LossSpec {
    static let kind = "masked_sequence"
    static let summary = "a class at each position"
    static let examples = ["{}", #"{"counts_masked": true}"#]
    var targets: LossTargets { .values }
    var targetLimit: String? { "classes of positions, or less than 0" }
    /// The flaw of the negative control.
    var countsMasked: Bool

    init(from fields: FieldReader) throws(ConfigError) {
      countsMasked = try fields.boolean("counts_masked", default: false, "whether masked positions count")
    }

    func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
      let positions = context.targetWidth, channels = context.output.count / positions
      let spec = try FieldReader.readVariant(
        .string("categorical_cross_entropy"), LossRegistry.standard, path: context.path
      ).0
      let one = try spec.makeLoss(
        LossContext(output: Port([channels]), classes: channels, targetWidth: 0, path: context.path))
      return SequenceLoss(
        loss: PerPositionLoss(
          one, positions: positions, channels: channels, classes: (0..<channels).map { "\($0)" }), positions: positions,
        countsMasked: countsMasked)
    }
  }

  struct SequenceLoss: Loss {
    let loss: PerPositionLoss
    let positions: Int
    let countsMasked: Bool
    var prediction: any Prediction { loss.prediction }
    var countsPositions: Bool { true }

    func evaluate(
      _ outputs: Matrix, _ targets: LossRows, rows: Range<Int>, losses: UnsafeMutablePointer<Double>, gradient: Matrix
    ) {
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: positions) { classes in
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: positions) { validity in
          guard let labels = classes.baseAddress, let isValid = validity.baseAddress else { return }
          for row in rows {
            for position in 0..<positions {
              let value = targets.values[row][position]
              classes.initializeElement(at: position, to: Int32(value))
              validity.initializeElement(at: position, to: value < 0 ? 0 : 1)
            }
            var own = targets
            own.positions = positions
            // Rows keep their numbers: the memory is addressed as if it began at row 0.
            own.classes = UnsafePointer(labels - row * positions)
            own.validity = UnsafePointer(isValid - row * positions)
            loss.evaluate(outputs, own, rows: row..<row + 1, losses: losses, gradient: gradient)
            if countsMasked { targets.counted?[row] = Double(positions) * Double(targets.weights[row]) }
          }
        }
      }
    }
  }

  private static let positions = 3, rows = 60

  /// The class of a position of a sample, -1 where it is masked: of some samples all, of one none.
  private static func target(_ row: Int, _ position: Int) -> Int {
    row % 10 == 4 || (row * 5 + position * 7) % 9 < 4 && row > 0 ? -1 : (row + position * row) % 3
  }

  /// - Parameter masked: what stands where a position is masked.
  private static func data(masked: Int = -1) -> String {
    (0..<rows).map { row in
      let features = [row % 7, row * row % 11].map { "\($0)" }
      let targets = (0..<positions).map { position in
        let target = target(row, position)
        return "\(target < 0 ? masked : target)"
      }
      return (features + targets + ["\(1 + row % 3)"]).joined(separator: ",") + "\n"
    }.joined()
  }

  private static func registries() throws -> Registries {
    Registries.standard.with(try LossRegistry.standard.adding(Sequence.self))
  }

  private static func train(
    _ data: String, loss: String = "{\"type\": \"masked_sequence\"}", parallel: String = "{}", ranks: Int = 1,
    threads: Int = 1, output: TemporaryFolder
  ) throws -> RunSummary {
    let folder = try TemporaryFolder()
    try folder.write("a,b,t0,t1,t2,w\n" + data, to: "t.csv")
    let text = """
      {"data": {"normalize": "none",
        "train": {"format": "csv", "path": "t.csv", "targets": ["t0", "t1", "t2"], "sample_weight": "w"}, "test": {"fraction": 0.25}},
       "model": {"layers": [{"type": "dense", "units": 5}, {"type": "tanh"}, {"type": "dense", "units": 9}]},
       "loss": \(loss), "optimizer": {"type": "sgd", "learning_rate": 0.1}, "parallel": \(parallel),
       "training": {"epochs": 3, "global_batch_size": 16}}
      """
    let value = try ConfigValue.parse(Data(text.utf8), file: "t"), base = folder.path, run = output.path + "/run"
    let summaries = try InProcessCluster.run(size: ranks) { cluster in
      let options = RunOptions(
        baseDirectory: base, outputDirectory: run, threads: threads)
      let config = try RunConfig(value, registries: registries())
      return try Run(config, options: options, cluster: cluster).run()
    }
    return summaries[0]
  }

  @Test("one hash for 1 to 4 ranks, 1 to 3 threads, and overlap; what masked positions hold changes nothing")
  func hashes() throws {
    var hashes: Set<String> = []
    for ranks in 1...4 {
      for threads in 1...3 {
        let summary = try Self.train(Self.data(), ranks: ranks, threads: threads, output: TemporaryFolder())
        hashes.insert(summary.weightsHash)
      }
    }
    hashes.insert(
      try Self.train(Self.data(), parallel: #"{"overlap": true}"#, ranks: 2, threads: 2, output: TemporaryFolder())
        .weightsHash)
    hashes.insert(try Self.train(Self.data(masked: -7), ranks: 2, output: TemporaryFolder()).weightsHash)
    #expect(hashes.count == 1)
    let flawed = try Self.train(
      Self.data(), loss: #"{"type": "masked_sequence", "counts_masked": true}"#, output: TemporaryFolder())
    #expect(!hashes.contains(flawed.weightsHash), "negative control: masked positions in the denominator")
  }

  @Test("the loss of a part is the mean over the positions that count, by weight")
  func mean() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let summary = try Self.train(Self.data(), ranks: 2, output: folder)
    let model = try SavedModel(run, registries: Self.registries())
    let file = try TemporaryFolder()
    // Rows that are all the test rows of a source of their own.
    try file.write("a,b,t0,t1,t2,w\n" + Self.data(), to: "all.csv")
    try file.write(
      #"{"format": "csv", "path": "\#(file.path)/all.csv", "targets": ["t0", "t1", "t2"], "sample_weight": "w"}"#,
      to: "all.json")
    let source = try RunSource.load(
      run: run, origin: .source(file.path + "/all.json"), model: model, withTargets: true, environment: [:],
      cluster: SoloCluster())
    let rows = try #require(source.prepared.rows(of: .test))
    #expect(rows.count == Self.rows)
    let outputs = try model.outputs(rows, threads: 2, cluster: SoloCluster())
    var sum = 0.0, count = 0.0, samples = 0.0
    for row in 0..<Self.rows {
      let weight = Double(1 + row % 3)
      samples += weight
      for position in 0..<Self.positions {
        let target = Self.target(row, position), first = row * 9 + position * 3
        guard target >= 0 else { continue }
        let logits = outputs[first..<first + 3].map { Double($0) }
        sum += weight * (log(logits.reduce(0) { $0 + exp($1) }) - logits[target])
        count += weight
      }
    }
    #expect(count < 2 * samples && count > samples)
    let memory = NetworkMemory(model.network, rows: Evaluation.blockRows, arena: model.arena.pointer, training: false)
    let result = try Evaluation(memory: memory, loss: model.loss, metrics: [], context: model.context, threads: 1)
      .run(rows, description: model.description, classWeights: nil, cluster: SoloCluster())
    #expect(abs(result.loss.value - sum / count) < 1e-6 * (sum / count), "\(result.loss.value), \(sum / count)")
    let table = PredictionTable(outputs, model: model)
    #expect(table.columns.count == 9 && table.columns[8] == "probability_2_at_2" && table.firstNotFinite == nil)
    #expect(table.numbers.allSatisfy { abs($0.reduce(0, +) - 3) < 1e-12 })
    #expect(summary.report(on: .test)?["loss"] != nil)
  }

  private static func loss(_ text: String) throws -> any LossSpec {
    let config = """
      {"data": {"normalize": "none", "train": {"format": "csv", "path": "t.csv", "targets": ["y"]}},
       "model": {"layers": [{"type": "dense", "units": 3}]}, "loss": \(text), "optimizer": {"type": "sgd"},
       "training": {"epochs": 1, "global_batch_size": 16}}
      """
    return try RunConfig(try ConfigValue.parse(Data(config.utf8), file: "t"), registries: registries()).loss.loss
  }

  @Test("losses of positions and of samples cannot be terms of one sum, whose weight would be two numbers")
  func mixed() throws {
    let context = LossContext(output: Port([3]), classes: 0, targetWidth: 3, path: "loss")
    func sum(_ other: String) throws -> any Loss {
      try Self.loss(
        #"{"type": "sum", "terms": [{"loss": {"type": "masked_sequence"}}, {"loss": {"type": "\#(other)"}}]}"#
      ).makeLoss(context)
    }
    #expect(try sum("masked_sequence").countsPositions)
    let error = #expect(throws: ConfigError.self) { try sum("mse") }
    #expect(
      error?.sentence
        == "loss.terms: some terms are losses of single positions and some of whole samples; all must divide by the same weight"
    )
  }

  @Test("an output with padding between positions is refused, which predictions would read as one row")
  func padded() throws {
    let dense = try FieldReader.readVariant(
      .object([.init("type", .string("dense")), .init("units", .integer(3))]), LayerRegistry.standard, path: "layer"
    ).0
    let spec = try Self.loss(#"{"type": "masked_sequence"}"#)
    let network = try Network([dense], input: Port([4, 7]), path: "model.layers")
    #expect(network.output.isPadded)
    let error = #expect(throws: ConfigError.self) {
      try spec.makeLoss(for: network, classes: 0, targetWidth: 4, path: "loss")
    }
    #expect(
      error?.sentence
        == "model.layers: the network's output has shape 4×3, whose positions lie apart in memory; put "
        + "{\"type\": \"flatten\"} last")
    let flatten = try FieldReader.readVariant(
      .object([.init("type", .string("flatten"))]), LayerRegistry.standard, path: "layer"
    ).0
    let flat = try Network([dense, flatten], input: Port([4, 7]), path: "model.layers")
    #expect(try spec.makeLoss(for: flat, classes: 0, targetWidth: 4, path: "loss").countsPositions)
  }
}
