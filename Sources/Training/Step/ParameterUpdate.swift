internal import Kernels
internal import Networks
internal import Optimization
internal import Platform
internal import Specs

/// The update of all parameters from a summed gradient: division by the batch's weight, clipping, penalties, optimizer,
/// average.
///
/// Allocates nothing after `init`; the same bits for any number of threads.
final class ParameterUpdate {
  /// A run of the arena with one set of settings; a whole tensor at most where norms matter.
  struct Piece {
    var offset: Int
    var count: Int
    var group: Int
    /// The tensor, where the optimizer is layer-wise.
    var slot: Int
    /// Where its part of the optimizer's arrays starts.
    var state = 0
  }

  private struct Group {
    /// One of the two is there.
    var elementwise: (any ElementwiseOptimizer)?
    var layerwise: (any LayerwiseOptimizer)?
    var penalties: OptimizerSection.Penalties
    /// Learning rate in units of the optimizer's.
    var rateScale: Double

    init(_ spec: any OptimizerSpec, penalties: OptimizerSection.Penalties, rateScale: Double) {
      let optimizer = spec.makeOptimizer()
      elementwise = optimizer as? any ElementwiseOptimizer
      layerwise = optimizer as? any LayerwiseOptimizer
      self.penalties = penalties
      self.rateScale = rateScale
    }

    var stateNames: [String] { elementwise?.stateNames ?? layerwise?.stateNames ?? [] }
  }

  /// What was found not finite, and the place in the arena of the piece it is in.
  struct Fault: Equatable {
    /// Causes before what follows from them.
    enum Kind: Int {
      case gradient, state, weights
    }

    var kind: Kind
    var offset: Int
  }

  /// Floats of a piece: a few of the cache's lines less than half of a common second-level cache, for up to four
  /// arrays.
  private static let grain = 16384

  private let arena: UnsafeMutablePointer<Float>
  private let network: Network
  private let groups: [Group]
  private let runs: [Piece]
  private var pieces: [Piece] = []
  /// Which pieces are a bucket's.
  private var piecesOfBucket: [Range<Int>] = []
  private let clipping: GradientClipping
  private let isLayerwise: Bool
  private let needsPreparation: Bool
  let threads: Int
  private let queue = WorkQueue()
  private let gradientNorms: ParameterNorms?
  private let weightNorms: ParameterNorms?
  private let averaging: WeightAveraging?
  /// The optimizer's arrays, each as long as the part of the arena that this rank updates.
  private(set) var state: [AlignedBuffer<Float>] = []
  let stateNames: [String]
  private let statePointers: AlignedBuffer<UnsafeMutablePointer<Float>>
  /// What ``begin(_:weight:learningRate:step:)`` was told.
  private var weight = 1.0
  private var clip: Float = 1
  private var learningRate = 0.0
  private var step = 0
  /// The running average of parameters and states, where one is kept.
  let average: AlignedBuffer<Float>?
  private let checksFinite: Bool
  /// Whether a piece that is not updated for its gradient is marked with NaN, so that ranks that fetch it learn of it.
  var marksFaults = false
  /// Whether the whole gradient was found finite before any update.
  private var hasMeasured = false
  /// For each worker and kind of fault, the first place and the last one; -1: none.
  private let faults: AlignedBuffer<Int>

