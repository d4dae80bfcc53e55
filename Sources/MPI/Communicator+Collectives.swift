internal import COpenMPI

// All but `allReduce` start the non-blocking form and wait patiently: MPI's own blocking calls spin, which is ruinous
// when there are more ranks than cores. `allReduce` is the exception because the non-blocking one takes one and a half
// to four times as long between two ranks of a node: 6.7 µs instead of 1.7 µs for 4 KiB, 415 µs instead of 148 µs for 1
// MiB, 18 ms instead of 9 ms for 16 MiB (Open MPI 4.1.4). No observer is told of waits in it.

extension Communicator {
  /// Elements in one call; larger arrays take several.
  static let chunk = 1 << 30

  /// Returns when every rank has called it.
  ///
  /// The corresponding C function is `MPI_Ibarrier`.
  package func barrier() throws(MPIError) {
    try complete("MPI_Ibarrier") { MPI_Ibarrier(raw, $0) }
  }

  /// Copies root's buffer into everybody's.
  ///
  /// The corresponding C function is `MPI_Ibcast`.
  package func broadcast<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, from root: Int
  ) throws(MPIError) {
    guard let base = buffer.baseAddress else { return }
    try broadcast(base, count: buffer.count, from: root)
  }

  /// Copies `count` elements of root's memory into everybody's.
  ///
  /// The corresponding C function is `MPI_Ibcast`.
  package func broadcast<Scalar: MPIScalar>(
    _ base: UnsafeMutablePointer<Scalar>, count: Int, from root: Int
  ) throws(MPIError) {
    var start = 0
    repeat {
      let length = min(count - start, Self.chunk)
      let count = try count32(length, "MPI_Ibcast", rank: rank)
      try complete("MPI_Ibcast") {
        MPI_Ibcast(base + start, count, Scalar.datatype.raw, Int32(truncatingIfNeeded: root), raw, $0)
      }
      start += max(length, 0)
    } while start < count
  }

  /// Combines everybody's buffers element by element, in place; the order of a sum is the library's choice.
  ///
  /// The corresponding C function is `MPI_Allreduce`.
  package func allReduce<Scalar: MPIScalar>(
    _ base: UnsafeMutablePointer<Scalar>, count: Int, _ operation: ReduceOperation
  ) throws(MPIError) {
    var start = 0
    repeat {
      let length = min(count - start, Self.chunk)
      let count = try count32(length, "MPI_Allreduce", rank: rank)
      try check("MPI_Allreduce", rank: rank) {
        MPI_Allreduce(cmpi_in_place(), base + start, count, Scalar.datatype.raw, operation.raw, raw)
      }
      start += max(length, 0)
    } while start < count
  }

  /// Combines one number of every rank.
  ///
  /// The corresponding C function is `MPI_Allreduce`.
  package func allReduce<Scalar: MPIScalar>(
    _ value: Scalar, _ operation: ReduceOperation
  ) throws(MPIError) -> Scalar {
    var result = value
    try allReduce(&result, count: 1, operation)
    return result
  }

  /// Every rank's number, in rank order.
  ///
  /// The corresponding C function is `MPI_Iallgather`.
  package func allGather<Scalar: MPIScalar>(_ value: Scalar) throws(MPIError) -> [Scalar] {
    var result = [Scalar](repeating: value, count: size)
    try result.withUnsafeMutableBufferPointer { (result) throws(MPIError) in
      try allGather(result, countPerRank: 1)
    }
    return result
  }

  /// Every rank's part, in rank order, in place: each rank has put its own part where it belongs.
  ///
  /// The corresponding C function is `MPI_Iallgather`.
  package func allGather<Scalar: MPIScalar>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, countPerRank: Int
  ) throws(MPIError) {
    precondition(buffer.count == countPerRank * size, "the buffer holds one part per rank")
    let count = try count32(countPerRank, "MPI_Iallgather", rank: rank)
    let type = Scalar.datatype.raw
    try complete("MPI_Iallgather") {
      MPI_Iallgather(cmpi_in_place(), 0, type, buffer.baseAddress, count, type, raw, $0)
    }
  }

  /// Every rank's elements, as many as each likes, in rank order.
  ///
  /// The corresponding C function is `MPI_Iallgatherv`.
  ///
  /// - Throws: ``MPIError`` of class `count` when all together are more than 2^31 - 1 elements.
  package func allGather<Scalar: MPIScalar>(varying values: [Scalar]) throws(MPIError) -> [[Scalar]] {
    let layout = Layout(counts: try allGather(Int64(values.count)).map { Int($0) })
    _ = try count32(layout.total, "MPI_Iallgatherv", rank: rank)
    guard layout.total > 0 else { return layout.counts.map { _ in [] } }
    let all = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: layout.total)
    defer { all.deallocate() }
    let type = Scalar.datatype.raw
    let own = UnsafeMutableBufferPointer(rebasing: all[layout.range(of: rank)])
    _ = own.initialize(from: values)
    try layout.withArrays { (counts, starts) throws(MPIError) in
      try complete("MPI_Iallgatherv") {
        MPI_Iallgatherv(cmpi_in_place(), 0, type, all.baseAddress, counts, starts, type, raw, $0)
      }
    }
    return (0..<size).map { Array(all[layout.range(of: $0)]) }
  }

  /// Every rank's elements on `root`, in rank order; nil elsewhere.
  ///
  /// The corresponding C function is `MPI_Igatherv`.
  ///
  /// - Throws: ``MPIError`` of class `count` when all together are more than 2^31 - 1 elements.
  package func gather<Scalar: MPIScalar>(
    varying values: [Scalar], to root: Int
  ) throws(MPIError) -> [[Scalar]]? {
    let layout = Layout(counts: try allGather(Int64(values.count)).map { Int($0) })
    _ = try count32(layout.total, "MPI_Igatherv", rank: rank)
    let isRoot = rank == root
    let all = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: isRoot ? layout.total : 0)
    defer { all.deallocate() }
    let own = UnsafeMutableBufferPointer<Scalar>.allocate(capacity: values.count)
    defer { own.deallocate() }
    _ = own.initialize(from: values)
    let type = Scalar.datatype.raw
    try layout.withArrays { (counts, starts) throws(MPIError) in
      try complete("MPI_Igatherv") {
        MPI_Igatherv(
          own.baseAddress, counts[rank], type, all.baseAddress, counts, starts, type,
          Int32(truncatingIfNeeded: root), raw, $0)
      }
    }
    return isRoot ? (0..<size).map { Array(all[layout.range(of: $0)]) } : nil
  }

  /// Starts a non-blocking collective and waits for it.
  private func complete(
    _ routine: StaticString, _ start: (UnsafeMutablePointer<RequestSlot>) -> Int32
  ) throws(MPIError) {
    var request: RequestSlot = cmpi_request_null()
    try withUnsafeMutablePointer(to: &request) { (request) throws(MPIError) in
      try check(routine, rank: rank) { start(request) }
      try Patience.wait(observer) { () throws(MPIError) in
        var isDone: Int32 = 0
        try check(routine, rank: rank) { MPI_Test(request, &isDone, cmpi_status_ignore()) }
        return isDone != 0
      }
    }
  }
}

/// Where the parts of several ranks lie in one array.
private struct Layout {
  let counts: [Int]
  let starts: [Int]
  let total: Int

  init(counts: [Int]) {
    self.counts = counts
    var total = 0
    starts = counts.map { count in
      defer { total += count }
      return total
    }
    self.total = total
  }

  func range(of rank: Int) -> Range<Int> {
    starts[rank]..<starts[rank] + counts[rank]
  }

  /// Counts and starts as C reads them; both stay in place until `body` returns.
  ///
  /// The total has been checked to fit.
  func withArrays(
    _ body: (UnsafePointer<Int32>, UnsafePointer<Int32>) throws(MPIError) -> Void
  ) throws(MPIError) {
    let both = UnsafeMutablePointer<Int32>.allocate(capacity: 2 * counts.count)
    defer { both.deallocate() }
    for index in counts.indices {
      (both + index).initialize(to: Int32(counts[index]))
      (both + counts.count + index).initialize(to: Int32(starts[index]))
    }
    try body(both, both + counts.count)
  }
}
