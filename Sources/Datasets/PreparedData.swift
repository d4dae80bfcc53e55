internal import Kernels
internal import Platform

/// Raw rows in one region of memory, which the ranks of a node may share, and how they are prepared while they are
/// fetched.
package struct PreparedData: @unchecked Sendable {
  package private(set) var description: DataDescription
  package private(set) var layout: DataLayout
  /// What a person should know of the rows.
  package var notes: [String] = []
  /// The rows of the source that were left out, where all its other rows are the test part.
  package var dropped = DroppedRows()
  /// Figures of the training source's columns; on a rank that has read it, where they are wanted.
  package var profile: TableProfile?
  /// The rows of a cache, where they are in no memory of their own.
  package var cachedRows: MappedRows?
  /// Whether a file is mapped on some node: then all ranks look at theirs together.
  package var isAnyMapped = false
  // The region is written before this value exists and only read afterwards.
  private let region: UnsafeRawBufferPointer
  /// For each source the file that its features are mapped from.
  let files: [MappedDataFile?]
  /// Keeps the memory alive.
  private let owner: AnyObject?
  /// For each part where the numbers of its rows begin; nil: all of its source's, in their order.
  private(set) var lists: [UnsafeRawPointer?]
  /// What these rows are of those that were read; nil: they are no view.
  package private(set) var dataView: DataView?

  /// - Parameters:
  ///   - region: at least ``DataLayout/byteCount`` bytes, filled by
  /// ``DataPreparation/write(into:givesBack:progress:)``, valid as long as
  ///     this value is in use.
  ///   - files: for each source the file that its features stay in, as the layout says it.
  ///   - owner: what keeps them valid; nil: somebody else sees to that.
  package init(
    _ description: DataDescription, layout: DataLayout, region: UnsafeRawBufferPointer, files: [MappedDataFile?] = [],
    owner: AnyObject? = nil
  ) {
    precondition(region.count >= layout.byteCount, "the region is too small for the data")
    let files: [MappedDataFile?] = files.isEmpty ? layout.sources.map { _ in nil } : files
    precondition(zip(layout.sources, files).allSatisfy { ($0.mapping == nil) == ($1 == nil) }, "a file is not mapped")
    self.description = description
    self.layout = layout
    self.region = region
    self.files = files
    self.owner = owner
    lists = layout.parts.indices.map { part in
      guard let base = region.baseAddress, let offset = layout.list(ofPart: part) else { return nil }
      return base + offset
    }
  }

  /// The rows of a part, nil where it has none.
  package func rows(of part: DataPart) -> DataRows? {
    guard description.count(of: part) > 0, let base = region.baseAddress else { return nil }
    return DataRows(self, part: part.rawValue, base: base)
  }

  /// The view of these rows that another process has made of the same: the same bits, the same description.
  ///
  /// It takes as long as one look at each number of its lists. Where this is a view, the rows are those of the data
  /// that it is of.
  ///
  /// - Throws: ``DataError/foreignView(_:)`` where it cannot be a view of them.
  package func with(_ view: DataView) throws(DataError) -> PreparedData {
    if let problem = view.problem(in: self) { throw .foreignView(problem) }
    return showing(view)
  }

  /// The rows of a view that was looked at.
  func showing(_ view: DataView) -> PreparedData {
    var other = self
    other.description.counts = view.counts
    other.description.normalization = view.normalization
    other.description.treatments = view.treatments
    other.description.targetNormalization = view.targetNormalization
    // Of no list in the region: it is elsewhere.
    other.layout.parts = zip(view.counts, view.weightExponents).map { count, exponent in
      .init(source: view.source, count: count, isWhole: true, weightExponent: exponent)
    }
    other.lists = view.lists(rowBytes: layout.rowBytes(ofSource: view.source))
    other.dataView = view
    return other
  }

  /// Looks whether the files that are mapped are what they were.
  ///
  /// - Throws: ``DataError/changed(file:use:change:)`` for the first that is not.
  package func requireUnchanged() throws(DataError) {
    for file in files { try file?.requireUnchanged() }
    try cachedRows?.requireUnchanged()
  }

  /// Hands out the bytes of all rows as they lie in one region where nothing is mapped, in pieces of whole 64 bytes.
  package func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) {
    func pieces(_ bytes: UnsafeRawBufferPointer, giveBack: (Range<Int>) -> Void) {
      for begin in stride(from: 0, to: bytes.count, by: 1 << 22) {
        let range = begin..<min(bytes.count, begin + 1 << 22)
        body(UnsafeRawBufferPointer(rebasing: bytes[range]))
        giveBack(range)
      }
    }
    var begin = 0
    for (index, source) in layout.sources.enumerated() {
      guard let mapping = source.mapping, let file = files[index] else { continue }
      let place = layout.places(ofSource: index)[0], whole = source.featureBytes / 64 * 64
      pieces(UnsafeRawBufferPointer(rebasing: region[begin..<place])) { _ in }
      begin = place
      let start = file.start + mapping.offset
      pieces(UnsafeRawBufferPointer(start: start, count: whole)) { range in
        file.giveBack(range.lowerBound + mapping.offset..<range.upperBound + mapping.offset)
      }
      guard whole < source.featureBytes else { continue }
      var last = [UInt8](repeating: 0, count: 64)
      last.withUnsafeMutableBytes {
        $0.copyMemory(from: UnsafeRawBufferPointer(start: start + whole, count: source.featureBytes - whole))
        body(UnsafeRawBufferPointer($0))
      }
    }
    pieces(UnsafeRawBufferPointer(rebasing: region[begin..<layout.byteCount])) { _ in }
  }
}

/// Memory of this process for prepared data.
final class OwnedRegion: @unchecked Sendable {
  let region: UnsafeMutableRawBufferPointer
  private let memory: AlignedMemory

  init(byteCount: Int) {
    memory = AlignedMemory(byteCount: byteCount, isCleared: false)
    region = UnsafeMutableRawBufferPointer(start: memory.base, count: byteCount)
  }
}