  /// - Throws: ``ConfigError`` for a group that fits no parameter.
  init(
    _ network: Network, section: OptimizerSection, clipping: GradientClipping, averaging: WeightAveraging?,
    checksFinite: Bool, arena: UnsafeMutablePointer<Float>, threads: Int
  ) throws(ConfigError) {
    self.network = network
    self.arena = arena
    self.threads = threads
    self.clipping = clipping
    self.averaging = averaging
    self.checksFinite = checksFinite
    goesByBucket = Self.goesByBucket(section.optimizer, clipping: clipping, checksFinite: checksFinite)
    faults = AlignedBuffer(count: 3 * max(1, threads))
    let base = section.optimizer.learningRate
    var groups = [Group(section.optimizer, penalties: section.penalties, rateScale: 1)]
    for group in section.groups {
      guard network.slots.contains(where: { group.pattern.matches($0.name) }) else {
        throw ConfigError(
          "'\(group.pattern.text)' fits no parameter; known: \(network.slots.map(\.name).joined(separator: ", "))",
          path: group.path + ".match")
      }
      guard base > 0 || group.optimizer.learningRate == base else {
        throw ConfigError(
          "a group cannot have a learning rate of its own where the optimizer's is 0", path: group.path)
      }
      groups.append(
        Group(
          group.optimizer, penalties: group.penalties,
          rateScale: base > 0 ? group.optimizer.learningRate / base : 1))
    }
    self.groups = groups
    isLayerwise = groups[0].layerwise != nil
    needsPreparation =
      isLayerwise || clipping.value != nil || groups.contains { $0.penalties.l1 > 0 || $0.penalties.l2 > 0 }
    runs = Self.runs(network, section: section, byTensor: isLayerwise)
    stateNames = groups.map(\.stateNames).max { $0.count < $1.count } ?? []
    statePointers = AlignedBuffer(count: max(1, stateNames.count))
    let needsNorms = isLayerwise || clipping.norm != nil || checksFinite
    gradientNorms = needsNorms ? ParameterNorms(network, threads: threads) : nil
    weightNorms = isLayerwise ? ParameterNorms(network, threads: threads) : nil
    average = averaging.map { _ in AlignedBuffer<Float>(count: max(16, network.storageCount)) }
    average?.pointer.update(from: arena, count: network.storageCount)
  }

  /// Runs of parameters with the same group.
  private static func runs(_ network: Network, section: OptimizerSection, byTensor: Bool) -> [Piece] {
    var runs: [Piece] = []
    for (index, slot) in network.slots.enumerated() {
      let group = (section.groups.firstIndex { $0.pattern.matches(slot.name) } ?? -1) + 1
      let count = slot.parameter.storedCount
      if !byTensor, let last = runs.last, last.group == group, last.offset + last.count == slot.offset {
        runs[runs.count - 1].count += count
      } else {
        runs.append(Piece(offset: slot.offset, count: count, group: group, slot: index))
      }
    }
    return runs
  }

  /// Cuts the work, and allocates the optimizer's arrays.
  ///
  /// - Parameters:
  ///   - buckets: parts of a flat gradient, in the order of their updates.
  ///   - owned: the part of each bucket that this rank updates.
  func plan(buckets: [Range<Int>], owned: [Range<Int>]) {
    (pieces, piecesOfBucket) = pieces(owned: owned)
    let count = pieces.reduce(0) { $0 + $1.count }
    state = stateNames.map { _ in AlignedBuffer<Float>(count: max(16, count)) }
    for (index, buffer) in state.enumerated() { statePointers.pointer[index] = buffer.pointer }
  }

  /// The pieces of a rank that updates these parts, in the order of its optimizer's arrays, and which are each part's.
  func pieces(owned: [Range<Int>]) -> (pieces: [Piece], ofBucket: [Range<Int>]) {
    var pieces: [Piece] = [], ranges: [Range<Int>] = [], states = 0
    for range in owned {
      let first = pieces.count
      for run in runs {
        let part = range.clamped(to: run.offset..<run.offset + run.count)
        for start in stride(from: part.lowerBound, to: part.upperBound, by: Self.grain) {
          let count = min(Self.grain, part.upperBound - start)
          pieces.append(Piece(offset: start, count: count, group: run.group, slot: run.slot, state: states))
          states += count
        }
      }
      ranges.append(first..<pieces.count)
    }
    return (pieces, ranges)
  }

  /// The pieces of this rank.
  var ownPieces: [Piece] { pieces }

  /// Whether a bucket can be updated before the others' gradients are known.
  let goesByBucket: Bool

  /// ``goesByBucket`` of an update that is not made yet.
  static func goesByBucket(_ optimizer: any OptimizerSpec, clipping: GradientClipping, checksFinite: Bool) -> Bool {
    !(optimizer.makeOptimizer() is any LayerwiseOptimizer) && clipping.norm == nil && !checksFinite
  }

  /// Whether every parameter is updated from its own gradient alone, so that ranks may share the work.
  var isElementwise: Bool { !isLayerwise }

  /// Bytes of optimizer state and average.
  var byteCount: Int { state.reduce(0) { $0 + $1.count * 4 } + (average.map { $0.count * 4 } ?? 0) }

