package import Collectives
internal import Datasets
internal import Platform
internal import Specs

extension SuspendedTraining {
  /// Takes a training to all ranks of a cluster, in memory; collective.
  ///
  /// - Parameters:
  ///   - own: the training on the ranks that have it, one at least.
  ///   - cluster: those that have it and those that are to; the fewer others, the less travels.
  /// - Returns: the training; where it was already, without a copy.
  package static func travel(_ own: SuspendedTraining?, through cluster: any Cluster) throws -> SuspendedTraining {
    cluster.enter(.handingOver)
    let has = try cluster.gather(own != nil)
    guard let root = has.firstIndex(of: true) else { preconditionFailure("no rank has the training") }
    let header = try cluster.broadcast(own.map(SuspendedHeader.init) ?? SuspendedHeader(), from: root)
    var found = own ?? header.makeTraining()
    // Clocks differ by rank.
    found.run = header.run
    guard has.contains(false) else { return found }
    for array in found.arrays {
      try cluster.broadcast(UnsafeMutableRawBufferPointer(array.elements), from: root)
    }
    return found
  }
}

/// What there is of a training but for its arrays' values.
struct SuspendedHeader {
  var config = ConfigValue.null
  var shards = 0
  var fingerprint = ""
  var view: DataView?
  var state = RunState()
  var waiting: [SuspendedTraining.Waiting] = []
  var lastSkipped: NonFiniteTrace?
  var run: RunBaggage?
  /// Floats of the arena.
  var weights = 0
  var hasAverage = false
  var hasBest = false
  /// Floats of each array of the optimizer.
  var optimizer: [Int] = []

  /// Bytes of all arrays; nil where no memory has so many.
  var byteCount: Int? {
    let arrays = 1 + (hasAverage ? 1 : 0) + (hasBest ? 1 : 0)
    var sum = 0
    for count in [Int](repeating: weights, count: arrays) + optimizer {
      let (next, overflow) = sum.addingReportingOverflow(count * MemoryLayout<Float>.size)
      guard !overflow else { return nil }
      sum = next
    }
    return sum
  }

  init() {}

  init(_ training: SuspendedTraining) {
    (config, shards, fingerprint) = (training.config, training.shards, training.fingerprint)
    view = training.view
    (state, waiting, lastSkipped) = (training.state, training.waiting, training.lastSkipped)
    (weights, optimizer) = (training.weights.count, training.optimizer.map(\.count))
    (hasAverage, hasBest, run) = (training.average != nil, training.best != nil, training.run)
  }

  /// The training with memory for its arrays.
  func makeTraining() -> SuspendedTraining {
    func make(_ isThere: Bool = true) -> AlignedBuffer<Float>? { isThere ? AlignedBuffer(count: weights) : nil }
    return SuspendedTraining(
      config: config, shards: shards, fingerprint: fingerprint, view: view, state: state, waiting: waiting,
      lastSkipped: lastSkipped,
      weights: AlignedBuffer(count: weights), average: make(hasAverage), best: make(hasBest),
      optimizer: optimizer.map { AlignedBuffer(count: $0) }, run: run)
  }
}

extension SuspendedHeader: Portable {
  init(from reader: inout PortableReader) throws {
    (config, shards, fingerprint) = (try reader.read(), try reader.read(), try reader.read())
    view = try reader.read()
    guard let state = RunState(try reader.read(ConfigValue.self)) else {
      throw reader.failure("it holds no state of a training")
    }
    self.state = state
    (waiting, lastSkipped, run) = (try reader.read(), try reader.read(), try reader.read())
    (weights, hasAverage, hasBest, optimizer) = (
      try reader.read(), try reader.read(), try reader.read(), try reader.read()
    )
    guard ([weights] + optimizer).allSatisfy({ $0 >= 0 && $0 < 1 << 40 }) else {
      throw reader.failure("an array of a training has no such length")
    }
  }

  func write(to writer: inout PortableWriter) {
    writer.write(config)
    writer.write(shards)
    writer.write(fingerprint)
    writer.write(view)
    writer.write(state.value)
    writer.write(waiting)
    writer.write(lastSkipped)
    writer.write(run)
    writer.write(weights)
    writer.write(hasAverage)
    writer.write(hasBest)
    writer.write(optimizer)
  }
}

extension SuspendedTraining.Waiting: Portable {
  init(from reader: inout PortableReader) throws {
    self.init(key: try reader.read(), name: try reader.read(), reason: try reader.read())
  }

  func write(to writer: inout PortableWriter) {
    writer.write(key)
    writer.write(name)
    writer.write(reason)
  }
}
