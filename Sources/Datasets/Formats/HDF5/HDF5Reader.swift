internal import Kernels
internal import Platform

/// Reads data sets on all threads: each worker takes the next piece or chunk, brings it back through its filters, and
/// puts its elements where they belong.
///
/// What is read does not depend on which worker takes what.
struct HDF5Reader {
  let context: DataContext
  private let threads: ReadingThreads

  init(_ context: DataContext) {
    self.context = context
    threads = context.readingThreads
  }

  /// Threads at work.
  var workers: Int { threads.count }

  /// Bytes of contiguous data that a worker takes at a time.
  private static let piece = 1 << 22
  /// Bytes that are made between two signs of progress: workers wait for each other at its end. Those of all together
  /// are few enough for a slow file system, so that others do not take this rank for silent.
  private var batch: Int { max(Self.piece, min(1 << 26, (1 << 30) / workers)) }

  /// The elements of a column, row by row.
  ///
  /// - Throws: ``DataError`` for the first piece that cannot be read.
  func read(_ column: HDF5Column) throws(DataError) -> FileBytes {
    let byteCount = column.rows * column.rowBytes, first = column.parts[0]
    let output = try FileBytes(capacity: byteCount, file: first.file.name)
    guard let base = output.room.baseAddress else { return output }
    for part in column.parts {
      let place = base + part.firstRow * column.rowBytes
      switch part.dataset.storage {
      case .compact(let bytes): try copy(bytes, part, to: place)
      case .contiguous(let address): try copy(address, part, to: place)
      case .chunked(let chunks): try copy(chunks, part, to: place)
      }
    }
    output.add(byteCount)
    return output
  }

