package import Specs
internal import Statistics

/// One layout of a scaling measurement, and what was measured there.
package struct ScalingPoint: Sendable {
  /// What stays the same when workers are added.
  package enum Kind: String, Sendable {
    /// The batch of all workers together.
    case strong
    /// The batch of each worker.
    case weak
  }

  package var kind: Kind
  package var ranks: Int
  package var threads: Int
  package var batch: Int
  /// Median step times of the runs, in ms.
  package var steps: [Double] = []
  /// Shares of the steps that ranks waited or exchanged, computing done.
  package var communication: [Double] = []
  /// The weights after the same number of steps, a hash of each run.
  package var hashes: [String] = []

  package init(kind: Kind, ranks: Int, threads: Int, batch: Int) {
    self.kind = kind
    self.ranks = ranks
    self.threads = threads
    self.batch = batch
  }

  package var workers: Int { ranks * threads }
  package var step: Double { ScalingReport.median(steps) }

  /// Takes the figures of one `ptrain bench --json`.
  package mutating func add(_ result: BenchResult) {
    let mean = result.stepMilliseconds.mean
    steps.append(result.stepMilliseconds.median)
    communication.append(mean > 0 ? result.phaseMilliseconds.exposed / mean : 0)
    hashes.append(result.weightsHash)
  }
}

/// All points of a scaling measurement: efficiencies, the check of hashes, tables.
package struct ScalingReport: Sendable, ResultEncodable {
  package var title: String
  package var points: [ScalingPoint]

  package init(title: String, points: [ScalingPoint]) {
    self.title = title
    self.points = points
  }

  /// Against the point of the fewest workers: the speed-up by workers added, 1 being ideal.
  package func efficiency(_ point: ScalingPoint) -> Double {
    let same = points.filter { $0.kind == point.kind }
    guard let base = same.min(by: { $0.workers < $1.workers }), point.step > 0 else { return 0 }
    let ratio = base.step / point.step
    return point.kind == .weak ? ratio : ratio * Double(base.workers) / Double(point.workers)
  }

  /// Points with the same batch whose weights differ: none, or the run is not invariant.
  package var disagreements: [String] {
    Dictionary(grouping: points, by: \.batch).values.filter { Set($0.flatMap(\.hashes)).count > 1 }.map { points in
      "batch \(points[0].batch): "
        + points.map { "\($0.ranks) × \($0.threads) gave \($0.hashes.first?.prefix(8) ?? "nothing")" }
        .joined(separator: ", ")
    }
  }

  package var text: String {
    var lines = ["\(title)", "scaling  ranks × threads  batch     step ms  speed-up  efficiency  communication"]
    for point in points {
      let efficiency = efficiency(point)
      let gain = efficiency * Double(point.workers)
      lines.append(
        [
          Self.pad(point.kind.rawValue, 9), Self.pad("\(point.ranks) × \(point.threads)", 17),
          Self.pad("\(point.batch)", 10), Self.pad(Self.rounded(point.step, 3), 9), Self.pad(Self.rounded(gain, 2), 10),
          Self.pad("\(Int((efficiency * 100).rounded())) %", 12),
          "\(Self.rounded(Self.median(point.communication) * 100, 1)) %",
        ].joined())
    }
    lines.append(
      disagreements.isEmpty
        ? "all layouts of a batch gave the same weights, bit for bit"
        : "DIFFERENT WEIGHTS: " + disagreements.joined(separator: "; "))
    return lines.joined(separator: "\n") + "\n"
  }

  package var json: ConfigValue {
    .record([
      "title": title, "same_weights": disagreements.isEmpty,
      "points": points.map { point in
        ConfigValue.record([
          "scaling": point.kind.rawValue, "ranks": point.ranks, "threads_per_rank": point.threads,
          "global_batch_size": point.batch, "step_ms": point.step, "step_ms_of_runs": point.steps,
          "efficiency": efficiency(point), "communication_share": Self.median(point.communication),
          "weights_sha256": point.hashes.first ?? "",
        ])
      },
    ])
  }

  static func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : Statistics.median(values) }

  static func rounded(_ value: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return "\((value * scale).rounded() / scale)"
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
