import Collectives
import Foundation
import Specs
import TestSupport
import Testing

@testable import Training

/// What builds of other arithmetic have left is told apart.
@Suite struct ArithmeticNumberTests {
  @Test("files without a number are of number 1; what is no number is none")
  func stated() {
    #expect(ArithmeticNumber.stated(in: []) == 1)
    #expect(ArithmeticNumber.stated(in: [.init("arithmetic", .integer(7))]) == 7)
    #expect(ArithmeticNumber.stated(in: [ArithmeticNumber.metadata]) == ArithmeticNumber.current)
    let wrong: [ConfigValue] = [
      .integer(0), .integer(-2), .number(1.5), .null, .string("two"), .string("0"), .array([]),
    ]
    for value in wrong { #expect(ArithmeticNumber.stated(in: [.init("arithmetic", value)]) == nil, "\(value)") }
  }

  @Test("a model of a later build is refused, one whose number is none is damaged", arguments: ["999999", "x", "0"])
  func laterModel(number: String) throws {
    let folder = try TemporaryFolder()
    let bytes = Safetensors.encode([], metadata: [.init("arithmetic", .string(number))])
    let path = try folder.write(Data(bytes), to: "model.safetensors")
    do {
      _ = try SavedModel(path)
      Issue.record("accepted")
    } catch let error as any ReportableError {
      #expect(error.exitCode == .data)
      let says =
        number == "999999" ? "made by a later build, with arithmetic number 999999" : "'arithmetic' is no number"
      #expect(error.sentence.contains(says), "\(error.sentence)")
    }
  }

  @Test("a run's config of an earlier build, without keys that have come since, is the same config")
  func earlierConfig() throws {
    let folder = try TemporaryFolder()
    let text = #"""
      {"data": {"train": {"format": "synthetic", "examples": 16, "features": 2}},
       "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": {"type": "categorical_cross_entropy"},
       "optimizer": {"type": "sgd"}, "parallel": {"shards": 8}}
      """#
    let config = try RunConfig(ConfigValue.parse(Data(text.utf8), file: "c"))
    // As if no default had been known when it was written.
    try folder.write(text, to: "config.json")
    try folder.write(#"{"weights_sha256": "00"}"#, to: "summary.json")
    let options = RunOptions(
      baseDirectory: folder.path, outputDirectory: folder.path, threads: 1)
    let start = try RunStart.decide(config, options: options, mode: .auto, cluster: SoloCluster())
    guard case .finished(let summary) = start else {
      Issue.record("the run is not taken for a finished one")
      return
    }
    #expect(summary.weightsHash == "00" && summary.arithmetic == 1 && summary.steps == nil && summary.metrics.isEmpty)
  }
}
