/// What an exchange is prepared for.
package struct ExchangeRequest: Sendable {
  /// A name in ``algorithms``, or `auto`.
  package var algorithm: String
  package var algorithms = AllReduceRegistry.standard
  /// Which subtrees each rank owns.
  package var plan: ReductionPlan
  /// Floats in one flat gradient.
  package var count: Int
  /// Parts of the gradient that are exchanged one after the other, in the order they start; together all of it, once.
  package var buckets: [Range<Int>]
  /// Bytes each rank adds to the first bucket.
  package var head = 0
  /// Bytes each rank adds to the last bucket.
  package var tail = 0
  /// Only the owner of a slice gets its sum; see ``GradientExchange/owned(_:)``.
  package var keepsSlices = false
  /// With ``keepsSlices``: so many workers call ``GradientExchange/sum(_:bucket:worker:)``, and every step ends with
  /// ``GradientExchange/handover``, where there is one. 0: that is not so.
  package var handingOver = 0
  /// Partial sums of all ranks up to so many bytes take the way with the fewest messages.
  package var directLimit = OrderedAllReduce.directLimit
  /// How floats travel.
  package var wire = WireFormat.float32
  /// Samples of a batch, to keep sums within the range of 16 bits.
  package var batchSize = 1

  /// One bucket of everything.
  package init(algorithm: String, plan: ReductionPlan, count: Int, trailer: Int = 0) {
    self.algorithm = algorithm
    self.plan = plan
    self.count = count
    buckets = [0..<count]
    head = trailer
  }
}
