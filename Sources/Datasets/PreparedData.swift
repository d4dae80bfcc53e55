internal import Kernels
internal import Platform

/// Raw rows in one region of memory, which the ranks of a node may share, and how they are prepared while they are fetched.
package struct PreparedData: @unchecked Sendable {
  package private(set) var description: DataDescription
  package private(set) var layout: DataLayout
  /// What a person should know of the rows.
  package var notes: [String] = []
  /// The rows of the source that were left out, where all its other rows are the test part.
  package var dropped = DroppedRows()
  // The region is written before this value exists and only read afterwards.
  private let region: UnsafeRawBufferPointer
  /// Keeps the memory alive.
  private var owners: [AnyObject]
  /// For each part where the numbers of its rows begin; nil: all of its source's, in their order.
  private(set) var lists: [UnsafeRawPointer?]

  /// - Parameters:
  ///   - region: at least ``DataLayout/byteCount`` bytes, filled by ``DataPreparation/write(into:givesBack:progress:)``, valid as long as
  ///     this value is in use.
  ///   - owner: what keeps them valid; nil: somebody else sees to that.
  package init(
    _ description: DataDescription, layout: DataLayout, region: UnsafeRawBufferPointer, owner: AnyObject? = nil
  ) {
    precondition(region.count >= layout.byteCount, "the region is too small for the data")
    self.description = description
    self.layout = layout
    self.region = region
    owners = owner.map { [$0] } ?? []
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

  /// The same rows in other parts.
  ///
  /// - Parameters:
  ///   - lists: of each part, in memory that `owner` keeps.
  func with(
    _ description: DataDescription, parts: [DataLayout.Part], lists: [UnsafeRawPointer?], owner: AnyObject
  ) -> PreparedData {
    var other = self
    other.description = description
    other.layout.parts = parts
    other.lists = lists
    other.owners.append(owner)
    return other
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
