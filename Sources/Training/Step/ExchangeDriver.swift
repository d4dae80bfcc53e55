internal import Collectives
internal import Platform

/// Sends buckets off while a step computes, as soon as their gradients are final.
///
/// Workers report what they have done with ``done(_:)``; one thread at a time, the worker 0 of each loop or a
/// communication thread, calls ``poll()``, which never waits.
final class ExchangeDriver {
  let exchange: GradientExchange
  let plan: BucketPlan
  private let trailer: StepTrailer
  /// For each item of the weight gradient, its bucket.
  private let bucketOfItem: [Int]
  /// For each bucket, items that are still to be done.
  private let remaining: SharedCounters
  private var started = 0
  private var begin = 0.0
  /// Seconds since then that were no computing.
  var waited = 0.0
  private var isOpen = false
  private var failure: (any Error)?

  init(_ exchange: GradientExchange, plan: BucketPlan, trailer: StepTrailer) {
    self.exchange = exchange
    self.plan = plan
    self.trailer = trailer
    bucketOfItem = plan.buckets.enumerated().flatMap { index, bucket in bucket.items.map { _ in index } }
    remaining = SharedCounters(count: plan.buckets.count)
  }

  /// A new step, begun at a time of ``Clock``; no bucket is sent before ``open(parts:)`` or ``finishStarting()``.
  func begin(shardsInUse: Int, at time: Double) {
    exchange.begin(shardsInUse: shardsInUse)
    started = 0
    begin = time
    waited = 0
    isOpen = false
    failure = nil
  }

  /// From now on every item that is done counts; the head of the trailer is final.
  /// - Parameter parts: how often each item of the weight gradient is computed, for several subtrees.
  func open(parts: Int) {
    for (index, bucket) in plan.buckets.enumerated() { remaining.set(index, to: bucket.items.count * parts) }
    isOpen = true
  }

  /// A worker has computed an item.
  func done(_ item: Int) { remaining.countDown(bucketOfItem[item]) }

  /// Sends what is ready and moves on what is under way. Errors wait for ``finishStarting()``.
  func poll() {
    guard isOpen, failure == nil else { return }
    do {
      while started < plan.buckets.count, remaining.value(of: started) == 0 { try startNext() }
      try exchange.advance()
    } catch {
      failure = error
    }
  }

  /// Sends the buckets that are left; all gradients are final.
  func finishStarting() throws {
    isOpen = false
    if let failure { throw failure }
    while started < plan.buckets.count { try startNext() }
  }

  /// Moves on what is under way. Errors wait for ``check()``.
  func advance() {
    guard failure == nil else { return }
    do { try exchange.advance() } catch { failure = error }
  }

  /// Throws what went wrong meanwhile.
  func check() throws {
    if let failure { throw failure }
  }

  private func startNext() throws {
    if started == plan.buckets.count - 1 { trailer.setSeconds(Clock.now() - begin - waited, in: exchange) }
    started += 1
    try exchange.start(started - 1)
  }
}
