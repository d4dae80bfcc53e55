package import Specs

/// Which arithmetic a file was made with: rises with every commit after which some config trains other bits.
///
/// It stands in checkpoints (`arithmetic` in the manifest), models (`arithmetic` in the metadata) and `summary.json`. A
/// checkpoint of another number is not gone on from silently: the run would be neither build's. Models of every earlier
/// number load and predict as they did (`Tests/Compatibility`).
///
/// | number | builds | what trains other bits than before |
/// |---|---|---|
/// | 1 | up to 25 November 2026; their files hold no number | |
/// | 2 | up to 28 November 2026 | default initialization of weights and biases, chosen by measurement; `balanced` class weights beside sample weights; `lars` and `lamb` leave biases out of their scaling; sample weights beyond 2⁻²⁰ … 2²⁰ are scaled; features whose range comes near float32's are normalized in double |
/// | 3 | up to 29 November 2026 | schedules, `nadam`, focal losses of several classes, distribution losses with entropy, `erf` in own losses: functions in double of our own, the same on every CPU; metrics, thresholds and predictions too |
/// | 4 | up to 29 November 2026 | features and targets that are normalized: their statistics from the numbers as they came, (x − shift) / scale in double, rounded to float32 once; metrics of normalized targets |
/// | 5 | up to 30 November 2026 | number columns of text tables whose config does not say how they are normalized: `standard` |
/// | 6 | up to 30 November 2026 | columns of categories where parts are cut from the training source: what the training rows alone have |
/// | 7 | since | tables whose test or validation rows alone made a column one of categories, or gave it an indicator |
///
/// A commit that changes bits: the next number below, a row above, and a state kept with `Tests/Compatibility/add`.
package enum ArithmeticNumber {
  /// The number of this build.
  package static let current = 7

  /// The number that a manifest, metadata or summary states; files without one are of number 1.
  ///
  /// - Returns: nil where what stands there is no number.
  package static func stated(in members: [ConfigValue.Member]) -> Int? {
    switch members.first(where: { $0.key == key })?.value {
    case nil: 1
    case .integer(let number)? where number >= 1: number
    case .string(let text)?: Int(text).flatMap { $0 >= 1 ? $0 : nil }
    default: nil
    }
  }

  /// The member that states it in a model's metadata, which hold text only.
  package static var metadata: ConfigValue.Member { .init(key, .string("\(current)")) }

  static let key = "arithmetic"
}
