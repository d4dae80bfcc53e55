/// A pattern of names in which `*` stands for any text, as in shells.
package struct NamePattern: Sendable, Equatable {
  package let text: String

  package init(_ text: String) { self.text = text }

  /// Whether the whole name fits.
  package func matches(_ name: String) -> Bool {
    // Goes back to the last star only: linear in practice, quadratic at worst.
    let pattern = Array(text.utf8), name = Array(name.utf8)
    var p = 0, n = 0, star: Int?, resume = 0
    while n < name.count {
      if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
        star = p
        resume = n
        p += 1
      } else if p < pattern.count, pattern[p] == name[n] {
        p += 1
        n += 1
      } else if let last = star {
        p = last + 1
        resume += 1
        n = resume
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
