internal import Kernels
internal import Platform

/// Prepared rows in one region of memory, which the ranks of a node may share, and their description.
package struct PreparedData: @unchecked Sendable {
  package let description: DataDescription
  /// What a person should know of the rows.
  package var notes: [String] = []
  /// The rows of the source that were left out, where all its other rows are the test part.
  package var dropped = DroppedRows()
  // The region is written before this value exists and only read afterwards.
  private let region: UnsafeRawBufferPointer
  /// Keeps the region alive.
  private let owner: AnyObject?
  /// Shift and scale per feature, to be applied while gathering bytes.
  private let shifts: [Float]
  private let scales: [Float]

  /// - Parameters:
  ///   - region: at least ``DataDescription/byteCount`` bytes, filled by ``DataPreparation/write(into:)``, valid as long as this value
  ///     is in use.
  ///   - owner: what keeps them valid; nil: somebody else sees to that.
  package init(_ description: DataDescription, region: UnsafeRawBufferPointer, owner: AnyObject? = nil) {
    precondition(region.count >= description.byteCount, "the region is too small for the data")
    self.description = description
    self.region = region
    self.owner = owner
    let normalization = description.normalization
    shifts = (0..<description.featureCount).map { normalization[$0].shift }
    scales = (0..<description.featureCount).map { Float(normalization[$0].scale) }
  }

  /// The rows of a part, nil where it has none.
  package func rows(of part: DataPart) -> DataRows? {
    let count = description.count(of: part)
    guard count > 0, let base = region.baseAddress else { return nil }
    let first = description.counts[..<part.rawValue].reduce(0, +)
    let layout = description.layout
    return DataRows(
      data: self, count: count,
      features: base + first * description.featureCount * description.element.byteCount,
      targets: base + layout.targets + first * description.targetWidth * 4,
      weights: description.hasSampleWeights ? base + layout.weights + first * 4 : nil,
      shifts: shifts, scales: scales)
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