  /// A new update; ``apply(bucket:gradient:copy:before:between:)`` of every bucket follows, unless it returns false.
  ///
  /// - Parameters:
  ///   - gradient: summed; read only where ``goesByBucket`` is false.
  ///   - weight: of the batch, above 0.
  ///   - step: 1 at the first update.
  /// - Returns: false where the gradient was found not finite.
  func begin(_ gradient: UnsafePointer<Float>, weight: Double, learningRate: Double, step: Int) -> Bool {
    self.weight = weight
    self.learningRate = learningRate
    self.step = step
    clip = 1
    hasMeasured = false
    forgetFault()
    if let gradientNorms, clipping.norm != nil || checksFinite {
      gradientNorms.measure(gradient)
      let norm = gradientNorms.totalSquares.squareRoot() / weight
      guard norm.isFinite else {
        if let slot = network.slots.indices.last(where: { !gradientNorms.tensorSquares.pointer[$0].isFinite }) {
          note(.gradient, at: network.slots[slot].offset, worker: 0)
        }
        return false
      }
      hasMeasured = true
      // As in PyTorch's clip_grad_norm_.
      if let most = clipping.norm { clip = Float(min(1, most / (norm + 1e-6))) }
    }
    return true
  }

  /// What was found since ``begin(_:weight:learningRate:step:)``: the cause before what follows from it; of gradients
  /// the last layer's, which the others' come from.
  var fault: Fault? {
    for kind in 0..<3 {
      var last = -1
      for worker in 0..<threads { last = max(last, faults.pointer[3 * worker + kind]) }
      if last >= 0 { return Fault.Kind(rawValue: kind).map { Fault(kind: $0, offset: last) } }
    }
    return nil
  }

  /// Begins a step in which nothing was found yet.
  func forgetFault() { faults.pointer.update(repeating: -1, count: 3 * max(1, threads)) }

  private func note(_ kind: Fault.Kind, at offset: Int, worker: Int) {
    let place = faults.pointer + (3 * worker + kind.rawValue)
    place.pointee = max(place.pointee, offset)
  }

  /// Whether a piece's gradient is finite; noted where not. The piece is in the cache afterwards, where its update
  /// reads it.
  private func hasFiniteGradient(_ piece: Piece, _ gradient: UnsafePointer<Float>, worker: Int) -> Bool {
    if hasMeasured || FiniteCheck.holds(gradient + piece.offset, count: piece.count) { return true }
    note(.gradient, at: lastNonFinite(gradient, piece), worker: worker)
    return false
  }

  /// Notes what an update has made of a piece, while it is in the cache.
  private func checkResult(_ piece: Piece, worker: Int) {
    if !FiniteCheck.holds(arena + piece.offset, count: piece.count) {
      note(.weights, at: lastNonFinite(arena, piece), worker: worker)
    }
    for buffer in state where !FiniteCheck.holds(buffer.pointer + piece.state, count: piece.count) {
      note(.state, at: piece.offset, worker: worker)
      if marksFaults { arena[piece.offset] = .nan }
    }
  }

  private func lastNonFinite(_ array: UnsafePointer<Float>, _ piece: Piece) -> Int {
    (piece.offset..<piece.offset + piece.count).last { !array[$0].isFinite } ?? piece.offset
  }

  /// Updates the parameters of a bucket; layer-wise optimizers do all of it with the last one.
  ///
  /// - Parameters:
  ///   - gradient: what its memory to write holds is lost.
  ///   - copy: as long as the arena; what is updated by this rank goes there too. May be memory of the gradient.
  ///   - before: called with each part of the arena before it is updated, and the worker that does.
  ///   - between: called by one worker at a time, between two pieces.
  func apply(
    bucket: Int, gradient summed: SummedGradient, copy: UnsafeMutablePointer<Float>? = nil,
    before: (Range<Int>, Int) -> Void = { _, _ in }, between: () -> Void = {}
  ) {
    let gradient = summed.values, work = summed.work
    if isLayerwise {
      guard bucket == piecesOfBucket.count - 1 else { return }
      return applyLayerwise(gradient, work: work, weight: weight, clip: clip, learningRate: learningRate, step: step)
    }
    let range = piecesOfBucket[bucket]
    queue.parallelItems(count: range.count, workers: threads) { item, worker in
      let piece = pieces[range.lowerBound + item]
      before(piece.offset..<piece.offset + piece.count, worker)
      // What prepares a gradient may hide what is not finite; without that, the update itself sees it.
      if needsPreparation, !hasFiniteGradient(piece, gradient, worker: worker) {
        if marksFaults { arena[piece.offset] = .nan }
      } else if !applyElementwise(
        piece, gradient: gradient, work: work, weight: weight, clip: clip, learningRate: learningRate, step: step)
      {
        if needsPreparation || hasFiniteGradient(piece, gradient, worker: worker) {
          checkResult(piece, worker: worker)
        } else if marksFaults {
          arena[piece.offset] = .nan
        }
      }
      // While the piece is in the cache.
      if let copy { (copy + piece.offset).update(from: arena + piece.offset, count: piece.count) }
      if worker == 0 { between() }
    }
  }

