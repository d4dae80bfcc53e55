/// How many of some cases something was true of.
struct Share {
  private(set) var hits = 0
  private(set) var cases = 0

  init() {}

  init(hits: Int, cases: Int) { (self.hits, self.cases) = (hits, cases) }

  mutating func count(_ isTrue: Bool) {
    hits += isTrue ? 1 : 0
    cases += 1
  }

  static func + (a: Share, b: Share) -> Share { Share(hits: a.hits + b.hits, cases: a.cases + b.cases) }

  var value: Double { cases == 0 ? .nan : Double(hits) / Double(cases) }

  /// Per cent with two decimals, right in seven places.
  var words: String {
    guard cases > 0 else { return "      –" }
    let hundredths = (hits * 20_000 + cases) / (2 * cases), rest = hundredths % 100
    let text = "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    return String(repeating: " ", count: max(0, 7 - text.count)) + text
  }
}