  private func copy(_ bytes: [UInt8], _ part: HDF5Column.Part, to output: UnsafeMutableRawPointer) throws(DataError) {
    let isDone = bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map { part.conversion.convert($0, count: part.dataset.count, to: output) } ?? true
    }
    guard isDone else { throw failure(.tooGreat, part, from: 0) }
  }

  // MARK: - Contiguous

  private func copy(_ address: Int, _ part: HDF5Column.Part, to output: UnsafeMutableRawPointer) throws(DataError) {
    let size = part.dataset.element.byteCount, conversion = part.conversion, count = part.dataset.count
    let step = max(1, Self.piece / size), pieces = (count - 1) / step + 1
    let scratch = conversion.isCopy ? [] : try memory(min(step, count) * size, part.file.name, for: workers)
    try inBatches(of: workers * max(1, batch / Self.piece), pieces, part) { piece, worker in
      let first = piece * step, own = min(step, count - first), place = output + first * conversion.resultBytes
      let input = conversion.isCopy ? place : scratch[worker].base
      guard part.file.read(own * size, at: address + first * size, into: input) else { return .shortened }
      if conversion.isCopy || conversion.convert(input, count: own, to: place) { return nil }
      return .tooGreat
    } firstElement: {
      $0 * step
    }
  }

  // MARK: - Chunks

  private func copy(_ chunks: HDF5Chunks, _ part: HDF5Column.Part, to output: UnsafeMutableRawPointer) throws(DataError)
  {
    let dataset = part.dataset, conversion = part.conversion
    let room = chunks.pipeline.room(longest: chunks.longest)
    // Workers are as many as the node has cores, and chunks may be large.
    let atOnce = max(1, min(workers, MachineMemory.ofProcess / 4 / max(1, 2 * room)))
    let scratch = try memory(2 * room, part.file.name, for: atOnce)
    let each = atOnce < workers ? 1 : max(1, batch / chunks.byteCount)
    let stored = chunks.stored, copier = HDF5BoxCopy(dataset.shape, chunks.shape, conversion)
    if stored.count < chunks.count { try fill(chunks, part, copier, to: output) }
    try inBatches(of: atOnce * each, stored.count, part) { number, worker in
      let chunk = stored[number], own = scratch[worker].base
      guard part.file.read(chunk.byteCount, at: chunk.address, into: own) else { return .shortened }
      do throws(HDF5Pipeline.Damage) {
        let bytes = try chunks.pipeline.undo(chunk.byteCount, mask: chunk.mask, own, spare: own + room)
        return copier.copy(bytes, at: chunks.place(of: chunk.index), to: output) ? nil : .tooGreat
      } catch { return .damaged(error.reason) }
    } firstElement: { number in
      // The first of a chunk that has any element too great: near enough to find it.
      chunks.place(of: stored[number].index)[0] * dataset.width
    }
  }

  /// Fills what lies in chunks that were never written.
  private func fill(
    _ chunks: HDF5Chunks, _ part: HDF5Column.Part, _ copier: HDF5BoxCopy, to output: UnsafeMutableRawPointer
  ) throws(DataError) {
    let conversion = part.conversion
    var element = [UInt8](repeating: 0, count: conversion.resultBytes)
    let isDone = element.withUnsafeMutableBytes { element in
      guard let to = element.baseAddress else { return true }
      return part.dataset.fill.withUnsafeBytes { fill in
        fill.baseAddress.map { conversion.convert($0, count: 1, to: to) } ?? true
      }
    }
    guard isDone else { throw failure(.tooGreat, part, from: 0) }
    // Pages that nothing was written to are zeros.
    guard element.contains(where: { $0 != 0 }) else { return }
    var pace = Pace(context.progress), next = 0
    for index in 0..<chunks.count {
      if next < chunks.stored.count, chunks.stored[next].index == index {
        next += 1
      } else {
        copier.fill(element, at: chunks.place(of: index), to: output)
        pace.add(chunks.byteCount / part.dataset.element.byteCount)
      }
    }
  }

  // MARK: - Workers

  private enum Fault {
    /// The file ends earlier than it did.
    case shortened
    case tooGreat
    case damaged(String)
  }

  /// Memory for each worker.
  private func memory(_ byteCount: Int, _ file: String, for workers: Int) throws(DataError) -> [(
    bytes: FileBytes, base: UnsafeMutableRawPointer
  )] {
    var memory: [(bytes: FileBytes, base: UnsafeMutableRawPointer)] = []
    for _ in 0..<workers {
      let bytes = try FileBytes(capacity: byteCount, file: file)
      guard let base = bytes.room.baseAddress else { break }
      memory.append((bytes, base))
    }
    return memory
  }

  /// Calls a body for all items, each batch of them on all workers, and throws the fault of the first item that has
  /// one.
  ///
  /// - Parameter size: items of a batch: no more workers are at work at the same time.
  private func inBatches(
    of size: Int, _ count: Int, _ part: HDF5Column.Part, _ body: (_ item: Int, _ worker: Int) -> Fault?,
    firstElement: (_ item: Int) -> Int
  ) throws(DataError) {
    var start = 0
    while start < count {
      let own = min(size, count - start)
      var faults = [(item: Int, fault: Fault)?](repeating: nil, count: workers)
      faults.withUnsafeMutableBufferPointer { faults in
        threads.forEach(own) { item, worker in
          // Items come in ascending order, so that a worker's first fault is the one of its lowest item.
          guard faults[worker] == nil, let fault = body(start + item, worker) else { return }
          faults[worker] = (start + item, fault)
        }
      }
      if let first = faults.compactMap({ $0 }).min(by: { $0.item < $1.item }) {
        throw failure(first.fault, part, from: firstElement(first.item))
      }
      context.progress()
      start += own
    }
  }

  private func failure(_ fault: Fault, _ part: HDF5Column.Part, from element: Int) -> DataError {
    let name = part.dataset.name
    switch fault {
    case .damaged(let reason): return .hdf5(file: part.file.name, .damaged(name, reason: reason))
    case .tooGreat: return .hdf5(file: part.file.name, .tooGreat(name, row: element / max(1, part.dataset.width)))
    case .shortened:
      do throws(DataError) { try part.file.requireUnchanged(context.use) } catch { return error }
      return .hdf5(file: part.file.name, .damaged(name, reason: "a part of the file cannot be read"))
    }
  }
}
