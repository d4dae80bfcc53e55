import Datasets
import Foundation
import Metrics
import Specs
import TestSupport
import Testing

@testable import Training

/// `summary.json`: its bytes, and that files of earlier builds are read.
@Suite struct RunSummaryTests {
  private static let hash = String(repeating: "0a", count: 32)

  private static var full: RunSummary {
    let times = StepTimes(data: 0.5, compute: 4, wait: 0.25, communicate: 0.125, update: 1e-6)
    return RunSummary(
      name: "a \"b\"", weightsHash: hash, arithmetic: 4, isInvariant: true, steps: 30, epochs: 6,
      metrics: [
        .init(
          name: "validation",
          report: MetricReport([MetricValue("loss", 0.25), MetricValue("r2", .nan, because: "one row has no variance")])
        ),
        .init(
          name: "test",
          report: MetricReport([
            MetricValue("loss", 3), .vector("recall", labels: ["a", "b"], [MetricNumber(1), MetricNumber(0.1)]),
          ])),
      ],
      constant: .init(
        prediction: "the mean",
        metrics: [.init(name: "test", report: MetricReport([MetricValue("loss", 4)]))]),
      smearing: [.init(target: "price", factor: 1.0625)], decisionThreshold: 0.125, isStoppedEarly: true,
      dataFingerprint: "983d71d3451b3e1d", bestStep: 12,
      bestStepReason: "validation r2 never had a value (one row has no variance)", skippedSteps: 1,
      samplesPerSecond: 20121.53723107182, ranks: 2, threadsPerRank: 3, shards: 8, bits: "any-cpu",
      instructionSet: "avx2",
      provenance: .init(
        version: "0.1.0", configHash: "c0", commit: "2b38+", compiler: "Swift 6.3.1", library: "Open MPI v4.1.4",
        processors: [
          .init(model: "a CPU", instructionSet: "avx2", ranks: 1), .init(instructionSet: "portable", ranks: 1),
        ]),
      parameters: 26, peakMegabytes: 29.200384, seconds: .init(steps: times, checkpoint: 0.0625, total: 7),
      secondsByRank: [.init(rank: 0, host: "one", times: times), .init(rank: 1, host: "two", times: StepTimes())],
      allreduce: "ordered", bytesSentPerStep: 208, bytesLowerBound: 104)
  }

  private static let golden = """
    {
      "name": "a \\"b\\"",
      "weights_sha256": "\(hash)",
      "arithmetic": 4,
      "invariant": true,
      "steps": 30,
      "epochs": 6,
      "metrics": {
        "validation": {
          "loss": 0.25,
          "r2": null,
          "undefined": {
            "r2": "one row has no variance"
          }
        },
        "test": {
          "loss": 3,
          "recall.a": 1,
          "recall.b": 0.1
        }
      },
      "constant": {
        "prediction": "the mean",
        "metrics": {
          "test": {
            "loss": 4
          }
        }
      },
      "smearing": {
        "price": 1.0625
      },
      "decision_threshold": 0.125,
      "stopped_early": true,
      "data_fingerprint": "983d71d3451b3e1d",
      "best_step": 12,
      "undefined": {
        "best_step": "validation r2 never had a value (one row has no variance)"
      },
      "skipped_steps": 1,
      "samples_per_second": 20121.53723107182,
      "ranks": 2,
      "threads_per_rank": 3,
      "shards": 8,
      "bits": "any-cpu",
      "isa": "avx2",
      "provenance": {
        "version": "0.1.0",
        "config_sha256": "c0",
        "commit": "2b38+",
        "compiler": "Swift 6.3.1",
        "mpi": "Open MPI v4.1.4",
        "cpus": [
          {
            "model": "a CPU",
            "isa": "avx2",
            "ranks": 1
          },
          {
            "model": null,
            "isa": "portable",
            "ranks": 1
          }
        ]
      },
      "parameters": 26,
      "peak_rss_mb": 29.200384,
      "seconds": {
        "compute": 4,
        "wait": 0.25,
        "communicate": 0.125,
        "update": 1e-06,
        "data": 0.5,
        "checkpoint": 0.0625,
        "total": 7
      },
      "seconds_by_rank": [
        {
          "rank": 0,
          "host": "one",
          "compute": 4,
          "wait": 0.25,
          "communicate": 0.125,
          "update": 1e-06,
          "data": 0.5
        },
        {
          "rank": 1,
          "host": "two",
          "compute": 0,
          "wait": 0,
          "communicate": 0,
          "update": 0,
          "data": 0
        }
      ],
      "allreduce": "ordered",
      "bytes_sent_per_step": 208,
      "bytes_lower_bound": 104
    }

    """

