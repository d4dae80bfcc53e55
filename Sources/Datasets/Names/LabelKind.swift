/// What the labels of classes, or the categories of a column, are; decided once, by the training source.
///
/// Labels are numbers where each one is a number without leading zeros: 2, 2.0, +2 and 2e0 are then the same label, and
/// so is 02 in another source. All others are text, equal character by character: 007 is not 7, and Red is not red.
/// (Characters are those of Unicode, so an é of one code point is an é of two.)
package enum LabelKind: String, Sendable, CaseIterable {
  case numbers, text

  /// The kind of a set of labels.
  init(of labels: some Sequence<String>) {
    let areNumbers = labels.allSatisfy { label in
      guard let number = Self.number(label), number.isFinite else { return false }
      var label = label
      return !label.withUTF8 { Self.hasLeadingZero($0) }
    }
    self = areNumbers ? .numbers : .text
  }

  /// The kind of the classes of a description that does not say it, as earlier builds wrote it: numbers were spelled as
  /// whole numbers.
  static func assumed(classes: [String]) -> LabelKind {
    classes.allSatisfy { Int($0).map(String.init) == $0 } ? .numbers : .text
  }

  /// Whether a number is written with zeros that a number does not need in front, like 007 or -01.5: a code rather than
  /// a quantity.
  static func hasLeadingZero(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let isSigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+")
    let digits = text.dropFirst(isSigned ? 1 : 0)
    guard digits.first == UInt8(ascii: "0"), let second = digits.dropFirst().first else { return false }
    return second >= UInt8(ascii: "0") && second <= UInt8(ascii: "9")
  }

  static func number(_ label: String) -> Double? {
    var label = label
    return label.withUTF8 { DecimalNumber.parse($0) }
  }

  /// Labels in their order: by value where all are numbers, else by characters.
  static func sorted(_ labels: [String]) -> [String] {
    let numbers = labels.compactMap(number)
    guard numbers.count == labels.count else { return labels.sorted() }
    return zip(numbers, labels).sorted { $0.0 < $1.0 || ($0.0 == $1.0 && $0.1 < $1.1) }.map(\.1)
  }

  /// Labels in their order, those that are equal only once: the shortest way to write a number stands for all.
  static func distinct(_ labels: [String]) -> [String] {
    let sorted = sorted(labels)
    guard LabelKind(of: labels) == .numbers else { return sorted }
    var distinct: [String] = []
    for label in sorted {
      guard let last = distinct.last, number(last) == number(label) else {
        distinct.append(label)
        continue
      }
      if label.utf8.count < last.utf8.count { distinct[distinct.count - 1] = label }
    }
    return distinct
  }
}

/// Finds the class or category that a label of any source means.
struct LabelIndex {
  private var byText: [String: Int] = [:]
  /// Empty where labels are text.
  private var byValue: [Double: Int] = [:]
  private let kind: LabelKind

  init(_ names: [String], kind: LabelKind) {
    self.kind = kind
    for (index, name) in names.enumerated() {
      byText[name] = index
      if kind == .numbers, let number = LabelKind.number(name), byValue[number] == nil { byValue[number] = index }
    }
  }

  func index(of label: String) -> Int? {
    if let index = byText[label] { return index }
    return kind == .numbers ? LabelKind.number(label).flatMap { byValue[$0] } : nil
  }

  /// The index of a label from a source of numbers only, which has no way of writing it.
  func index(of number: Double) -> Int? {
    if kind == .numbers { return byValue[number] }
    guard let whole = Int(exactly: number) else { return nil }
    return byText[String(whole)]
  }
}

extension TextColumn {
  /// Refuses labels that differ only in white space around them: they look alike, and one was meant.
  ///
  /// - Parameter what: a word for a label.
  func requireNoTwins(_ what: String, _ source: RowSource) throws(DataError) {
    try Self.requireNoTwins(labels: labels, codes: codes, what, source)
  }

  static func requireNoTwins(
    labels: [String], codes: [Int32], _ what: String, _ source: RowSource
  ) throws(DataError) {
    var seen: [String: String] = [:]
    for (code, label) in labels.enumerated() {
      guard let first = seen.updateValue(label, forKey: label.trimmed) else { continue }
      let row = codes.firstIndex(of: Int32(code)) ?? 0
      throw .names(
        file: source.file, .twins(place: source.place(row), what: what, first: first, second: label))
    }
  }
}
