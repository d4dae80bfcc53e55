/// Something that was measured, in numbers and in words.
package struct Fact: Sendable, Equatable {
  /// A stable name, such as `outlier_share`.
  package var key: String
  /// The numbers by name: always finite.
  package var values: [Value]
  /// One sentence without a full stop.
  package var words: String
  /// How much it matters, from 0 (not at all) to 1: by the size of the effect, never by its significance.
  package var effect: Double
  /// The probability of as much by chance alone, where there is a test.
  package var pValue: Double?

  package struct Value: Sendable, Equatable {
    package var name: String
    package var number: Double

    package init(_ name: String, _ number: Double) { (self.name, self.number) = (name, number) }
  }

  package init(_ key: String, _ values: [Value], _ words: String, effect: Double, pValue: Double? = nil) {
    (self.key, self.words, self.pValue) = (key, words, pValue)
    self.values = values.filter(\.number.isFinite)
    self.effect = effect.isFinite ? min(1, max(0, effect)) : 0
  }
}
