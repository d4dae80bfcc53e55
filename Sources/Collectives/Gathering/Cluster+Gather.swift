extension Cluster {
  /// Returns every rank's value, in rank order, on every rank; collective.
  ///
  /// It allocates, and is not for steps: what ranks tell each other in a step travels in the exchange's trailers.
  ///
  /// - Throws: ``ClusterError/unreadable(from:value:problem:)`` where a rank sent what is no such value; an error of
  ///   the network.
  package func gather<Value: Portable>(_ value: consuming Value) throws -> [Value] {
    let bytes = PortableMessage.seal(value)
    // What travels holds it; kept, it would be in memory once more: 137 MB on each rank that predicted 36,000 × 2,000
    // outputs on two.
    _ = consume value
    return try PortableMessage.open(all: gatherBytes(bytes))
  }

  /// Returns every rank's two values, in one message of each rank; collective.
  ///
  /// - Throws: as the gather of one value.
  package func gather<First: Portable, Second: Portable>(
    _ first: First, _ second: Second
  ) throws -> [(First, Second)] {
    try gather(PortablePair(first: first, second: second)).map { ($0.first, $0.second) }
  }

  /// Returns root's value on every rank; collective.
  ///
  /// All ranks, root too, get what has travelled, so that none has a value that its encoding does not keep.
  ///
  /// - Parameters:
  ///   - value: root's; each rank states one, and those of the others are not looked at. It is no closure: a collective
  ///     call in it is made by all ranks.
  ///   - root: the rank that has it.
  /// - Throws: as ``gather(_:)``.
  package func broadcast<Value: Portable>(_ value: Value, from root: Int) throws -> Value {
    try PortableMessage.open(broadcastBytes(rank == root ? PortableMessage.seal(value) : [], from: root), from: root)
  }
}

/// Two values as one.
private struct PortablePair<First: Portable, Second: Portable>: Portable {
  var first: First
  var second: Second

  init(first: First, second: Second) { (self.first, self.second) = (first, second) }

  init(from reader: inout PortableReader) throws { (first, second) = (try reader.read(), try reader.read()) }

  func write(to writer: inout PortableWriter) {
    writer.write(first)
    writer.write(second)
  }
}
