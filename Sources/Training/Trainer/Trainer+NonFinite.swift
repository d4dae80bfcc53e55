internal import Collectives
internal import Foundation
internal import Kernels
internal import Networks
internal import Platform
internal import Specs

extension Trainer {
  /// Where a step met what is not finite first; collective.
  func divergence(step: Int) throws -> Divergence {
    notFinite("step \(step): \(try whatIsNotFinite(executor.nonFinite))")
  }

  /// Ends a run none of whose steps changed a weight, because each was skipped; collective.
  func requireUpdate() throws {
    let skipped = executor.skippedSteps
    guard skipped > 0, skipped + executor.emptySteps == executor.stepsDone else { return }
    let last = try whatIsNotFinite(lastSkipped)
    throw notFinite(
      "\(skipped == 1 ? "the only step was" : "all \(skipped) steps were") skipped as on_non_finite says, so nothing was learned (the last one, step "
        + "\(executor.stepsDone - 1): \(last))")
  }

  /// What the ranks saw, in words; collective.
  private func whatIsNotFinite(_ own: NonFiniteTrace?) throws -> String {
    // The first rank knows where its rows come from; the others say the same without that.
    guard let (first, trace) = try firstTrace(own) else { return "loss or gradient are not finite" }
    guard let shard = trace.shard else { return trace.what + wireHint(trace) }
    let more = trace.count > trace.samples.count ? " and \(trace.count - trace.samples.count) more" : ""
    return
      "\(trace.what) (rank \(first), shard \(shard), \(data.trainingPlaces(ofRows: trace.samples))\(more); "
      + "\(trace.place))"
  }

  /// Of what ranks saw that which comes before all others, and who saw it; collective.
  func firstTrace(_ own: NonFiniteTrace?) throws -> (rank: Int, trace: NonFiniteTrace)? {
    let all = try cluster.gather(own)
    let first = all.indices.filter { all[$0] != nil }.min { (all[$0]?.rank ?? 0) < (all[$1]?.rank ?? 0) }
    return first.flatMap { first in all[first].map { (first, $0) } }
  }

  /// What travels in float16 is infinite from 65,520 on.
  private func wireHint(_ trace: NonFiniteTrace) -> String {
    config.parallel.wire == .float16 ? " (parallel.wire is float16, which holds numbers up to 65504)" : ""
  }

  /// Refuses to keep weights that are not finite.
  ///
  /// Every rank holds the same weights, so all find the same.
  func requireFiniteWeights(step: Int) throws(Divergence) {
    guard
      let tensor = network.tensors.first(where: { tensor in
        !FiniteCheck.holds(arena.pointer + tensor.range.lowerBound, count: tensor.range.count)
      })
    else { return }
    throw notFinite("step \(step): \(tensor.name) holds values that are not finite")
  }

  private func notFinite(_ what: String) -> Divergence {
    let isOfFormula = what.contains("the gradient of the loss") && !config.loss.loss.explanation.isEmpty
    let way =
      isOfFormula
      ? "write the formula so that its slope is finite there too, such as sqrt((p - y)^2 + 1e-12) for sqrt((p - y)^2)"
      : "lower the learning rate, clip gradients, or check the data for extreme values"
    return Divergence(step: stepsTaken, trace: what, wayOut: way)
  }
}
