internal import Foundation
internal import Specs

/// The data sets of an HDF5 file, by their paths.
enum HDF5Listing {
  /// More are not looked at.
  private static let limit = 64

  /// - Throws: ``DataError`` where the file cannot be described.
  static func entries(of name: String, in context: DataContext) throws(DataError) -> [ArrayListing.Entry] {
    let file = try HDF5File(name, in: context)
    let first = try answer(file, [], context)
    // What keeps a file from being opened is said as for a source.
    if first["lack"] != nil {
      _ = try HDF5Description(Array(first.compactText.utf8), of: [], file: name, byteCount: file.byteCount)
    }
    var names: [String] = []
    if case .array(let known)? = first["known"] {
      for entry in known { if case .string(let path) = entry { names.append(path) } }
    }
    names = Array(names.prefix(limit))
    guard !names.isEmpty else { return [] }
    guard case .array(let facts)? = try answer(file, names, context)["datasets"], facts.count == names.count else {
      throw .hdf5(file: name, .misdescribed)
    }
    return zip(names, facts).map { path, facts in
      var shape: [Int] = []
      if case .array(let extents)? = facts["shape"] {
        for extent in extents { if case .integer(let count) = extent { shape.append(count) } }
      }
      return ArrayListing.Entry(name: path, shape: shape)
    }
  }

  private static func answer(
    _ file: HDF5File, _ names: [String], _ context: DataContext
  ) throws(DataError) -> ConfigValue {
    let answer = context.hdf5.describe([file.path], names, context.progress)
    guard let text = answer.texts.first else { throw .hdf5(file: file.name, answer.problem ?? .misdescribed) }
    do throws(ConfigError) {
      return try ConfigValue.parse(Data(text), file: "")
    } catch { throw .hdf5(file: file.name, .misdescribed) }
  }
}
