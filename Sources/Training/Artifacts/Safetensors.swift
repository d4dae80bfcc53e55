package import Collectives
package import Specs

/// A tensor with its name.
package struct NamedTensor: Sendable {
  package var name: String
  package var shape: [Int]
  package var values: [Float]

  package init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}

extension NamedTensor: Portable {
  package init(from reader: inout PortableReader) throws {
    self.init(name: try reader.read(), shape: try reader.read(), values: try reader.read())
  }

  package func write(to writer: inout PortableWriter) {
    writer.write(name)
    writer.write(shape)
    writer.write(values)
  }
}

/// The safetensors format: 8 bytes header length, a JSON header, then the tensors' bytes, little-endian.
///
/// See <https://github.com/huggingface/safetensors>.
package enum Safetensors {
  /// The bytes of a file with float32 tensors in the given order.
  package static func encode(_ tensors: [NamedTensor], metadata: [ConfigValue.Member]) -> [UInt8] {
    var bytes = header(tensors.map { ($0.name, $0.shape, $0.values.count) }, metadata: metadata)
    bytes.reserveCapacity(bytes.count + tensors.reduce(0) { $0 + $1.values.count * 4 })
    for tensor in tensors { tensor.values.withUnsafeBytes { bytes.append(contentsOf: $0) } }
    return bytes
  }

  /// How many bytes such a file has.
  static func size(_ tensors: [(name: String, shape: [Int], count: Int)], metadata: [ConfigValue.Member]) -> Int {
    header(tensors, metadata: metadata).count + tensors.reduce(0) { $0 + 4 * $1.count }
  }

  /// The bytes of a file before its tensors'.
  static func header(
    _ tensors: [(name: String, shape: [Int], count: Int)], metadata: [ConfigValue.Member]
  ) -> [UInt8] {
    var members = [ConfigValue.Member("__metadata__", .object(metadata))]
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.count * 4
      members.append(
        .init(
          tensor.name,
          .object([
            .init("dtype", .string("F32")), .init("shape", .array(tensor.shape.map(ConfigValue.integer))),
            .init("data_offsets", .array([.integer(offset), .integer(end)])),
          ])))
      offset = end
    }
    var header = Array(ConfigValue.object(members).compactText.utf8)
    header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
  }
}
