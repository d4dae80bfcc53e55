package import Datasets
internal import Foundation
package import Metrics
internal import Specs

/// What `summary.json` holds: how a run ended, what came of it, where its time went.
///
/// It is read again by later builds, which must take those of earlier ones: what those did not write is nil. A run that
/// ends with this build fills all of it in.
package struct RunSummary: Sendable, Equatable {
  /// What the model gives on a part of the data.
  package struct Part: Sendable, Equatable {
    /// `validation` or `test`.
    package var name: String
    package var report: MetricReport
  }

  /// What the best constant prediction of the training targets gives: outputs that are the same for every row.
  package struct Constant: Sendable, Equatable {
    /// What is predicted, like `the mean`.
    package var prediction: String
    /// Results on validation and test rows.
    package var metrics: [Part]
  }

  /// What predictions of a target whose logarithms were learned are multiplied with to be means, by
  /// ``Metrics/SmearingFactor``.
  package struct SmearingFactor: Sendable, Equatable {
    package var target: String
    package var factor: Double
  }

  /// Where the time of a run went, in seconds of its first rank.
  package struct Seconds: Sendable, Equatable {
    /// Where a run has gone from ranks to others, those of the last ones.
    package var steps: StepTimes
    /// Waiting for checkpoints to be written.
    package var checkpoint: Double
    /// From the first step to the last, with evaluations.
    package var total: Double
  }

  /// The config's name.
  package var name: String?
  /// The SHA-256 of the weights that are handed over, in hexadecimal digits. Without it a file is no summary.
  package var weightsHash: String
  /// The ``ArithmeticNumber`` of the build that trained; nil where what stands there is none.
  package var arithmetic: Int?
  /// Whether weights do not depend on ranks, threads and exchange.
  package var isInvariant: Bool?
  /// Batches trained on.
  package var steps: Int?
  /// Passes over the training rows, the last one perhaps not to its end.
  package var epochs: Int?
  /// Results on validation and test rows.
  package var metrics: [Part]
  /// What a model has to be better than; nil where the loss has no best constant, or there are no validation and test
  /// rows.
  package var constant: Constant?
  /// Of each target whose logarithms a loss of means has learned, where it is finite; else none.
  package var smearing: [SmearingFactor]
  /// The probability of the second of two classes from which it is predicted, where it was chosen on validation rows.
  package var decisionThreshold: Double?
  /// Whether validation had not got better for too long.
  package var isStoppedEarly: Bool?
  /// What tells the data from other data.
  package var dataFingerprint: String?
  /// The step of the weights that are handed over, where the best ones are kept.
  package var bestStep: Int?
  /// Why there is no best step though the best weights are kept.
  package var bestStepReason: String?
  /// Steps left out because loss or gradient was not finite.
  package var skippedSteps: Int?
  package var samplesPerSecond: Double?
  package var ranks: Int?
  package var threadsPerRank: Int?
  package var shards: Int?
  /// ``anyCPU`` where the weights are the same on any layout and any CPU; nil: they depend on the layout.
  package var bits: String?
  /// The instructions that the first rank's kernels used, like `avx512`.
  package var instructionSet: String?
  /// What it was trained with and on.
  package var provenance: RunProvenance?
  /// Numbers of the model that are trained.
  package var parameters: Int?
  /// The largest resident size of the first rank, in 10⁶ bytes.
  package var peakMegabytes: Double?
  package var seconds: Seconds?
  package var secondsByRank: [RankTimes]?
  /// How gradients were summed across ranks.
  package var allreduce: String?
  /// Bytes that the first rank sent in each step, and the fewest that any allreduce could.
  package var bytesSentPerStep: Int?
  package var bytesLowerBound: Int?

  /// What ``bits`` says where neither layout nor CPU decides on any of them.
  package static let anyCPU = "any-cpu"

  /// What the model gives on a part of the data; nil where the run had none.
  package func report(on part: DataPart) -> MetricReport? { metrics.first { $0.name == part.name }?.report }

  /// The summary in a run's directory; nil where there is none that tells of weights.
  static func read(in directory: String) -> RunSummary? {
    guard let bytes = try? DiskStorage().read(directory + "/summary.json"),
      let value = try? ConfigValue.parse(.init(bytes), file: "summary.json")
    else { return nil }
    return RunSummary(json: value)
  }
}