  /// Moves the average on, once all parameters and states are updated on this rank.
  func renewAverage() {
    guard let average, let averaging else { return }
    let decay = averaging.decay(step: step), count = network.storageCount
    queue.parallelRanges(count: count, grain: Self.grain, workers: threads) { range, _ in
      GradientArithmetic.average(
        arena + range.lowerBound, into: average.pointer + range.lowerBound, count: range.count, decay: decay)
    }
  }

  /// - Returns: whether gradient, weights and state were seen to be finite.
  private func applyElementwise(
    _ piece: Piece, gradient: UnsafePointer<Float>, work: UnsafeMutablePointer<Float>, weight: Double, clip: Float,
    learningRate: Double, step: Int
  ) -> Bool {
    let group = groups[piece.group]
    guard let optimizer = group.elementwise else { return true }
    var source = gradient
    if needsPreparation {
      prepare(piece, gradient: gradient, into: work, weight: weight, clip: clip)
      source = UnsafePointer(work)
    }
    return withState(piece) { state in
      optimizer.apply(
        weights: arena + piece.offset, gradient: source + piece.offset, state: state, count: piece.count,
        weight: needsPreparation ? 1 : weight, clip: needsPreparation ? 1 : clip,
        learningRate: learningRate * group.rateScale, step: step)
    }
  }

  private func applyLayerwise(
    _ gradient: UnsafePointer<Float>, work: UnsafeMutablePointer<Float>, weight: Double, clip: Float,
    learningRate: Double, step: Int
  ) {
    guard let gradientNorms, let weightNorms else { return }
    weightNorms.measure(arena)
    queue.parallelItems(count: pieces.count, workers: threads) { item, worker in
      let piece = pieces[item]
      guard let optimizer = groups[piece.group].layerwise, hasFiniteGradient(piece, gradient, worker: worker) else {
        return
      }
      prepare(piece, gradient: gradient, into: work, weight: weight, clip: clip)
      withState(piece) { state in
        optimizer.direct(
          weights: arena + piece.offset, gradient: work + piece.offset, state: state, count: piece.count,
          step: step)
      }
    }
    gradientNorms.measure(work)
    queue.parallelItems(count: pieces.count, workers: threads) { item, worker in
      let piece = pieces[item]
      let group = groups[piece.group]
      guard let optimizer = group.layerwise else { return }
      let rate = optimizer.rate(
        isVector: network.slots[piece.slot].parameter.isVector,
        weightNorm: weightNorms.tensorSquares.pointer[piece.slot].squareRoot(),
        directionNorm: gradientNorms.tensorSquares.pointer[piece.slot].squareRoot(),
        learningRate: learningRate * group.rateScale)
      withState(piece) { state in
        optimizer.move(
          weights: arena + piece.offset, direction: work + piece.offset, state: state, count: piece.count,
          rate: rate)
      }
      checkResult(piece, worker: worker)
    }
  }

  private func prepare(
    _ piece: Piece, gradient: UnsafePointer<Float>, into work: UnsafeMutablePointer<Float>, weight: Double, clip: Float
  ) {
    let penalties = groups[piece.group].penalties
    if gradient != UnsafePointer(work) {
      (work + piece.offset).update(from: gradient + piece.offset, count: piece.count)
    }
    GradientArithmetic.prepare(
      work + piece.offset, weights: arena + piece.offset, count: piece.count, weight: Float(weight), clip: clip,
      limit: clipping.value.map { Float($0) } ?? .infinity, l1: Float(penalties.l1), l2: Float(penalties.l2))
  }

  private func withState<Result>(
    _ piece: Piece, _ body: (UnsafePointer<UnsafeMutablePointer<Float>>) -> Result
  ) -> Result {
    let arrays = state.count, pointers = statePointers.pointer
    return withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<Float>.self, capacity: max(1, arrays)) { slices in
      guard let base = slices.baseAddress else { preconditionFailure("an allocation of some bytes has an address") }
      for index in 0..<arrays { base[index] = pointers[index] + piece.state }
      return body(UnsafePointer(base))
    }
  }
}
