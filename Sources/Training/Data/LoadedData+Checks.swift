package import Collectives
package import Datasets
package import Networks
internal import Platform
internal import Specs

extension LoadedData {
  /// Whether this rank looks at rows: one of each node does, because all ranks of a node have the same.
  private func looks(_ cluster: any Cluster) -> Bool { !isChecked && cluster.place.rankOnNode == 0 }

  /// Training rows as a person finds them: file and line.
  func trainingPlaces(ofRows numbers: [Int]) -> String {
    guard let rows = prepared.rows(of: .train), numbers.allSatisfy((0..<rows.count).contains) else {
      return numbers.map { "training sample \($0) (counted from 0)" }.joined(separator: ", ")
    }
    let places = numbers.map { origins.place(ofRow: $0, in: rows) }
    return (places.first.map { "\($0.file): " } ?? "") + places.map(\.place).joined(separator: ", ")
  }

  /// Refuses training samples whose weight times class weight is lost in float32, and such products that are all 0;
  /// collective.
  func checkWeights(_ classWeights: [Float]?, cluster: any Cluster) throws {
    let looks = looks(cluster)
    try cluster.agree(describe: describeFailure) {
      guard let classWeights, looks, let rows = prepared.rows(of: .train) else { return }
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
              "\(trainingPlaces(ofRows: [first + row])): the sample weight \(batch.sampleWeights.pointer[row]) times its "
                + "class's weight \(classWeight) is lost in float32 beside others; give weights nearer to each other")
          }
        }
      }
      guard weighsSomething else {
        throw RunError(
          .data,
          "\(origins.place(ofRow: 0, in: rows).file): all train samples weigh 0 times their class's weight; give a class "
            + "that occurs a weight above 0")
      }
    }
  }

  /// Refuses whole numbers that a layer cannot read, naming the first row; collective, before
  /// ``checkTargets(_:cluster:)``.
  func checkInputs(_ network: Network, cluster: any Cluster) throws {
    try Self.checkIntegers(of: prepared, from: looks(cluster) ? origins : nil, for: network, cluster: cluster)
  }

  /// Refuses whole numbers that a layer cannot read, naming the first row; collective.
  ///
  /// - Parameter preparation: where the rows come from; nil on ranks that have not read them.
  static func checkIntegers(
    of prepared: PreparedData, from preparation: DataPreparation?, for network: Network, cluster: any Cluster
  ) throws {
    try checkIntegers(of: prepared, from: preparation?.origins, for: network, cluster: cluster)
  }

  /// - Parameter origins: where the rows come from; nil on ranks that do not look at them.
  private static func checkIntegers(
    of prepared: PreparedData, from origins: RowOrigins?, for network: Network, cluster: any Cluster
  ) throws {
    guard !network.integerRanges.isEmpty else { return }
    try cluster.agree(describe: describeFailure) {
      guard let origins else { return }
      for (input, layer, range) in network.integerRanges {
        let field = prepared.description.fields[input]
        for part in DataPart.allCases {
          guard let rows = prepared.rows(of: part), let found = rows.firstInteger(of: field, outside: range) else {
            continue
          }
          let (file, place) = origins.place(ofRow: found.row, in: rows)
          throw RunError(
            .data,
            "\(file): \(place): the input '\(field.name.excerpt(40))' holds \(found.value), and "
              + "model.layers[\(layer)] reads whole numbers from \(range.lowerBound) to \(range.upperBound); correct the data, or the "
              + "layer")
        }
      }
    }
  }

  /// Refuses weights that had to be scaled where a loss depends on their scale.
  package static func requireScale(of preparation: DataPreparation, for loss: any Loss) throws {
    try requireScale(of: preparation.layout, for: loss)
  }

  private static func requireScale(of layout: DataLayout, for loss: any Loss) throws {
    guard loss.readsWeights, layout.rescalesWeights else { return }
    throw RunError(
      .data,
      "the formula of the loss uses w, and the sample weights are beyond 2^-20 to 2^20, where only their ratios count; "
        + "give weights around 1, or a formula without w (each sample is weighted anyway)")
  }

  /// Refuses targets that a loss cannot take, naming the first row; collective.
  ///
  /// From then on only training rows are named by file and line.
  package mutating func checkTargets(_ loss: any Loss, cluster: any Cluster) throws {
    let looks = looks(cluster)
    defer { keepTrainingOrigins() }
    try cluster.agree(describe: describeFailure) {
      guard looks else { return }
      try Self.requireScale(of: prepared.layout, for: loss)
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
          let (file, place) = origins.targetPlace(ofRow: first + problem.row, in: rows)
          throw RunError(.data, "\(file): \(place): \(problem.text)")
        }
        guard weighsSomething else {
          let file = origins.weightFile(ofSource: prepared.layout.parts[part.rawValue].source)
          throw RunError(.data, "\(file): all \(part.name) samples weigh 0; give some a sample weight above 0")
        }
      }
    }
  }
}
