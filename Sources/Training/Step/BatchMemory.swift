internal import Datasets
internal import Kernels
internal import Networks
internal import Platform

/// One rank's rows of a batch: sample ids, targets, weights, losses. Allocated once.
final class BatchMemory {
  let rows: DataRows
  let ids: AlignedBuffer<Int>
  let classes: AlignedBuffer<Int32>
  /// Sample weights times class weights.
  let weights: AlignedBuffer<Float>
  /// Sample weights alone, which metrics use.
  let sampleWeights: AlignedBuffer<Float>
  let losses: AlignedBuffer<Double>
  /// The weight of each row that counted, where the loss says so.
  private let counted: AlignedBuffer<Double>?
  let targets: LossRows
  private let values: AlignedBuffer<Float>
  private let valueStride: Int
  private let kind: TargetKind
  private let classWeights: [Float]?
  /// The rows as they come into a batch, where they are kept so.
  let ready: ReadyRows?

  /// - Parameters:
  ///   - counts: whether the loss says what counted of a row's weight: ``Networks/Loss/countsPositions``.
  ///   - ready: the same rows, made for the inputs that are asked for.
  init(
    _ rows: DataRows, description: DataDescription, capacity: Int, classWeights: [Float]?, counts: Bool = false,
    ready: ReadyRows? = nil
  ) {
    self.rows = rows
    kind = description.targetKind
    self.ready = ready
    self.classWeights = classWeights
    ids = AlignedBuffer(count: max(1, capacity))
    classes = AlignedBuffer(count: max(1, capacity))
    weights = AlignedBuffer(count: max(1, capacity))
    sampleWeights = classWeights == nil ? weights : AlignedBuffer(count: max(1, capacity))
    losses = AlignedBuffer(count: max(1, capacity))
    counted = counts ? AlignedBuffer(count: max(1, capacity)) : nil
    valueStride = Matrix.stride(for: max(1, description.targetWidth))
    values = AlignedBuffer(count: kind == .values ? max(1, capacity) * valueStride : 16)
    var targets = LossRows(
      classes: UnsafePointer(classes.pointer), values: Matrix(values.pointer, stride: valueStride),
      weights: UnsafePointer(weights.pointer))
    targets.counted = counted?.pointer
    self.targets = targets
  }

  /// The ids as layers see them.
  var samples: UnsafePointer<UInt64> {
    UnsafeRawPointer(ids.pointer).assumingMemoryBound(to: UInt64.self)
  }

  /// Fetches features, targets and weights of rows whose ids are set.
  func gather(_ range: Range<Int>, into inputs: [InputMemory]) {
    guard !range.isEmpty else { return }
    let first = range.lowerBound, count = range.count
    let ids = UnsafePointer(ids.pointer + first)
    if let ready {
      ready.copy(ids, count: count, into: inputs, at: first)
    } else {
      rows.gather(rows: ids, count: count, into: inputs, at: first)
    }
    gatherTargets(range)
  }

  /// Fetches targets and weights of rows whose ids are set.
  func gatherTargets(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    let first = range.lowerBound, count = range.count
    let ids = UnsafePointer(ids.pointer + first)
    switch kind {
    case .classes: rows.gatherClasses(rows: ids, count: count, into: classes.pointer + first)
    case .values:
      let output = values.pointer + first * valueStride
      if let ready {
        ready.copyValues(ids, count: count, into: output)
      } else {
        rows.gatherValues(rows: ids, count: count, into: output, stride: valueStride)
      }
    case .none: break
    }
    rows.gatherWeights(rows: ids, count: count, into: weights.pointer + first)
    guard let classWeights else { return }
    for row in range { sampleWeights.pointer[row] = weights.pointer[row] }
    for row in range { weights.pointer[row] *= classWeights[Int(classes.pointer[row])] }
  }

  /// Makes the loss of rows whose gradient is not finite NaN, so that all ranks learn of it with the sums; rows that
  /// weigh 0 count nothing, whatever they hold.
  func checkGradient(_ gradient: Matrix, width: Int, rows: Range<Int>) {
    guard let first = rows.first else { return }
    let areLossesFinite = rows.allSatisfy { losses.pointer[$0].isFinite }
    // What pads the rows is 0.
    if areLossesFinite, FiniteCheck.holds(gradient[first], count: rows.count * gradient.stride) { return }
    for row in rows {
      let isFinite = FiniteCheck.holds(gradient[row], count: width)
      if weight(of: row) == 0 {
        losses.pointer[row] = 0
        if !isFinite { gradient[row].update(repeating: 0, count: width) }
      } else if !isFinite {
        losses.pointer[row] = .nan
      }
    }
  }

  /// What a row counts in the sum that losses are divided by, once its loss is there.
  func weight(of row: Int) -> Double { counted.map { $0.pointer[row] } ?? Double(weights.pointer[row]) }

  /// Sums of weighted losses and of the weights that counted over rows, in row order; rows that weigh 0 count nothing.
  func sums(_ range: Range<Int>) -> (loss: Double, weight: Double) {
    var loss = 0.0, weight = 0.0
    if let counted {
      for row in range {
        if counted.pointer[row] != 0 { loss += losses.pointer[row] }
        weight += counted.pointer[row]
      }
      return (loss, weight)
    }
    for row in range {
      if weights.pointer[row] != 0 { loss += losses.pointer[row] }
      weight += Double(weights.pointer[row])
    }
    return (loss, weight)
  }
}
