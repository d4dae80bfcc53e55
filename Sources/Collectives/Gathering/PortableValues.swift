/// A number of which every pattern of bits is one.
package protocol PortableNumber: Portable, BitwiseCopyable {}

extension PortableNumber {
  package func write(to writer: inout PortableWriter) { withUnsafeBytes(of: self) { writer.append($0) } }
  package init(from reader: inout PortableReader) throws { self = try reader.readElement() }

  package static func write(_ elements: [Self], to writer: inout PortableWriter) {
    elements.withUnsafeBytes { writer.append($0) }
  }
  package static func read(count: Int, from reader: inout PortableReader) throws -> [Self] {
    try reader.readElements(count: count)
  }
}

extension UInt8: PortableNumber {}
extension Int32: PortableNumber {}
extension Int: PortableNumber {}
extension UInt64: PortableNumber {}
extension Float: PortableNumber {}
extension Double: PortableNumber {}

extension Bool: Portable {
  package func write(to writer: inout PortableWriter) { writer.write(UInt8(self ? 1 : 0)) }

  package init(from reader: inout PortableReader) throws {
    switch try reader.read(UInt8.self) {
    case 0: self = false
    case 1: self = true
    case let byte: throw reader.failure("a Bool is 0 or 1, not \(byte)")
    }
  }
}

extension String: Portable {
  package func write(to writer: inout PortableWriter) {
    var text = self
    text.withUTF8 { units in
      writer.write(UInt64(units.count))
      writer.append(UnsafeRawBufferPointer(units))
    }
  }

  package init(from reader: inout PortableReader) throws {
    self = try reader.readText(byteCount: reader.readCount())
  }
}

extension Optional: Portable where Wrapped: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(self != nil)
    if let value = self { writer.write(value) }
  }

  package init(from reader: inout PortableReader) throws {
    self = try reader.read(Bool.self) ? .some(try reader.read()) : .none
  }
}

extension Array: Portable where Element: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(UInt64(count))
    Element.write(self, to: &writer)
  }

  package init(from reader: inout PortableReader) throws {
    self = try Element.read(count: reader.readCount(), from: &reader)
  }
}

extension Range: Portable where Bound: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(lowerBound)
    writer.write(upperBound)
  }

  package init(from reader: inout PortableReader) throws {
    let lower: Bound = try reader.read(), upper: Bound = try reader.read()
    guard lower <= upper else { throw reader.failure("a range ends before it begins") }
    self = lower..<upper
  }
}
