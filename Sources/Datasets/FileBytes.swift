internal import Glibc
internal import Platform

/// The bytes of a file in pages of their own, or those of the file itself, mapped to be read only: what has been read
/// for the last time can be given back.
package final class FileBytes: @unchecked Sendable {
  // Written by the one who fills it, before it is handed on; then only read, until it is given back.
  private var base: UnsafeMutableRawPointer
  private var capacity: Int
  /// Bytes that are there.
  package private(set) var count = 0
  /// Where they go when they take too much memory.
  private var overflow: ColumnOverflow?
  /// The file that they have gone to.
  private var spill: ColumnSpill?
  /// The file that these bytes are, where they are no copy.
  private(set) var file: MappedDataFile?
  /// Where a pass over a mapped file has come to, and its pages have been given back.
  private var passed = 0
  /// Bytes of a copy that were given back.
  private var returned = 0

  private static let page = Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Room for some bytes; the system takes pages for it only as they are written.
  ///
  /// - Parameter overflow: where they go when they take too much memory; nil: they are refused.
  /// - Throws: ``DataError/tooLarge(file:byteCount:available:)`` where the machine cannot have so much.
  init(capacity: Int, file: String, overflow: ColumnOverflow? = nil) throws(DataError) {
    self.overflow = overflow
    self.capacity = Self.pages(capacity)
    base = try Self.map(self.capacity, file: file)
  }

  /// A copy of numbers.
  convenience init<Number: BitwiseCopyable>(copying numbers: [Number], file: String = "") throws(DataError) {
    let byteCount = numbers.count * MemoryLayout<Number>.stride
    try self.init(capacity: byteCount, file: file)
    numbers.withUnsafeBytes { if let start = $0.baseAddress { base.copyMemory(from: start, byteCount: byteCount) } }
    count = byteCount
  }

  /// The bytes of a file where they are.
  ///
  /// - Parameter end: behind the last that counts; nil: all do.
  init(_ file: MappedDataFile, upTo end: Int? = nil) {
    base = UnsafeMutableRawPointer(mutating: file.start)
    (capacity, count, self.file) = (file.byteCount, min(end ?? .max, file.byteCount), file)
    overflow = nil
  }

  deinit { if file == nil { munmap(base, capacity) } }

  private static func pages(_ count: Int) -> Int {
    // No machine has the greatest numbers; they are refused where memory is asked for.
    max(page, (min(count, 1 << 62) + page - 1) / page * page)
  }

  private static func map(_ byteCount: Int, file: String) throws(DataError) -> UnsafeMutableRawPointer {
    try Memory.check(byteCount: byteCount - page, for: file)
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0), memory != MAP_FAILED else {
      throw .tooLarge(file: file, byteCount: byteCount, available: Memory.byteCount)
    }
    return memory
  }

  /// Makes room for so many bytes in all.
  ///
  /// - Parameter least: bytes that do as well; nil: all are needed.
  func reserve(_ wanted: Int, least: Int? = nil, file: String) throws(DataError) {
    guard wanted > capacity else { return }
    let larger = Self.pages(wanted)
    if let overflow, spill != nil || larger > overflow.limit {
      do throws(DataError) {
        let spill = if let spill { spill } else { try ColumnSpill(overflow, file: file) }
        base = try spill.hold(base, from: capacity, count: count, to: larger, file: file)
        (capacity, self.spill) = (larger, spill)
      } catch { try stayInMemory(wanted, least: least ?? wanted, file: file, cause: error) }
      return
    }
    try Memory.check(byteCount: larger - Self.page, for: file)
    guard let memory = Pages.move(base, from: capacity, to: larger) else {
      throw .tooLarge(file: file, byteCount: larger, available: Memory.byteCount)
    }
    base = memory
    capacity = larger
  }

  /// Goes on in memory where there is no room in a file, if that can have the bytes.
  private func stayInMemory(_ wanted: Int, least: Int, file: String, cause: DataError) throws(DataError) {
    let most = Memory.byteCount
    guard least <= most else { throw cause }
    let larger = max(Self.pages(min(wanted, most)), capacity)
    if spill == nil {
      guard let memory = Pages.move(base, from: capacity, to: larger) else { throw cause }
      base = memory
    } else {
      let memory = try Self.map(larger, file: file)
      memory.copyMemory(from: base, byteCount: count)
      munmap(base, capacity)
      (base, spill) = (memory, nil)
    }
    (capacity, overflow) = (larger, nil)
  }

  /// Bytes that may be written behind those that are there.
  var room: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
  }

  /// Counts bytes that were written into the room.
  func add(_ written: Int) {
    precondition(written >= 0 && written <= capacity - count, "more was written than there is room for")
    count += written
  }

  /// Makes room for some bytes behind those that are there.
  func makeRoom(_ byteCount: Int, file: String) throws(DataError) {
    try takeSpace(count + byteCount, file: file)
    guard count + byteCount > capacity else { return }
    // Twice as much each time: pages are taken only as they are written, and move without a copy.
    let most = overflow == nil ? Memory.byteCount : .max
    try reserve(max(count + byteCount, min(2 * capacity, most)), least: count + byteCount, file: file)
    try takeSpace(count + byteCount, file: file)
  }

  /// Takes space in the file that the bytes have gone to.
  private func takeSpace(_ byteCount: Int, file: String) throws(DataError) {
    guard let spill else { return }
    do throws(DataError) { try spill.take(byteCount, file: file) } catch {
      try stayInMemory(byteCount, least: byteCount, file: file, cause: error)
    }
  }

  /// Adds bytes.
  func append(_ bytes: UnsafeRawBufferPointer, file: String) throws(DataError) {
    try makeRoom(bytes.count, file: file)
    if let start = bytes.baseAddress { (base + count).copyMemory(from: start, byteCount: bytes.count) }
    count += bytes.count
  }

  /// Turns the bytes of each element behind a header round.
  func swapBytes(of size: Int, from offset: Int) {
    precondition(file == nil || size == 1, "a mapped file is only read")
    func swap<Raw: FixedWidthInteger>(_ type: Raw.Type) {
      for place in stride(from: offset, to: count - size + 1, by: size) {
        let value = base.loadUnaligned(fromByteOffset: place, as: type)
        base.storeBytes(of: value.byteSwapped, toByteOffset: place, as: type)
      }
    }
    switch size {
    case 2: swap(UInt16.self)
    case 4: swap(UInt32.self)
    case 8: swap(UInt64.self)
    default: break
    }
  }

  /// The first byte; valid as long as this object is.
  var start: UnsafeRawPointer { UnsafeRawPointer(base) }

  /// Hands out the bytes for the time of a call.
  package func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withExtendedLifetime(self) { () throws(Failure) in
      try body(UnsafeRawBufferPointer(start: base, count: count))
    }
  }

  /// The first bytes from one on, copied.
  func beginning(_ limit: Int, from start: Int = 0) -> [UInt8] {
    withUnsafeBytes { Array($0.dropFirst(start).prefix(limit)) }
  }

  /// Keeps some rows behind a header, ascending, and forgets the others; of a mapped file they are a copy from then on.
  ///
  /// - Throws: ``DataError`` where there is no memory for the copy, or the file has changed.
  func keep(_ rows: [Int], width: Int, from offset: Int) throws(DataError) {
    let source = base, end = offset + rows.count * width
    if let file {
      precondition(spill == nil, "a mapped file is in no other one")
      let size = Self.pages(end)
      (base, capacity) = (try Self.map(size, file: file.name), size)
    }
    for (place, row) in rows.enumerated() where place != row || file != nil {
      (base + offset + place * width).copyMemory(from: source + offset + row * width, byteCount: width)
      pass(offset + row * width)
    }
    count = end
    let mapped = file
    file = nil
    try mapped?.requireUnchanged()
  }

  /// Gives the pages before a byte back to the system; they read as zeros from then on, those of a mapped file as ever.
  func giveBack(before end: Int) {
    if file != nil { return pass(end) }
    // What was given back is not asked for again: a walk over all pages for each piece would be quadratic.
    let start = returned, size = min(end, count) / Self.page * Self.page - start
    guard size > 0 else { return }
    returned += size
    // Of a file that is no more than memory its space goes as well.
    if spill != nil, madvise(base + start, size, 9 /* MADV_REMOVE */) == 0 { return }
    madvise(base + start, size, MADV_DONTNEED)
  }

  /// A pass over a mapped file has come to a byte: what is behind it is given back, 4 MiB at a time.
  @inline(__always)
  func pass(_ place: Int) {
    if file != nil, place < passed || place - passed >= 1 << 22 { leave(behind: place) }
  }

  private func leave(behind place: Int) {
    if place > passed { file?.giveBack(passed..<place) }
    passed = place / Self.page * Self.page
  }
}
