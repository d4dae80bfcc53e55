internal import Specs
package import Statistics

/// Why no verdict will come, in words.
extension RepeatPlan.Reason {
  /// One sentence.
  /// - Parameters:
  ///   - candidates: The names of the comparisons' candidates.
  ///   - reference: The reference's name.
  package func sentence(candidates: [String], reference: String) -> String {
    func name(_ index: Int) -> String {
      candidates.indices.contains(index) ? candidates[index] : "candidate \(index + 1)"
    }
    switch self {
    case .limit(let repeats):
      return
        "no verdict on every candidate after \(repeats.counted("repeat")), the limit (--max-repeats)"
    case .spread(let index, let floor, let difference):
      return
        "no number of repeats can decide \(name(index)): it differs from \(reference) by \(Verdicts.short(difference)), and the "
        + "folds' spread keeps the standard error above \(Verdicts.short(floor)) (s·√(n_test/n_train)); only more data can"
    case .noValue(let index):
      return "no number of repeats can decide \(name(index)): folds without a value stay without one"
    }
  }
}

extension RepeatPlan {
  /// How often it is looked and how strictly, in one sentence.
  package var words: String {
    guard looks.count > 1 else { return "one look, after \(looks[0].counted("repeat"))" }
    let list = looks.map { "\($0)" }.joined(separator: ", ")
    return
      "looks after \(list) repeats, each at the level \(Verdicts.short(levelOfLook)) so that all of them err in at most "
      + "\(Verdicts.short(level * 100)) % of cases"
  }
}
