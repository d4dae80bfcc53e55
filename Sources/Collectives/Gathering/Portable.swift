/// A value that can travel between ranks, by ``Cluster/gather(_:)`` and ``Cluster/broadcast(_:from:)``.
///
/// Its encoding is that of its members, one behind the other, without names: numbers as they lie in memory,
/// little-endian on every machine that ptrain runs on, `Int` in 8 bytes; `Bool` in a byte, 0 or 1; an optional as a
/// `Bool` and, where it is true, the value; strings, as UTF-8, and arrays behind the number of their bytes or elements.
/// Every value takes a byte at least, so that no count promises more elements than there are bytes.
///
/// A struct conforms by writing its members and reading them in the same order. What is read is checked: a value that
/// does not know what to make of its bytes throws ``PortableReader/failure(_:)``, and nothing traps.
package protocol Portable {
  /// Appends the value.
  func write(to writer: inout PortableWriter)
  /// Takes the next value.
  ///
  /// - Throws: ``ClusterError/unreadable(from:value:problem:)``.
  init(from reader: inout PortableReader) throws

  /// Appends the elements of an array; there for those that go faster all at once.
  static func write(_ elements: [Self], to writer: inout PortableWriter)
  /// Takes the elements of an array; there for those that go faster all at once.
  static func read(count: Int, from reader: inout PortableReader) throws -> [Self]
}

extension Portable {
  package static func write(_ elements: [Self], to writer: inout PortableWriter) {
    for element in elements { element.write(to: &writer) }
  }

  package static func read(count: Int, from reader: inout PortableReader) throws -> [Self] {
    var elements: [Self] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try Self(from: &reader)) }
    return elements
  }
}
