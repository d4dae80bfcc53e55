import MPI

extension Checks {
  /// The typed wrapper, against results known in closed form.
  mutating func runWrapperCases(_ world: Communicator) {
    let (rank, size) = (world.rank, world.size)
    runErrorCases(world)
    run("allreduce of each type") {
      let pairs = size * (size + 1) / 2
      return try first(
        difference(world.allReduce(Float(rank + 1), .sum), Float(pairs)),
        difference(world.allReduce(Double(rank), .max), Double(size - 1)),
        difference(world.allReduce(Int64(-rank), .min), Int64(1 - size)),
        difference(world.allReduce(UInt8(rank + 1), .sum), UInt8(pairs)))
    }
    run("allreduce of an array") {
      var values = (0..<1000).map { Double($0 * (rank + 1)) }
      try values.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { try world.allReduce(base, count: buffer.count, .sum) }
      }
      return difference(values, (0..<1000).map { Double($0 * size * (size + 1) / 2) })
    }
    run("allgather and gather") {
      let own = Array(repeating: Int64(rank), count: rank)
      let all = (0..<size).map { Array(repeating: Int64($0), count: $0) }
      return try first(
        difference(world.allGather(Int64(rank * 3)), (0..<size).map { Int64($0 * 3) }),
        difference(world.allGather(varying: own), all),
        difference(world.gather(varying: own, to: size - 1), rank == size - 1 ? all : nil))
    }
    run("broadcast from each rank") {
      for root in 0..<size {
        var values = Array(repeating: Double(rank), count: 33)
        try values.withUnsafeMutableBufferPointer { try world.broadcast($0, from: root) }
        if let problem = difference(values, Array(repeating: Double(root), count: 33)) { return problem }
      }
      return nil
    }
    run("messages around the ring") {
      let sent: [Float] = [Float(rank), -1]
      var received: [Float] = [.nan, .nan]
      try received.withUnsafeMutableBufferPointer { received in
        let request = try world.startReceive(received, from: (rank + size - 1) % size, tag: 7)
        try sent.withUnsafeBufferPointer { try world.send($0, to: (rank + 1) % size, tag: 7) }
        try request.wait()
      }
      return difference(received, [Float((rank + size - 1) % size), -1])
    }
    run("splits") {
      let parity = try world.split(color: Int32(rank % 2), key: Int32(-rank))
      let none = try world.split(color: nil, key: 0)
      let copy = try world.duplicate()
      let node = try world.splitByNode()
      let members = (0..<size).filter { $0 % 2 == rank % 2 }
      let problem =
        difference(parity?.rank, members.reversed().firstIndex(of: rank)) ?? difference(parity?.size, members.count)
        ?? difference(none == nil, true) ?? difference([copy.rank, copy.size], [rank, size])
        ?? difference(node.size >= 1 && node.size <= size, true)
      try parity?.free()
      try copy.free()
      try node.free()
      return problem
    }
    run("barrier") {
      try world.barrier()
      return nil
    }
  }

  /// Errors come back as values, with their class, instead of ending the run.
  private mutating func runErrorCases(_ world: Communicator) {
    run("a negative count", throws: .count) {
      var value: Float = 0
      try world.broadcast(&value, count: -1, from: 0)
    }
    run("a rank beyond the last", throws: .rank) {
      try [UInt8(1)].withUnsafeBufferPointer { try world.send($0, to: world.size, tag: 1) }
    }
    // A rank's message to itself is no case: there Open MPI 4.1 writes beyond the buffer, sometimes without an error.
    guard world.size > 1 else { return }
    run("a message longer than its buffer", throws: .truncate) {
      let long = [UInt8](repeating: 1, count: 1024)
      var short = [UInt8](repeating: 0, count: 512)
      try short.withUnsafeMutableBufferPointer { short in
        let receive = try world.startReceive(short, from: (world.rank + world.size - 1) % world.size, tag: 2)
        try long.withUnsafeBufferPointer { try world.send($0, to: (world.rank + 1) % world.size, tag: 2) }
        try receive.wait()
      }
    }
  }
}
