package import Specs

/// A file that cannot be read as tensors.
package struct TensorFileError: ReportableError, Equatable {
  package var file: String
  package var problem: String
  package var exitCode: ExitCode { .data }
  package var sentence: String {
    "\(file.oneLine): \(problem.excerpt(1000)); give a model.safetensors that ptrain wrote"
  }
}

extension Safetensors {
  /// Reads tensors and metadata; every size is checked against the file before memory is taken.
  ///
  /// - Parameter file: the name for messages.
  /// - Throws: ``TensorFileError``.
  package static func decode(
    _ bytes: [UInt8], file: String
  ) throws(TensorFileError) -> (tensors: [NamedTensor], metadata: [ConfigValue.Member]) {
    let start = 8 + (try headerLength(Array(bytes.prefix(8)), fileSize: bytes.count, file: file))
    let (entries, metadata) = try layout(Array(bytes[8..<start]), dataCount: bytes.count - start, file: file)
    let tensors = entries.map { entry in
      let values = bytes.withUnsafeBytes { raw in
        stride(from: start + entry.range.lowerBound, to: start + entry.range.upperBound, by: 4).map {
          raw.loadUnaligned(fromByteOffset: $0, as: Float.self)
        }
      }
      return NamedTensor(name: entry.name, shape: entry.shape, values: values)
    }
    return (tensors, metadata)
  }

  /// The length of the header, which the file's first bytes tell.
  static func headerLength(_ bytes: [UInt8], fileSize: Int, file: String) throws(TensorFileError) -> Int {
    do {
      return try SafetensorsHeader.length(bytes, fileSize: fileSize)
    } catch {
      throw TensorFileError(file: file, problem: error.problem)
    }
  }

  /// What a header says of the data behind it, in the order of their bytes: float32 tensors.
  ///
  /// - Parameter dataCount: the bytes that are there.
  static func layout(
    _ bytes: [UInt8], dataCount: Int, file: String
  ) throws(TensorFileError) -> (entries: [Entry], metadata: [ConfigValue.Member]) {
    do {
      let header = try SafetensorsHeader(bytes, dataCount: dataCount, type: "F32")
      return (header.tensors, header.metadata)
    } catch {
      throw TensorFileError(file: file, problem: error.problem)
    }
  }

  typealias Entry = SafetensorsHeader.Tensor
}
