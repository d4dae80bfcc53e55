internal import Collectives
internal import Foundation
internal import Kernels
internal import Networks
internal import Specs

extension Trainer {
  /// Ends the run because a batch's loss is not finite: where it was seen first; collective.
  func reportNonFinite(step: Int) throws -> Never {
    let own = executor.nonFinite?.value ?? .null
    let all = try cluster.gather(Array(own.compactText.utf8)).map { text in
      NonFiniteTrace(try ConfigValue.parse(Data(text), file: "trace"))
    }
    // The first rank knows where its rows come from; the others say the same without that.
    let first = all.indices.filter { all[$0] != nil }.min { (all[$0]?.shard ?? 0) < (all[$1]?.shard ?? 0) }
    var text = "the loss is not finite"
    if let first, let trace = all[first] {
      let more = trace.count > trace.samples.count ? " and \(trace.count - trace.samples.count) more" : ""
      text +=
        " (rank \(first), shard \(trace.shard), \(data.trainingPlaces(ofRows: trace.samples))\(more); \(trace.place))"
    }
    throw notFinite(step: step, text)
  }

  /// Refuses to keep weights that are not finite.
  ///
  /// Every rank holds the same weights, so all find the same.
  func requireFiniteWeights(step: Int) throws {
    guard
      let slot = network.slots.first(where: { slot in
        let values = arena.pointer + slot.offset
        return (0..<slot.parameter.storedCount).contains { !values[$0].isFinite }
      })
    else { return }
    throw notFinite(step: step, "\(slot.name) holds values that are not finite")
  }

  private func notFinite(step: Int, _ what: String) -> AgreedFailure {
    AgreedFailure(
      rank: 0, failedRanks: Array(0..<cluster.size), size: cluster.size, exitCode: ExitCode.notFinite.rawValue,
      sentence:
        "step \(step): \(what); lower the learning rate, clip gradients, or check the data for extreme values; the last "
        + "checkpoint is kept")
  }
}
