/// Puts values one behind the other, for ``PortableReader`` to take them apart.
package struct PortableWriter {
  private(set) var bytes: [UInt8] = []

  /// Appends a value.
  package mutating func write(_ value: some Portable) { value.write(to: &self) }

  /// Appends bytes as they are.
  mutating func append(_ raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }
}
