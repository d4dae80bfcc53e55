/// The bytes of one value on their way: a mark of its type, then the value.
///
/// Ranks that have gone different ways, one with a host's name and one with a time, find out by the mark, before they
/// take the one for the other.
package enum PortableMessage {
  /// What is sent of a value.
  package static func seal<Value: Portable>(_ value: Value) -> [UInt8] {
    var writer = PortableWriter()
    writer.write(mark(of: "\(Value.self)"))
    writer.write(value)
    return writer.bytes
  }

  /// The value that a rank has sent.
  ///
  /// - Throws: ``ClusterError/unreadable(from:value:problem:)``.
  package static func open<Value: Portable>(_ bytes: [UInt8], from sender: Int) throws -> Value {
    let name = "\(Value.self)"
    var reader = PortableReader(bytes, from: sender, value: name)
    guard try reader.read(UInt64.self) == mark(of: name) else { throw reader.failure("it holds another type") }
    let value: Value = try reader.read()
    try reader.requireEnd()
    return value
  }

  /// The values of all ranks, in their order; each one's bytes are given back as soon as it is read.
  static func open<Value: Portable>(all messages: consuming [[UInt8]]) throws -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(messages.count)
    for sender in messages.indices {
      values.append(try open(messages[sender], from: sender))
      messages[sender] = []
    }
    return values
  }

  /// FNV-1a of a type's name.
  private static func mark(of name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}