  private static func read(_ text: String) throws -> RunSummary? {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "summary.json")
    return RunSummary.read(in: folder.path)
  }

  @Test("the bytes of a full summary, and of one without what may be missing")
  func bytes() throws {
    #expect(Self.full.json.prettyText == Self.golden)
    var less = Self.full
    (less.decisionThreshold, less.bestStep, less.bestStepReason) = (nil, nil, nil)
    let reason = try #require(
      Self.golden.range(of: #"  "undefined": \{\n    "best[^}]*\},\n"#, options: .regularExpression))
    let expected = Self.golden.replacingCharacters(in: reason, with: "")
      .replacingOccurrences(of: #""decision_threshold": 0.125"#, with: #""decision_threshold": null"#)
      .replacingOccurrences(of: #""best_step": 12"#, with: #""best_step": null"#)
    #expect(less.json.prettyText == expected)
  }

  @Test("every field is written, and comes back from the file")
  func again() throws {
    var read = try #require(try Self.read(Self.golden))
    // Keys of objects are read sorted.
    #expect(read.metrics.map(\.name) == ["test", "validation"])
    read.metrics.reverse()
    #expect(read == Self.full)
    #expect(read.report(on: .test)?["recall.b"]?.value == 0.1 && read.report(on: .train) == nil)
    guard case .object(let members) = Self.full.json else {
      Issue.record("no object")
      return
    }
    #expect(members.count == Mirror(reflecting: Self.full).children.count, "a field that is not written")
  }

  private static func kept(_ number: Int) throws -> (text: String, value: ConfigValue) {
    let path = Command.root + "/Tests/Compatibility/states/\(number)/unfinished/summary.json"
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return (String(decoding: data, as: UTF8.self), try ConfigValue.parse(data, file: path))
  }

  @Test("the summaries that earlier builds wrote are read, and written again as they were", arguments: 1...4)
  func earlier(number: Int) throws {
    let (text, value) = try Self.kept(number)
    var summary = try #require(try Self.read(text))
    #expect(summary.arithmetic == number && summary.steps == 16 && summary.name == "unfinished")
    #expect(.string(summary.weightsHash) == value["weights_sha256"])
    #expect((summary.dataFingerprint == nil) == (number == 1) && (summary.isStoppedEarly == nil) == (number == 1))
    #expect(summary.seconds != nil && summary.secondsByRank?.count == 1 && summary.allreduce == "ordered")
    // In the order in which results are written.
    summary.metrics = try ["validation", "test"].map { name in
      let report = try #require(summary.metrics.first { $0.name == name }).report
      let values = try ["loss", "accuracy"].map { MetricValue($0, try #require(report[$0]).value) }
      return .init(name: name, report: MetricReport(values))
    }
    let line = number == 1 ? "  \"arithmetic\": 1,\n" : ""
    #expect(summary.json.prettyText.replacingOccurrences(of: line, with: "") == text)
  }

  @Test("a file that tells of weights is a summary, whatever else it lacks; another is none")
  func damaged() throws {
    let bare = try #require(try Self.read(#"{"weights_sha256": "00", "metrics": {"test": {"loss": 1}, "x": 3}}"#))
    #expect(bare.weightsHash == "00" && bare.steps == nil && bare.arithmetic == 1)
    #expect(bare.metrics.map(\.name) == ["test"] && bare.report(on: .test)?["loss"]?.value == 1)
    let odd = try #require(
      try Self.read(#"{"weights_sha256": 5, "arithmetic": "x", "steps": "3", "seconds": {"total": 1}, "metrics": []}"#))
    #expect(odd.weightsHash == "5" && odd.arithmetic == nil && odd.steps == nil && odd.seconds == nil)
    for summary in [bare, odd] { #expect(RunSummary(json: summary.json) == summary) }
    for text in ["{}", "[]", "", #"{"steps": 3}"#, #"{"weights_sha256": "00""#] {
      #expect(try Self.read(text) == nil, "\(text)")
    }
    #expect(RunSummary.read(in: "/nonexistent") == nil)
  }
}
