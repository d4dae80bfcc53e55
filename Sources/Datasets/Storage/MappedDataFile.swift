internal import Glibc
internal import Platform
internal import Specs

/// A data file that is read where it is.
package final class MappedDataFile: Sendable {
  /// Its path as the config states it.
  let name: String
  private let use: DataUse
  private let file: MappedFile

  /// Maps an open file; nil where that cannot be.
  init?(_ name: String, path: String, descriptor: Int32, use: DataUse) {
    func line(_ problem: String) -> String { "ptrain: \(name.oneLine): \(problem)\n" }
    guard
      let file = MappedFile(
        path, descriptor: descriptor, shorter: line("became shorter while it was \(use.words); \(use.wayOut)"),
        unreadable: line(
          "a part of it could not be read while it was \(use.words); look at its file system (dmesg), and \(use.wayOut)"
        ))
    else { return nil }
    (self.name, self.use, self.file) = (name, use, file)
  }

  /// The file that another process of this machine has mapped.
  ///
  /// - Throws: ``DataError/otherThanMapped(file:path:found:)`` where this process finds another one.
  package init(_ mapping: FileMapping, use: DataUse) throws(DataError) {
    func failure(_ found: String) -> DataError {
      .otherThanMapped(file: mapping.file, path: mapping.path, found: found)
    }
    let descriptor = open(mapping.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(FileProblem().words.lowercased()) }
    defer { close(descriptor) }
    if let change = mapping.identity.change(to: FileIdentity(of: descriptor)) { throw failure(change) }
    guard let own = MappedDataFile(mapping.file, path: mapping.path, descriptor: descriptor, use: use) else {
      throw failure("it cannot be mapped (\(FileProblem().words.lowercased()))")
    }
    if let change = mapping.identity.change(to: own.file.identity) { throw failure(change) }
    (name, self.use, file) = (own.name, use, own.file)
  }

  var start: UnsafeRawPointer { file.start }
  var byteCount: Int { file.byteCount }

  /// How another process of this machine finds it.
  func mapping(offset: Int) -> FileMapping {
    FileMapping(file: name, path: file.path, offset: offset, identity: file.identity)
  }

  /// - Throws: ``DataError/changed(file:use:change:)`` where it is not what it was.
  func requireUnchanged() throws(DataError) {
    if let change = file.change { throw .changed(file: name, use: use, change: change) }
  }

  /// See ``Platform/MappedFile/share(_:)``.
  package func share(_ word: UnsafeMutableRawPointer) { file.share(word) }

  /// Gives pages back to the system; they are read again where somebody looks at them.
  func giveBack(_ range: Range<Int>) { file.giveBack(range) }
}
