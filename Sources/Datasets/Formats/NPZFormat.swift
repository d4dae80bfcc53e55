internal import Kernels
internal import Specs

/// Arrays in an archive that NumPy has saved.
package typealias NPZFormat = NamedArraysFormat<NPZFile>

/// One NPZ file: a zip archive whose entries are NPY files.
package struct NPZFile: NamedArrayFile {
  package static let kind = "npz"
  package static let summary = "arrays of an archive saved with numpy.savez or numpy.savez_compressed"
  package static let examples = [
    #"{"path": "mnist.npz", "features": "x_train", "targets": "y_train"}"#,
    #"{"path": "d.npz", "features": "x", "targets": "y", "sample_weight": "w"}"#,
  ]
  package static let noun = "array"

  private let archive: ZipArchive
  private let entries: [(name: String, entry: ZipDirectory.Entry)]

  private static let ending = ".npy"

  package init(_ file: String, in context: DataContext) throws(DataError) {
    archive = try ZipArchive(file, in: context)
    entries = archive.directory.entries.filter { $0.name.hasSuffix(Self.ending) }.map {
      (String($0.name.dropLast(Self.ending.count)), $0)
    }
    guard !entries.isEmpty else {
      let beginning = try archive.file.bytes(0..<min(4096, archive.file.byteCount))
      if let signature = FileSignature.of(beginning) { throw .otherFormat(file: file, signature) }
      throw .archive(file: file, .notZip(isText: false))
    }
    var seen: Set<String> = []
    for entry in entries where !seen.insert(entry.name).inserted { throw .archive(file: file, .duplicate(entry.name)) }
  }

  /// The arrays' names.
  var names: [String] { entries.map(\.name) }

  /// - Parameters:
  ///   - name: of an array, or of its file in the archive.
  ///   - mayMap: whether the elements may stay in their file.
  package func array(_ name: String, in context: DataContext, mayMap: Bool) throws(DataError) -> NumericArray {
    let file = archive.file.name
    guard let entry = (entries.first { $0.name == name } ?? entries.first { $0.entry.name == name })?.entry else {
      throw .names(file: file, .unknownArray(name, noun: Self.noun, known: entries.map(\.name)))
    }
    let words = "\(file), array '\(name.excerpt(60))'"
    let (bytes, start) = try archive.contents(of: entry, in: context, mayMap: mayMap) {
      beginning throws(DataError) in
      let header = try NPYFile.header(beginning, file: words)
      guard header.fileSize == entry.size || header.shape.isEmpty else {
        throw .wrongSize(
          file: words, shape: header.shape, expected: header.fileSize - header.offset,
          found: max(0, entry.size - header.offset))
      }
      return header.isNative
    }
    return try NPYFile.parse(bytes, from: start, file: words)
  }
}
