internal import Glibc
internal import Platform

/// A file that has no name, and goes with the processes that have it open.
enum NamelessFile {
  /// Makes one, and the directory that it is in where that is not there.
  ///
  /// - Returns: its descriptor, to be closed.
  /// - Throws: ``FileProblem``
  static func make(in directory: String) throws(FileProblem) -> Int32 {
    try CacheDirectory.make(directory)
    let path = "\(directory)/.columns.\(getpid())-\(UInt32.random(in: 0 ... .max)).partial"
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileProblem() }
    unlink(path)
    return descriptor
  }

  /// Memory that is such a file of some bytes, whose space is taken.
  ///
  /// - Throws: ``FileProblem``
  static func map(_ descriptor: Int32, byteCount: Int) throws(FileProblem) -> UnsafeMutableRawBufferPointer {
    if let limit = FileSpace.sizeLimit, Double(byteCount) > limit { throw FileProblem(EFBIG) }
    // Without space the system could write a page nowhere, which ends the process.
    let problem = FileSpace.take(Int64(byteCount), of: descriptor)
    guard problem == 0 else { throw FileProblem(problem) }
    guard ftruncate(descriptor, off_t(byteCount)) == 0,
      let base = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED
    else { throw FileProblem() }
    return UnsafeMutableRawBufferPointer(start: base, count: byteCount)
  }
}
