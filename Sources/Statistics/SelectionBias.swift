internal import Kernels

/// What the best of several candidates can be expected to reach, corrected for having been chosen because its folds
/// came out best.
///
/// The maximum of several noisy means lies above the mean of the best. Bootstrap bias corrected cross-validation
/// (Tsamardinos, Greasidou and Borboudakis, Machine Learning 107, 2018) chooses again and again on folds drawn with
/// replacement and takes the chosen one's mean on the folds that were not drawn; here by folds, since not every metric
/// is a mean over rows. Folds share rows, so a mean of J of them is as uncertain as one of `1/(1/J + n_test/n_train)`
/// independent ones (Nadeau and Bengio): that many are drawn. The same numbers on any machine.
package struct SelectionBias: Sendable, Equatable {
  /// The candidate with the best mean; of equal ones the first.
  package let winner: Int
  /// Its mean over all folds.
  package let estimate: Double
  /// Its mean as far as it does not come from the choice; never better than the estimate. NaN of one fold.
  package let corrected: Double

  /// - Parameters:
  ///   - values: Of each candidate in each fold, as many of each; candidates with a value that is not finite cannot
  /// win.
  ///   - testTrainRatio: The mean of n_test/n_train.
  ///   - seed: Of the draws.
  /// - Returns: nil where no candidate has all values.
  package init?(
    values: [[Double]], testTrainRatio: Double, greaterIsBetter: Bool, draws: Int = 2000, seed: UInt64
  ) {
    let folds = values.first?.count ?? 0
    let valid = values.indices.filter { values[$0].count == folds && values[$0].allSatisfy(\.isFinite) }
    guard folds > 0, !valid.isEmpty else { return nil }
    let means = values.map { Statistics.mean($0) }
    func isBetter(_ a: Double, than b: Double) -> Bool { greaterIsBetter ? a > b : a < b }
    var winner = valid[0]
    for index in valid where isBetter(means[index], than: means[winner]) { winner = index }
    self.winner = winner
    estimate = means[winner]
    guard folds > 1 else {
      corrected = valid.count == 1 ? means[winner] : .nan
      return
    }
    let independent = 1 / (1 / Double(folds) + testTrainRatio)
    // Fewer than there are folds, so some are always left over.
    let size = max(1, min(folds - 1, independent.isFinite ? Int(independent.rounded()) : 1))
    let stream = RandomStream(seed: seed, purpose: .split, slot: 0xB007)
    var words = [UInt32](repeating: 0, count: size), times = [Int](repeating: 0, count: folds), sum = 0.0
    for draw in 0..<draws {
      stream.fill(words: &words, count: size, from: UInt64(draw) * UInt64(size))
      for fold in times.indices { times[fold] = 0 }
      for word in words { times[Int((UInt64(word) * UInt64(folds)) >> 32)] += 1 }
      var chosen = valid[0], best = Double.nan
      for index in valid {
        var drawn = 0.0
        for fold in 0..<folds where times[fold] > 0 {
          drawn += Double(times[fold]) * (values[index][fold] - means[index])
        }
        let mean = drawn / Double(size) + means[index]
        if best.isNaN || isBetter(mean, than: best) { (chosen, best) = (index, mean) }
      }
      // On the left-over folds the winner is on average what it is on all of them, so the distance from it says as much
      // and varies less.
      guard chosen != winner else { continue }
      var rest = 0.0, left = 0.0
      for fold in 0..<folds where times[fold] == 0 {
        rest += values[chosen][fold] - values[winner][fold]
        left += 1
      }
      sum += rest / left
    }
    let chosen = estimate + sum / Double(draws)
    corrected = valid.count == 1 || isBetter(chosen, than: estimate) ? estimate : chosen
  }
}
