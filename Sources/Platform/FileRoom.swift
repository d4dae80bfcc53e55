internal import Glibc

/// The room that a file system has for new files.
package struct FileRoom {
  /// A directory of the file system that is there.
  package let directory: String
  package let device: UInt64
  /// Bytes that may be written; infinite where the file system does not say.
  package let free: Double
  /// Files that may be made; nil where the file system does not say.
  package let freeFiles: UInt64?
  private let blockSize: Double
  /// Whether files lie in memory.
  private let isMemory: Bool

  /// Looks at the file system that a path would be on.
  ///
  /// - Parameter path: of a directory that need not be there yet.
  /// - Returns: nil where it cannot be made, or nothing can be written in it.
  package init?(for path: String) {
    var place = path.isEmpty ? "." : path, info = stat()
    while stat(place, &info) != 0 {
      guard errno == ENOENT, place != ".", place != "/" else { return nil }
      place = Self.parent(of: place)
    }
    var numbers = statvfs()
    guard info.st_mode & S_IFMT == S_IFDIR, access(place, W_OK | X_OK) == 0, statvfs(place, &numbers) == 0 else {
      return nil
    }
    directory = place
    device = UInt64(info.st_dev)
    blockSize = Double(max(512, numbers.f_frsize))
    // Those without a size do not know, or have no limit.
    free = numbers.f_blocks == 0 ? .infinity : Double(numbers.f_bavail) * Double(numbers.f_frsize)
    freeFiles = numbers.f_files == 0 ? nil : UInt64(numbers.f_ffree)
    isMemory = FileSpace.isInMemory(place)
  }

  /// Bytes that a file takes here.
  package func taken(by bytes: Double) -> Double { (bytes / blockSize).rounded(.up) * blockSize }

  /// Takes the space for a moment, for quotas and the like are not told otherwise. Nothing is written, and no file is
  /// left.
  ///
  /// 4 ms for 10 to 100 MB on ext4, and 35 ms for 1 GB, most of them to give it back. Where files lie in memory it
  /// would take that, 350 ms for 1 GB, and what such a file system says of itself is right.
  ///
  /// - Parameter largest: the bytes of the largest file: some file systems have none above 4 GB.
  /// - Returns: why it cannot be had, an `errno`; nil: it can be, or the file system cannot be asked.
  package func trial(bytes: Double, largest: Double) -> Int32? {
    guard !isMemory, bytes > 0 else { return nil }
    let piece = Int64(min(max(1, min(largest, bytes)), 1e18)), total = Int64(min(bytes, 4e18))
    var descriptors: [Int32] = [], left = total
    defer { for descriptor in descriptors { close(descriptor) } }
    // A file for each piece, up to as many as no limit on open files forbids.
    while left > 0, descriptors.count < 64 {
      let descriptor = nameless()
      guard descriptor >= 0 else { return nil }
      descriptors.append(descriptor)
      let problem = FileSpace.take(min(piece, left), of: descriptor)
      guard problem == 0 else { return [ENOSPC, EDQUOT, EFBIG].contains(problem) ? problem : nil }
      left -= piece
    }
    return nil
  }

  /// Bytes in words, in the largest unit of which they are one as they are rounded: up, what is needed.
  ///
  /// - Parameter isRoom: rounds down, what there is.
  package static func words(_ bytes: Double, isRoom: Bool = false) -> String {
    func short(_ value: Double) -> String { "\((value * 10).rounded(isRoom ? .down : .up) / 10)" }
    if bytes <= 999e3 || (isRoom && bytes < 1e6) { return "\(Int((bytes / 1000).rounded(isRoom ? .down : .up))) kB" }
    if bytes <= 999.9e6 || (isRoom && bytes < 1e9) { return short(bytes / 1e6) + " MB" }
    return bytes < 1e15 ? short(bytes / 1e9) + " GB" : "more than 1,000,000 GB"
  }

  /// Opens a file that goes when it is closed, however this process ends.
  private func nameless() -> Int32 {
    if let descriptor = FileSpace.namelessFile(in: directory) { return descriptor }
    let path = directory + "/.space.partial", named = RegularFile.create(path)
    if named >= 0 { unlink(path) }
    return named
  }

  private static func parent(of path: String) -> String {
    var bytes = Array(path.utf8)
    func drop(_ isSlash: Bool) {
      while let last = bytes.last, (last == UInt8(ascii: "/")) == isSlash { bytes.removeLast() }
    }
    drop(true)
    drop(false)
    guard !bytes.isEmpty else { return path.hasPrefix("/") ? "/" : "." }
    drop(true)
    return bytes.isEmpty ? "/" : String(decoding: bytes, as: UTF8.self)
  }
}
