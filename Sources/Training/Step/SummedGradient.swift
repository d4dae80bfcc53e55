internal import Collectives
internal import Networks

/// The summed gradient of a step, as the update may use it.
///
/// ``values`` may be the memory of ``work``, or memory that the ranks of a node share and nobody may write.
struct SummedGradient {
  /// To be read: the sum over all ranks or, where each updates its slice, this rank's slices of it.
  let values: UnsafePointer<Float>
  /// As long, to be written by this rank; writing changes ``values`` at most at the same place.
  let work: UnsafeMutablePointer<Float>

  init(values: UnsafePointer<Float>, work: UnsafeMutablePointer<Float>) {
    (self.values, self.work) = (values, work)
  }

  /// The gradients of parameters that two layers share are added here, in memory that is this rank's own: a sum that
  /// all ranks of the node read is copied before. A sum that they do not share lies in ``work`` already.
  init(_ exchange: GradientExchange, memory: NetworkMemory) {
    work = exchange.partial(0)
    guard !memory.network.tiedGradients.isEmpty else {
      values = exchange.sum
      return
    }
    if exchange.sharesSum { work.update(from: exchange.sum, count: memory.network.gradientCount) }
    memory.addTiedGradients(work)
    values = UnsafePointer(work)
  }
}
