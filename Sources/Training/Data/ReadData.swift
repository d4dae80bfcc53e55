internal import Datasets
internal import Specs

/// What the first rank of a node has of the data: read just now, or kept as they were read earlier.
enum ReadData {
  case prepared(DataPreparation)
  case kept(KeptData, CacheFile, MappedRows?)

  /// Nil where nothing was read.
  var preparation: DataPreparation? { if case .prepared(let preparation) = self { preparation } else { nil } }

  /// The rows where they are mapped.
  var rows: MappedRows? { if case .kept(_, _, let rows) = self { rows } else { nil } }

  /// Nil where it has to be computed.
  var fingerprint: String? { if case .kept(let data, _, _) = self { data.fingerprint } else { nil } }

  var description: DataDescription {
    switch self {
    case .prepared(let preparation): preparation.description
    case .kept(let data, _, _): data.description
    }
  }

  var layout: DataLayout {
    switch self {
    case .prepared(let preparation): preparation.layout
    case .kept(let data, _, _): data.layout
    }
  }

  var notes: [String] {
    switch self {
    case .prepared(let preparation): preparation.notes
    case .kept(let data, _, _): data.notes
    }
  }

  var dropped: DroppedRows {
    switch self {
    case .prepared(let preparation): preparation.dropped
    case .kept(let data, _, _): data.dropped
    }
  }

  var profile: TableProfile? {
    switch self {
    case .prepared(let preparation): preparation.profile
    case .kept(let data, _, _): data.profile
    }
  }

  var origins: RowOrigins {
    switch self {
    case .prepared(let preparation): preparation.origins
    case .kept(let data, _, _): data.origins
    }
  }

  /// The file of the training rows.
  var file: String {
    switch self {
    case .prepared(let preparation): preparation.trainingOrigin.source.file
    case .kept(let data, _, _): data.file
    }
  }

  /// Fills memory with the rows.
  func write(into region: UnsafeMutableRawBufferPointer, progress: @escaping () -> Void) throws {
    switch self {
    case .prepared(let preparation): preparation.write(into: region, givesBack: true, progress: progress)
    case .kept(_, let file, _):
      do throws(CacheFault) { try file.copyRows(into: region, progress) } catch {
        throw RunError(
          .inputOutput,
          "\(file.path): the cache \(error.words ?? "has gone"); remove it, or set data.cache to \"off\"")
      }
    }
  }
}
