internal import Glibc
internal import Platform
package import Specs

/// An open file of tensors: its header is read, and fits the file's size, before any of the data are read or memory is
/// taken for them.
package final class TensorFile {
  package let path: String
  package let metadata: [ConfigValue.Member]
  let entries: [Safetensors.Entry]
  private let descriptor: Int32
  private let size: Int
  /// Where the data begin.
  private let start: Int

  /// Opens a file.
  ///
  /// - Parameter remedy: the end of the sentence where there is no such file.
  /// - Throws: exit code 66 where there is none, 65 where it is not one of tensors, 74 where reading fails.
  package init(_ path: String, remedy: String) throws {
    self.path = path
    let descriptor = try RegularFile.openToRead(path, remedy: remedy)
    self.descriptor = descriptor
    do {
      var info = stat()
      size = fstat(descriptor, &info) == 0 ? Int(info.st_size) : 0
      let size = size
      func bytes(_ range: Range<Int>) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
          try Self.read(descriptor, range, into: UnsafeMutableRawBufferPointer(buffer), path: path, size: size)
          count = range.count
        }
      }
      start = 8 + (try Safetensors.headerLength(try bytes(0..<min(8, size)), fileSize: size, file: path))
      (entries, metadata) = try Safetensors.layout(try bytes(8..<start), dataCount: size - start, file: path)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Reads a tensor's numbers.
  ///
  /// - Parameter progress: called for each block.
  func values(of entry: Safetensors.Entry, progress: () -> Void = {}) throws -> [Float] {
    let range = start + entry.range.lowerBound..<start + entry.range.upperBound
    return try [Float](unsafeUninitializedCapacity: entry.range.count / 4) { buffer, count in
      let bytes = UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: buffer[..<(entry.range.count / 4)]))
      try Self.read(descriptor, range, into: bytes, path: path, size: size, progress: progress)
      count = entry.range.count / 4
    }
  }

  /// Refuses to read more than there is memory for: a file with holes may claim to have any size.
  func requireMemory(for entries: [Safetensors.Entry]) throws {
    let limit = MachineMemory.ofProcess / 2, count = entries.reduce(0) { $0 + $1.range.count }
    guard count <= limit else {
      throw RunError(
        .data,
        "\(path): has \(count) bytes of weights, and at most \(limit) can be read; give a smaller model, or more memory"
      )
    }
  }

  /// Makes sure that the file is still the one whose header was read.
  func requireUnchanged() throws {
    var info = stat()
    guard fstat(descriptor, &info) == 0, Int(info.st_size) == size else { throw Self.changed(path, from: size) }
  }

  private static func read(
    _ descriptor: Int32, _ range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer, path: String, size: Int,
    progress: () -> Void = {}
  ) throws {
    var position = 0
    while position < range.count {
      let count = pread(
        descriptor, buffer.baseAddress.map { $0 + position }, min(range.count - position, 1 << 24),
        range.lowerBound + position)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        let problem = FileProblem()
        throw RunError(
          .inputOutput,
          "\(path): cannot be read (\(problem.words)); \(problem.wayOut(ofReadingOr: "give another file"))")
      }
      guard count > 0 else { throw changed(path, from: size) }
      position += count
      progress()
    }
  }

  private static func changed(_ path: String, from size: Int) -> RunError {
    RunError(
      .data, "\(path): had \(size) bytes and has others now, so somebody writes to it; start again when it is whole")
  }
}
