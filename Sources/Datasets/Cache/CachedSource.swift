internal import Glibc
package import Platform

/// A file of text as it was when a cache was made of it.
package struct CachedSource: Sendable, Equatable {
  package var device: Int
  package var identity: FileIdentity
  /// Of all its bytes, as they lie in the file.
  package var contentHash: UInt64
  /// Whether it had rested before it was read: a file system counts time in steps, and only a later write is sure to
  /// show in the times.
  package var isSettled: Bool

  /// Seconds that a file rests before its times are believed.
  static let rest = 2.0

  /// The words that a cache holds of each file.
  static let wordCount = 8

  var words: [UInt64] {
    [UInt64(bitPattern: Int64(device))] + identity.numbers.map { UInt64(bitPattern: Int64($0)) }
      + [contentHash, isSettled ? 1 : 0, 0]
  }

  /// Reads ``words``.
  init?(_ words: ArraySlice<UInt64>) {
    guard words.count == Self.wordCount else { return nil }
    let words = Array(words), numbers = words[0..<5].map { Int(Int64(bitPattern: $0)) }
    guard let identity = FileIdentity(Array(numbers[1...])), identity.byteCount >= 0, words[6] <= 1, words[7] == 0
    else {
      return nil
    }
    (device, self.identity, contentHash, isSettled) = (numbers[0], identity, words[5], words[6] == 1)
  }

  init(_ state: SourceState, contentHash: UInt64) {
    (device, identity, self.contentHash, isSettled) = (state.device, state.identity, contentHash, state.isSettled)
  }

  /// Whether the file is beyond doubt the one that was read.
  func isSame(as state: SourceState) -> Bool { isSettled && device == state.device && identity == state.identity }
}

/// A file of text as it is now.
struct SourceState: Sendable, Equatable {
  let path: String
  let device: Int
  let identity: FileIdentity
  let mode: UInt32
  let owner: UInt32
  /// Whether it has not been touched for ``CachedSource/rest`` seconds.
  let isSettled: Bool

  /// - Returns: nil where there is no regular file of that name.
  init?(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var info = stat()
    let now = Clock.date()
    guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG, let identity = FileIdentity(of: descriptor)
    else { return nil }
    (self.path, self.identity) = (path, identity)
    device = Int(truncatingIfNeeded: info.st_dev)
    (mode, owner) = (info.st_mode, info.st_uid)
    // A time to come, as another machine's clock may write it, is no rest either.
    isSettled = now - Double(max(identity.modified, identity.changed)) * 1e-9 >= CachedSource.rest
  }

  static func == (one: SourceState, other: SourceState) -> Bool {
    one.device == other.device && one.identity == other.identity
  }

  /// The hash of its bytes; nil where they cannot be read, or it is not the same before and after.
  func contentHash(_ progress: () -> Void) -> UInt64? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var hash = ContentHash(), place = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, place)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      hash.add(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      place += count
      progress()
    }
    guard place == identity.byteCount, FileIdentity(of: descriptor) == identity, SourceState(path) == self else {
      return nil
    }
    return hash.value
  }
}
