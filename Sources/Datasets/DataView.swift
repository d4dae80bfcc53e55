package import Kernels
internal import Platform

/// What a view adds to the rows that it is of: everything it takes to make it once more where the same rows are loaded.
///
/// Its lists hold rows by their numbers in their source, so a view of a view is one view of the source's rows. They are
/// kept as ``DataRows`` reads them, in 4 bytes for each row (8 in sources of 2³² rows and more), and travel as they lie
/// in memory.
package struct DataView: @unchecked Sendable {
  /// The source that all its rows are of, as ``DataLayout/sources`` counts them.
  package let source: Int
  /// Rows of each part, in the order of ``DataPart``.
  package let counts: [Int]
  /// For each part log₂ of what its weights are multiplied with.
  package let weightExponents: [Int]
  package let normalization: Normalization
  /// What becomes of features before they are shifted and scaled.
  package let treatments: [FeatureTreatment]
  package let targetNormalization: Normalization
  // Written before this value exists and only read afterwards.
  private let memory: AlignedMemory
  /// Bytes of the lists of all parts.
  package let byteCount: Int

  /// - Parameters:
  ///   - memory: the lists of the parts, one behind the other.
  ///   - byteCount: those of all lists.
  init(
    source: Int, counts: [Int], weightExponents: [Int], normalization: Normalization,
    treatments: [FeatureTreatment], targetNormalization: Normalization, memory: AlignedMemory, byteCount: Int
  ) {
    (self.source, self.counts, self.weightExponents) = (source, counts, weightExponents)
    (self.normalization, self.treatments) = (normalization, treatments)
    self.targetNormalization = targetNormalization
    (self.memory, self.byteCount) = (memory, byteCount)
  }

  /// A view as it was told of; ``PreparedData/with(_:)`` looks whether it can be one.
  ///
  /// - Parameter lists: what ``withLists(_:)`` hands out.
  package init(
    source: Int, counts: [Int], weightExponents: [Int], normalization: Normalization,
    treatments: [FeatureTreatment] = [], targetNormalization: Normalization, lists: [UInt8]
  ) {
    let memory = AlignedMemory(byteCount: lists.count, isCleared: false)
    lists.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: memory.base, count: lists.count).copyMemory(from: $0)
    }
    self.init(
      source: source, counts: counts, weightExponents: weightExponents, normalization: normalization,
      treatments: treatments, targetNormalization: targetNormalization, memory: memory, byteCount: lists.count)
  }

  /// Hands out the lists of all parts, one behind the other, as they lie in memory.
  package func withLists<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(UnsafeRawBufferPointer(start: memory.base, count: byteCount))
  }

  /// Where the list of each part begins.
  ///
  /// - Parameter rowBytes: bytes of a row's number.
  func lists(rowBytes: Int) -> [UnsafeRawPointer?] {
    var place = UnsafeRawPointer(memory.base)
    return counts.map { count in
      defer { place += count * rowBytes }
      return place
    }
  }
}

extension DataView: Equatable {
  package static func == (a: DataView, b: DataView) -> Bool {
    (a.source, a.counts, a.weightExponents) == (b.source, b.counts, b.weightExponents)
      && (a.normalization, a.targetNormalization) == (b.normalization, b.targetNormalization)
      && a.treatments == b.treatments
      && a.withLists { a in b.withLists { b in a.elementsEqual(b) } }
  }
}

extension DataView {
  /// The exponents that the weights of a part can have: those of ``WeightScale``, which brings any number of double
  /// near 1.
  private static let exponents = -1023...1074

  /// What keeps it from being a view of some rows, as the end of a sentence; nil: nothing.
  func problem(in data: PreparedData) -> String? {
    let layout = data.layout, parts = DataPart.allCases.count
    guard layout.sources.indices.contains(source) else {
      return "it is of source \(source) (counted from 0), and there are \(layout.sources.count)"
    }
    guard counts.count == parts, weightExponents.count == parts else {
      return "it has \(counts.count) parts and \(weightExponents.count) exponents of weights where \(parts) are to be"
    }
    guard weightExponents.allSatisfy(Self.exponents.contains) else { return "an exponent of weights is none" }
    let rowBytes = layout.rowBytes(ofSource: source), limit = byteCount / rowBytes
    var left = limit
    for count in counts {
      guard 0...left ~= count else { return "its parts have more rows than the \(limit) that it lists" }
      left -= count
    }
    guard (limit - left) * rowBytes == byteCount else {
      return "its lists have \(byteCount) bytes, and its parts \(limit - left) rows of \(rowBytes)"
    }
    let rows = layout.sources[source].rows
    if let row = firstRow(from: rows, rowBytes: rowBytes) {
      return "it lists row \(row), and the source has \(rows), counted from 0"
    }
    var description = data.description
    (description.normalization, description.treatments) = (normalization, treatments)
    return problem(normalization, of: description.featureCount, "features")
      ?? problem(targetNormalization, of: description.targetWidth, "targets")
      ?? description.problemWithTreatments.map { "its treatments of features \($0)" }
  }

  /// The first row of the lists that is not before a limit.
  private func firstRow(from limit: Int, rowBytes: Int) -> UInt64? {
    func search<Row: FixedWidthInteger & UnsignedInteger>(_ base: UnsafePointer<Row>) -> UInt64? {
      let rows = UnsafeBufferPointer(start: base, count: byteCount / MemoryLayout<Row>.size)
      var largest: Row = 0
      for row in rows { largest = max(largest, row) }
      guard largest >= limit else { return nil }
      for row in rows where row >= limit { return UInt64(row) }
      return nil
    }
    let base = UnsafeRawPointer(memory.base)
    return rowBytes == 4
      ? search(base.assumingMemoryBound(to: UInt32.self)) : search(base.assumingMemoryBound(to: UInt64.self))
  }

  private func problem(_ normalization: Normalization, of count: Int, _ what: String) -> String? {
    guard normalization.isUniform || normalization.shift.count == count else {
      return "it brings \(normalization.shift.count) \(what) to a common scale where there are \(count)"
    }
    // By bits, because arithmetic may take subnormal numbers for 0.
    guard normalization.shift.allSatisfy(\.isFinite),
      normalization.scale.allSatisfy({ $0.isFinite && $0.sign == .plus && $0.bitPattern != 0 })
    else { return "of \(what) a shift is not finite, or a scale is not above 0" }
    guard !normalization.takesLogarithms || count > 0 && what == "targets" && normalization.formula != .float32
    else { return "it takes a function of \(what) that goes with no formula of theirs" }
    return nil
  }
}
