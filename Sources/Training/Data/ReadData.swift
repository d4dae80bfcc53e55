internal import Datasets
internal import Specs

/// What the first rank of a node has of the data: read just now, or kept as they were read earlier.
enum ReadData {
  case prepared(DataPreparation, OverflowingRows? = nil)
  case kept(KeptData, CacheFile, MappedRows?)

  /// Nil where nothing was read.
  var preparation: DataPreparation? { if case .prepared(let preparation, _) = self { preparation } else { nil } }

  /// The rows where they are mapped.
  var rows: MappedRows? {
    switch self {
    case .prepared(_, let own): own?.rows
    case .kept(_, _, let rows): rows
    }
  }

  /// Nil where it has to be computed.
  var fingerprint: String? { if case .kept(let data, _, _) = self { data.fingerprint } else { nil } }

  var description: DataDescription {
    switch self {
    case .prepared(let preparation, _): preparation.description
    case .kept(let data, _, _): data.description
    }
  }

  var layout: DataLayout {
    switch self {
    case .prepared(let preparation, _): preparation.layout
    case .kept(let data, _, _): data.layout
    }
  }

  var notes: [String] {
    switch self {
    case .prepared(let preparation, let own): preparation.notes + [own?.note].compactMap { $0 }
    case .kept(let data, _, _): data.notes
    }
  }

  var dropped: DroppedRows {
    switch self {
    case .prepared(let preparation, _): preparation.dropped
    case .kept(let data, _, _): data.dropped
    }
  }

  var profile: TableProfile? {
    switch self {
    case .prepared(let preparation, _): preparation.profile
    case .kept(let data, _, _): data.profile
    }
  }

  var origins: RowOrigins {
    switch self {
    case .prepared(let preparation, _): preparation.origins
    case .kept(let data, _, _): data.origins
    }
  }

  /// The file of the training rows.
  var file: String {
    switch self {
    case .prepared(let preparation, _): preparation.trainingOrigin.source.file
    case .kept(let data, _, _): data.file
    }
  }

  /// Fills memory with the rows.
  func write(into region: UnsafeMutableRawBufferPointer, progress: @escaping () -> Void) throws {
    switch self {
    case .prepared(let preparation, let own):
      guard let rows = own?.rows else {
        return preparation.write(into: region, givesBack: true, progress: progress)
      }
      // What was read is gone.
      region.copyMemory(from: rows.bytes)
    case .kept(_, let file, _):
      do throws(CacheFault) { try file.copyRows(into: region, progress) } catch {
        throw RunError(
          .inputOutput,
          "\(file.path): the cache \(error.words ?? "has gone"); remove it, or set data.cache to \"off\"")
      }
    }
  }
}
