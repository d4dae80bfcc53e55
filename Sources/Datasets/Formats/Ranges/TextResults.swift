/// What the different texts of a column have come to, by their numbers in ``RangeTexts``, so that a date is taken apart
/// once.
struct TextResults {
  /// What a cell is beside its numbers: why it cannot be used (nil where it can), and whether double has rounded it.
  typealias Outcome = (cause: CellCause?, isRounded: Bool)

  private enum State {
    case unknown
    case known(Outcome)
  }

  private var states: [State] = []
  /// For each text the numbers of its cell.
  private var numbers: [Double] = []
  /// Where the numbers are in a row.
  private let places: Range<Int>
  private let most: Int

  /// Texts whose results are kept at most, and bytes of those of all columns of a range.
  private static let usuallyKept = 8192, budget = 8 << 20

  /// - Parameters:
  ///   - places: where the numbers are in a row.
  ///   - columns: whose results are kept.
  init(places: Range<Int>, columns: Int) {
    self.places = places
    let bytesOfText = MemoryLayout<State>.stride + 8 * places.count
    most = max(16, min(Self.usuallyKept, Self.budget / bytesOfText / max(1, columns)))
  }

  mutating func clear() {
    states.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
  }

  /// Writes the numbers of a text to their places in a row, where they are known.
  ///
  /// - Returns: nil where they are not.
  @inline(__always)
  func find(_ text: Int, into row: UnsafeMutablePointer<Double>) -> Outcome? {
    guard text < states.count, case .known(let outcome) = states[text] else { return nil }
    for place in 0..<places.count { row[places.lowerBound + place] = numbers[text * places.count + place] }
    return outcome
  }

  /// Keeps what a text has come to.
  mutating func keep(_ text: Int, from row: UnsafePointer<Double>, _ outcome: Outcome) {
    guard text < most else { return }
    while states.count <= text {
      states.append(.unknown)
      for _ in places { numbers.append(0) }
    }
    states[text] = .known(outcome)
    for place in 0..<places.count { numbers[text * places.count + place] = row[places.lowerBound + place] }
  }
}
