internal import Kernels
package import Platform
internal import Specs

/// Where the features of a source lie in a file that each rank of the node maps for itself.
package struct FileMapping: Sendable, Equatable {
  /// Its path as the config states it.
  package var file: String
  /// Its path as every process of the node finds it.
  package var path: String
  /// Where the first element is.
  package var offset: Int
  package var identity: FileIdentity

  package init(file: String, path: String, offset: Int, identity: FileIdentity) {
    (self.file, self.path, self.offset, self.identity) = (file, path, offset, identity)
  }
}

extension FileMapping {
  var configValue: ConfigValue {
    .array(
      [.string(file), .string(path), .integer(offset)] + identity.numbers.map(ConfigValue.integer))
  }

  /// Reads what ``configValue`` has made, on another rank of the same run.
  init?(_ value: ConfigValue) {
    guard case .array(let parts) = value, parts.count == 7, case .string(let file) = parts[0],
      case .string(let path) = parts[1], case .integer(let offset) = parts[2],
      let identity = FileIdentity(
        parts.dropFirst(3).compactMap { if case .integer(let number) = $0 { number } else { nil } })
    else { return nil }
    self.init(file: file, path: path, offset: offset, identity: identity)
  }
}

extension Table {
  /// The array that all features are.
  private var soleArray: RawArray? { features.places == [.array(0)] ? features.arrays[0] : nil }

  /// The file that the features were read in, where they are no copy of it.
  var mappedFile: MappedDataFile? {
    soleArray?.bytes.file
  }

  /// Where all features can stay as they are.
  ///
  /// - Parameter blocks: how they would lie in memory.
  func mapping(as blocks: [SourceLayout.Block]) -> FileMapping? {
    guard let array = soleArray, let file = array.bytes.file, blocks[0].element == array.element,
      array.offset % array.element.byteCount == 0
    else { return nil }
    return file.mapping(offset: array.offset)
  }
}
