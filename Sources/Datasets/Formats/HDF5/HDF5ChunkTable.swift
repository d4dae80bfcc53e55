internal import Glibc

/// Where the chunks of a data set are, asked of the HDF5 library.
final class HDF5ChunkTable {
  /// More chunks than these are refused.
  static let limit = 1 << 20
  /// Libraries before 1.14 look a chunk up by going through all before it: more are printed at once instead.
  private static let lookups = 2048

  private let calls: HDF5Calls
  private let dataset, space: HDF5Library.Identifier
  private let rank: Int
  private let path: String
  /// Bytes before the file's own.
  private let userBlock: UInt64
  private var chunks: [Chunk] = []
  private(set) var problem: String?
  private(set) var hasTooMany = false

  private struct Chunk: Equatable {
    var place: [UInt64]
    var address: UInt64
    var size: UInt64
    var mask: UInt32
  }

  init(
    calls: HDF5Calls, path: String, userBlock: UInt64, dataset: HDF5Library.Identifier, space: HDF5Library.Identifier,
    rank: Int
  ) {
    (self.calls, self.path, self.userBlock) = (calls, path, userBlock)
    (self.dataset, self.space, self.rank) = (dataset, space, rank)
  }

  /// For each stored chunk its first element's place on each axis, its address, its bytes and its mask of filters left
  /// out: numbers with spaces between them. Nil: the library fails.
  func text(isTrivial: Bool) -> String? {
    guard !isTrivial else { return "" }
    if let eachChunk = calls.eachChunk {
      let take: HDF5Calls.EachChunk = { place, mask, address, size, table in
        guard let place, let table else { return -1 }
        return Unmanaged<HDF5ChunkTable>.fromOpaque(table).takeUnretainedValue()
          .add(place, address, size, mask)
      }
      guard eachChunk(dataset, 0, take, Unmanaged.passUnretained(self).toOpaque()) >= 0 else { return nil }
    } else {
      var count: UInt64 = 0
      guard calls.chunkCount(dataset, space, &count) >= 0 else { return nil }
      guard count <= Self.limit else {
        hasTooMany = true
        return nil
      }
      // What is printed is taken where it agrees with what can be looked up.
      if count <= Self.lookups || !readPrinted(count: Int(count)) {
        chunks = []
        for index in 0..<count {
          guard let chunk = chunk(index) else { return nil }
          chunks.append(chunk)
        }
      }
    }
    guard problem == nil, settleUserBlock() else { return nil }
    var text = ""
    for chunk in chunks {
      for number in chunk.place { text += "\(number) " }
      text += "\(chunk.address) \(chunk.size) \(chunk.mask) "
    }
    return text
  }

  private func add(_ place: UnsafePointer<UInt64>, _ address: UInt64, _ size: UInt64, _ mask: UInt32) -> Int32 {
    guard chunks.count < Self.limit else {
      hasTooMany = true
      return -1
    }
    chunks.append(
      Chunk(
        place: Array(UnsafeBufferPointer(start: place, count: rank)), address: address, size: size, mask: mask))
    return 0
  }

  private func chunk(_ index: UInt64) -> Chunk? {
    var place = [UInt64](repeating: 0, count: max(1, rank)), mask: UInt32 = 0, address: UInt64 = 0, size: UInt64 = 0
    guard calls.chunkInfo(dataset, space, index, &place, &mask, &address, &size) >= 0 else { return nil }
    return Chunk(place: Array(place.prefix(rank)), address: address, size: size, mask: mask)
  }

  /// Reads what the library prints of its index: `0x00000000  16  3496 [0, 0]` for each chunk, of which the last number
  /// in brackets is of no axis.
  private func readPrinted(count: Int) -> Bool {
    guard let printChunks = calls.printChunks, let file = tmpfile() else { return false }
    defer { fclose(file) }
    fflush(nil)
    let own = dup(1)
    guard own >= 0 else { return false }
    defer { close(own) }
    guard dup2(fileno(file), 1) >= 0 else { return false }
    let result = printChunks(dataset)
    fflush(nil)
    dup2(own, 1)
    guard result >= 0 else { return false }
    rewind(file)
    var line = [CChar](repeating: 0, count: 1024)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let parts = text.split { " ,[]\n".contains($0) }
      guard parts.first?.hasPrefix("0x") == true else { continue }
      let numbers = parts.dropFirst().compactMap { UInt64($0) }
      guard let mask = UInt32(parts[0].dropFirst(2), radix: 16), parts.count == rank + 4, numbers.count == rank + 3
      else {
        return false
      }
      chunks.append(Chunk(place: Array(numbers[2..<2 + rank]), address: numbers[1], size: numbers[0], mask: mask))
    }
    return chunks.count == count && (0..<8).allSatisfy { chunk(UInt64($0)) == chunks[$0] }
  }

  /// Addresses count from the file's first byte or from behind its user block, as the version has it: the first chunk
  /// tells.
  private func settleUserBlock() -> Bool {
    guard userBlock > 0, let first = chunks.first else { return true }
    problem = "its file has a user block of \(userBlock) bytes, behind which its chunks are not found"
    guard first.size <= 1 << 28, first.address <= 1 << 60, userBlock <= 1 << 60 else { return false }
    let count = Int(first.size)
    var stored = [UInt8](repeating: 0, count: count), mask: UInt32 = 0
    guard calls.readChunk(dataset, 0, first.place, &mask, &stored) >= 0 else { return false }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    func isThere(_ address: UInt64) -> Bool {
      var bytes = [UInt8](repeating: 0, count: count)
      return pread(file, &bytes, count, Int(address)) == count && bytes == stored
    }
    switch (isThere(first.address), isThere(first.address + userBlock)) {
    case (true, false): break
    case (false, true): for index in chunks.indices { chunks[index].address &+= userBlock }
    default: return false
    }
    problem = nil
    return true
  }
}
