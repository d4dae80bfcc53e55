package import Specs

/// Why a file of the format `hdf5` cannot be used; ``words`` turns it into a sentence. `dataset` is a path in the file.
package enum HDF5Problem: Sendable, Equatable {
  // The library, and the process that asks it
  case noLibrary
  case oldLibrary(version: String)
  case cannotStart(reason: String)
  case crashed(signal: Int32)
  case ended(code: Int32)
  case silent(seconds: Int)
  case misdescribed

  // The file
  case notHDF5(isText: Bool)
  case unopened(reason: String, library: String)

  // A data set
  case noDataset(String, known: [String])
  case isGroup(String, known: [String])
  case unreadable(String, reason: String, library: String)
  case elsewhere(String, place: Place)
  case type(String, found: String)
  case textFeature(String)
  case textWeight(String)
  case severalTextTargets(String)
  case filter(String, found: String)
  /// Chunks at the edges went through no filter.
  case unfilteredEdges(String)
  case tooManyChunks(String)
  /// An attribute of NetCDF's conventions that cannot be followed.
  case attribute(String, attribute: String, found: String)
  case scalar(String)
  case neverWritten(String)
  case sparse(String, stored: Int, count: Int)
  case damaged(String, reason: String)
  case tooGreat(String, row: Int)
  case notUTF8(String, row: Int)
  case otherShape(String, found: [Int], expected: [Int], first: String)
  case otherType(String, found: String, expected: String, first: String)

  /// Where data are that are not in the file itself.
  package enum Place: Sendable, Equatable {
    case externalFile, virtual, unknown
    case link(file: String)
  }

  package var exitCode: ExitCode {
    switch self {
    case .noLibrary, .oldLibrary: .missingInput
    case .cannotStart: .inputOutput
    default: .data
    }
  }
}
