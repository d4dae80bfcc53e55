internal import Foundation

/// A text of CSV and how it is read: a small table with whatever CSV allows and does not.
package struct CSVCase {
  package var text: [UInt8] = []
  /// Keys of the source besides its path.
  package var keys = #""targets": "y""#
  /// `data.missing`.
  package var missing = "error"
  /// Whether the first column tells rows that belong together.
  package var isKeyed = false
  package var threads = 2

  /// A table of some lines, with whatever CSV allows and does not.
  package init(_ generator: inout TestGenerator, faults: Bool) {
    func one<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &generator)] }
    func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
    let lineEnd = one(["\n", "\n", "\r\n", "\r"]), delimiter = one([",", ",", ";", "\t"])
    let kinds = (0..<Int.random(in: 1...4, using: &generator)).map { _ in Int.random(in: 0..<8, using: &generator) }
    let target = Int.random(in: 0..<3, using: &generator), holes = one([0, 0, 8])
    missing = one(["error", "median", "drop_row", "category"])
    func quoted(_ text: String) -> String { "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }
    func cell(_ kind: Int) -> String {
      if chance(holes) { return one(["", "NA", "?", "\"\"", " "]) }
      switch kind {
      case 0: return "\(Int.random(in: -99...99, using: &generator))"
      case 1: return "\(Double.random(in: -1...1, using: &generator))"
      case 2: return one([" 1.5 ", "\"2\"", "3e2", "+4", "005", "9007199254740993", ".5", "6."])
      case 3: return one(["red", "blue", "Äpfel", "\"red\"", "5\" pipe", "a b"])
      case 4:
        return quoted(one(["x", "a\(delimiter)b", "two\(lineEnd)lines", "he said \"no\"", "\"", lineEnd, "日本"]))
      case 5: return one(["yes", "no", "No", "TRUE", "1"])
      case 6: return one(["2024-02-29", "2023-01-01", "1999-12-31"])
      default: return one(["yes", "no", "2024-02-29", "2023-01-01 10:00", "1,5", "7 %"])
      }
    }
    let isWeighted = chance(25)
    if chance(20) { keys += ", \"categorical\": [\"c0\"]" }
    if isWeighted { keys += ", \"sample_weight\": \"w\"" }
    (isKeyed, threads) = (chance(25), one([1, 2, 3]))
    var lines = [
      (kinds.indices.map { "c\($0)" } + ["y"] + (isWeighted ? ["w"] : [])).joined(separator: delimiter)
    ]
    for _ in 0..<Int.random(in: 1...9, using: &generator) {
      let label =
        target == 0
        ? "\(Int.random(in: 0...3, using: &generator))" : target == 1 ? cell(0) : one(["a", "b", "\"c\nd\""])
      let weight = chance(95) ? "\(Int.random(in: 0...8, using: &generator)).5" : one(["", "-1", "1e-400"])
      lines.append((kinds.map(cell) + [label] + (isWeighted ? [weight] : [])).joined(separator: delimiter))
    }
    if faults {
      let place = Int.random(in: 0..<lines.count, using: &generator)
      switch Int.random(in: 0..<9, using: &generator) {
      case 0: lines[place] += delimiter
      case 1: lines[place] = "1"
      case 2: lines[place] += "\""
      case 3: lines[place] = "\"x\"y" + lines[place]
      case 4: lines.insert("", at: place)
      case 5: lines.insert("# a comment", at: place)
      case 6: lines.append(lines[0])
      case 7: lines[place] = "\"" + lines[place]
      default: lines[place] = "1e999" + lines[place]
      }
    }
    text = Array((chance(10) ? "\u{FEFF}" : "").utf8) + Array(lines.joined(separator: lineEnd).utf8)
    if chance(70) { text += Array(lineEnd.utf8) }
    if chance(15) { text += Array((lineEnd + lineEnd).utf8) }
    if faults, chance(10) {
      text.insert(one([0xff, 0x80, 0xc3]), at: Int.random(in: 0...text.count, using: &generator))
    }
    keys += delimiter == "," ? "" : ", \"delimiter\": \(delimiter == "\t" ? #""\t""# : "\"\(delimiter)\"")"
  }

  /// A text that is given.
  package init(fixed text: String) { self.text = Array(text.utf8) }
}
