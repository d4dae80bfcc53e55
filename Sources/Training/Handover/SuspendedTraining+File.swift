internal import Collectives
internal import Glibc
internal import Kernels
internal import Platform
internal import Specs

/// A file that holds a training between two steps, so that another process goes on with it.
///
/// 16 bytes `ptrain-training1`, the length of a header in 8 bytes, little-endian, the header, the arrays as float32
/// one behind the other, and the SHA-256 of all that as 64 digits. It is put in place whole, and not flushed: where
/// the machine itself goes down the file may be damaged, which its checksum shows, and the training is made once
/// more.
extension SuspendedTraining {
  private static let magic = Array("ptrain-training1".utf8)
  private static let digits = 64
  private static let start = 24
  /// Bytes of a header: configs, and the rows of a view.
  private static let headerLimit = 1 << 36

  /// Writes it, in the place of what is there.
  ///
  /// - Parameter mark: what whoever reads it has to name.
  package func write(to path: String, mark: String, progress: () -> Void = {}) throws {
    let beside = path + ".partial", descriptor = RegularFile.create(beside)
    guard descriptor >= 0 else { throw AtomicFile.failure(path, FileProblem()) }
    do {
      let hash = SHA256()
      let header = PortableMessage.seal(FileHeader(mark: mark, training: SuspendedHeader(self)))
      let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
      func put(_ bytes: UnsafeRawBufferPointer) throws {
        hash.update(bytes)
        try Self.append(bytes, to: descriptor, path: path, progress)
      }
      for bytes in [Self.magic, length, header] { try bytes.withUnsafeBytes(put) }
      for array in arrays { try put(UnsafeRawBufferPointer(array.elements)) }
      try Array(hash.finish().utf8).withUnsafeBytes { try Self.append($0, to: descriptor, path: path, progress) }
    } catch {
      close(descriptor)
      unlink(beside)
      throw error
    }
    guard close(descriptor) == 0, rename(beside, path) == 0 else {
      let problem = FileProblem()
      unlink(beside)
      throw AtomicFile.failure(path, problem)
    }
  }

  private static func append(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String, _ progress: () -> Void
  ) throws {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(
        descriptor, bytes.baseAddress.map { $0 + written }, min(bytes.count - written, 1 << 24))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw AtomicFile.failure(path, FileProblem(count < 0 ? errno : ENOSPC)) }
      written += count
      progress()
    }
  }

  /// Reads it.
  ///
  /// - Returns: nil where there is no such file, it is damaged, or it is of another mark, arithmetic or instruction
  /// set: nothing that cannot be trained once more.
  package static func read(_ path: String, mark: String, progress: () -> Void = {}) -> SuspendedTraining? {
    guard let file = OpenTraining(path, mark: mark) else { return nil }
    return file.training(progress)
  }

  /// The steps of a training in a file, by its header alone; nil as ``read(_:mark:progress:)``.
  package static func steps(in path: String, mark: String) -> Int? {
    OpenTraining(path, mark: mark)?.header.training.state.step
  }

  /// A file whose header is read, and fits its size.
  private final class OpenTraining {
    private let descriptor: Int32
    private let size: Int
    private let front: [UInt8]
    let header: FileHeader

    init?(_ path: String, mark: String) {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
      guard descriptor >= 0 else { return nil }
      var info = stat()
      guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
        let front = Self.front(descriptor, size: Int(info.st_size)),
        // Asked for by its type: where the result is an optional, the type of what is read would be one too.
        let header = try? PortableMessage.open(Array(front[start...]), from: 0) as FileHeader,
        header.mark == mark, header.arithmetic == ArithmeticNumber.current,
        header.instructions == InstructionSet.active.name,
        let bytes = header.training.byteCount, Int(info.st_size) - front.count - digits == bytes
      else {
        close(descriptor)
        return nil
      }
      (self.descriptor, size, self.front, self.header) = (descriptor, Int(info.st_size), front, header)
    }

    deinit { close(descriptor) }

    /// What stands before the arrays.
    private static func front(_ descriptor: Int32, size: Int) -> [UInt8]? {
      guard size > start + digits, let first = bytes(descriptor, 0..<start), Array(first[..<16]) == magic else {
        return nil
      }
      let length = first[16...].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard length <= UInt64(min(size - start - digits, headerLimit)) else { return nil }
      return bytes(descriptor, 0..<start + Int(length))
    }

    private static func bytes(_ descriptor: Int32, _ range: Range<Int>) -> [UInt8]? {
      var isRead = true
      let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
        isRead = fill(UnsafeMutableRawBufferPointer(buffer), descriptor, at: range.lowerBound)
        count = isRead ? range.count : 0
      }
      return isRead ? bytes : nil
    }

    private static func fill(
      _ buffer: UnsafeMutableRawBufferPointer, _ descriptor: Int32, at place: Int, _ progress: () -> Void = {}
    ) -> Bool {
      var done = 0, left = buffer
      while !left.isEmpty {
        let count = pread(descriptor, left.baseAddress, min(left.count, 1 << 24), place + done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
        left = UnsafeMutableRawBufferPointer(rebasing: left[count...])
        progress()
      }
      return true
    }

    /// All of it, where its checksum is right.
    func training(_ progress: () -> Void) -> SuspendedTraining? {
      let hash = SHA256(), found = header.training.makeTraining()
      front.withUnsafeBytes(hash.update)
      var place = front.count
      for array in found.arrays {
        let bytes = UnsafeMutableRawBufferPointer(array.elements)
        guard Self.fill(bytes, descriptor, at: place, progress) else { return nil }
        hash.update(UnsafeRawBufferPointer(bytes))
        place += bytes.count
      }
      guard let stated = Self.bytes(descriptor, size - digits..<size), stated == Array(hash.finish().utf8) else {
        return nil
      }
      return found
    }
  }

  private struct FileHeader: Portable {
    var mark: String
    var arithmetic = ArithmeticNumber.current
    /// How arrays lie in memory may follow it.
    var instructions = InstructionSet.active.name
    var training: SuspendedHeader

    init(mark: String, training: SuspendedHeader) { (self.mark, self.training) = (mark, training) }

    init(from reader: inout PortableReader) throws {
      (mark, arithmetic) = (try reader.read(), try reader.read())
      (instructions, training) = (try reader.read(), try reader.read())
    }

    func write(to writer: inout PortableWriter) {
      writer.write(mark)
      writer.write(arithmetic)
      writer.write(instructions)
      writer.write(training)
    }
  }
}
