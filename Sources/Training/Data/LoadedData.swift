package import Collectives
package import Datasets
package import Networks
package import Platform
internal import Specs

/// The data of a run, held once per node.
package struct LoadedData: Sendable {
  package let prepared: PreparedData
  package var description: DataDescription { prepared.description }
  /// Tells other data apart: a hash of what was prepared; known on every rank.
  package let fingerprint: String
  /// What a person should know of the rows; on one rank of each node.
  package private(set) var notes: [String] = []
  /// Where the training rows come from; on one rank of each node.
  private var origin: (source: RowSource, rows: [Int])?
  /// Where the rows come from; on one rank of each node, until ``checkTargets(_:cluster:)``.
  private var preparation: DataPreparation?

  /// Reads the data on one rank of each node into memory that the node's ranks share.
  ///
  /// - Throws: the agreed failure of the lowest rank that cannot read.
  package init(
    _ section: DataSection, targets: TargetDemand, context: DataContext, seed: UInt64, environment: ProcessEnvironment,
    cluster: any Cluster
  ) throws {
    let (prepared, preparation) = try Self.share(cluster, environment, for: context.use) { progress in
      var context = context
      context.progress = progress
      return try section.prepare(in: context, targets: targets, seed: seed)
    }
    (self.prepared, self.preparation) = (prepared, preparation)
    notes = prepared.notes
    let (own, first) = try DataFingerprint.agree(prepared, cluster: cluster)
    let file = preparation?.trainingOrigin.source.file ?? "the data"
    try cluster.agree(describe: describeFailure) { if first != own { throw Self.otherData(file) } }
    fingerprint = own
  }

  /// Training rows as a person finds them; by their numbers alone on ranks that have not read the data.
  func trainingPlaces(ofRows rows: [Int]) -> String {
    guard let origin, rows.allSatisfy(origin.rows.indices.contains) else {
      return rows.map { "training sample \($0) (counted from 0)" }.joined(separator: ", ")
    }
    return "\(origin.source.file): " + rows.map { origin.source.place(origin.rows[$0]) }.joined(separator: ", ")
  }

  /// Refuses training samples whose weight times class weight is lost in float32, and such products that are all 0; collective.
  func checkWeights(_ classWeights: [Float]?, cluster: any Cluster) throws {
    try cluster.agree(describe: describeFailure) {
      guard let classWeights, let origin, let rows = prepared.rows(of: .train) else { return }
      let block = 1024
      let batch = BatchMemory(rows, description: description, capacity: block, classWeights: classWeights)
      var weighsSomething = false
      for first in stride(from: 0, to: rows.count, by: block) {
        let count = min(block, rows.count - first)
        cluster.showProgress()
        for index in 0..<count { batch.ids.pointer[index] = first + index }
        batch.gatherTargets(0..<count)
        for row in 0..<count where batch.sampleWeights.pointer[row] > 0 {
          let classWeight = classWeights[Int(batch.classes.pointer[row])]
          weighsSomething = weighsSomething || batch.weights.pointer[row] > 0
          if classWeight > 0, batch.weights.pointer[row] < 0x1p-120 {
            throw RunError(
              .data,
              "\(origin.source.file): \(origin.source.place(origin.rows[first + row])): the sample weight "
                + "\(batch.sampleWeights.pointer[row]) times its class's weight \(classWeight) is lost in float32 "
                + "beside others; give weights nearer to each other")
          }
        }
      }
      guard weighsSomething else {
        throw RunError(
          .data,
          "\(origin.source.file): all train samples weigh 0 times their class's weight; give a class that occurs a weight "
            + "above 0")
      }
    }
  }

  /// Refuses whole numbers that a layer cannot read, naming the first row; collective, before ``checkTargets(_:cluster:)``.
  func checkInputs(_ network: Network, cluster: any Cluster) throws {
    try Self.checkIntegers(of: prepared, from: preparation, for: network, cluster: cluster)
  }

  /// Refuses whole numbers that a layer cannot read, naming the first row; collective.
  ///
  /// - Parameter preparation: where the rows come from; nil on ranks that have not read them.
  static func checkIntegers(
    of prepared: PreparedData, from preparation: DataPreparation?, for network: Network, cluster: any Cluster
  ) throws {
    guard !network.integerRanges.isEmpty else { return }
    try cluster.agree(describe: describeFailure) {
      guard let preparation else { return }
      for (input, layer, range) in network.integerRanges {
        let field = prepared.description.fields[input]
        for part in DataPart.allCases {
          guard let found = prepared.rows(of: part)?.firstInteger(of: field, outside: range) else { continue }
          let (source, rows) = preparation.origin(of: part)
          throw RunError(
            .data,
            "\(source.file): \(source.place(rows[found.row])): the input '\(field.name.excerpt(40))' holds \(found.value), and "
              + "model.layers[\(layer)] reads whole numbers from \(range.lowerBound) to \(range.upperBound); correct the data, or the "
              + "layer")
        }
      }
    }
  }

  /// Refuses weights that had to be scaled where a loss depends on their scale.
  package static func requireScale(of preparation: DataPreparation, for loss: any Loss) throws {
    guard loss.readsWeights, preparation.rescalesWeights else { return }
    throw RunError(
      .data,
      "the formula of the loss uses w, and the sample weights are beyond 2^-20 to 2^20, where only their ratios count; "
        + "give weights around 1, or a formula without w (each sample is weighted anyway)")
  }

  /// Refuses targets that a loss cannot take, naming the first row; collective.
  package mutating func checkTargets(_ loss: any Loss, cluster: any Cluster) throws {
    origin = preparation?.trainingOrigin
    defer { preparation = nil }
    try cluster.agree(describe: describeFailure) {
      guard let preparation else { return }
      try Self.requireScale(of: preparation, for: loss)
      for part in DataPart.allCases {
        guard let rows = prepared.rows(of: part), rows.count > 0 else { continue }
        let block = 1024
        var weighsSomething = false
        let batch = BatchMemory(rows, description: description, capacity: block, classWeights: nil)
        for first in stride(from: 0, to: rows.count, by: block) {
          let count = min(block, rows.count - first)
          cluster.showProgress()
          for index in 0..<count { batch.ids.pointer[index] = first + index }
          batch.gatherTargets(0..<count)
          weighsSomething = weighsSomething || (0..<count).contains { batch.sampleWeights.pointer[$0] > 0 }
          guard let problem = loss.problem(with: batch.targets, rows: 0..<count) else { continue }
          let (file, place) = preparation.targetSource(ofRow: first + problem.row, in: part)
          throw RunError(.data, "\(file): \(place): \(problem.text)")
        }
        guard weighsSomething else {
          let file = preparation.weightFile(of: part)
          throw RunError(.data, "\(file): all \(part.name) samples weigh 0; give some a sample weight above 0")
        }
      }
    }
  }
}
