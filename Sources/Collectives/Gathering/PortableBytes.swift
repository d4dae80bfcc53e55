/// Values as bytes that stay somewhere, a file for one: as they travel between ranks, with the mark of their type.
package enum PortableBytes {
  /// The bytes of a value.
  package static func of<Value: Portable>(_ value: Value) -> [UInt8] { PortableMessage.seal(value) }

  /// The value that some bytes are, of which nothing is believed.
  ///
  /// - Throws: ``ClusterError/unreadable(from:value:problem:)``
  package static func value<Value: Portable>(_ bytes: [UInt8]) throws -> Value {
    try PortableMessage.open(bytes, from: 0)
  }
}
