/// Numbers as sentences and configs show them.
enum NumberText {
  /// The nearest number of so many significant decimal digits, by decimal text, so that it is written as short.
  static func rounded(_ x: Double, digits: Int = 4) -> Double {
    guard x.isFinite, x != 0 else { return x }
    // Digits of the shortest text that reads back as x; then the exponent.
    let text = "\(x.magnitude)"
    let parts = text.split(separator: "e")
    var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var figures = Array((mantissa[0] + (mantissa.count > 1 ? mantissa[1] : "")).utf8).map { Int($0) - 48 }
    exponent += mantissa[0].utf8.count - 1
    while figures.count > 1, figures[0] == 0 {
      figures.removeFirst()
      exponent -= 1
    }
    guard figures.count > digits else { return x }
    let up = figures[digits] >= 5
    figures = Array(figures.prefix(digits))
    if up {
      var place = digits - 1
      while place >= 0, figures[place] == 9 {
        figures[place] = 0
        place -= 1
      }
      if place >= 0 {
        figures[place] += 1
      } else {
        figures.insert(1, at: 0)
        figures.removeLast()
        exponent += 1
      }
    }
    let body = figures.map(String.init).joined()
    let value = Double("\(body)e\(exponent - digits + 1)") ?? x.magnitude
    return value.isFinite ? (x < 0 ? -value : value) : x
  }

  /// Like `3`, `0.125`, `1.2e-07`: three significant digits.
  static func short(_ x: Double, digits: Int = 3) -> String {
    let value = rounded(x, digits: digits)
    guard value.magnitude < 1e15, value == value.rounded() else { return "\(value)" }
    return value == 0 ? "0" : "\(Int(value))"
  }

  /// Like `12 %`, `0.4 %`.
  static func percent(_ share: Double) -> String { short(100 * share, digits: share < 0.995 ? 2 : 3) + " %" }
}
