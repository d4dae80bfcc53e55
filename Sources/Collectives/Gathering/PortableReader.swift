/// Takes values from the bytes of another rank, and believes none of them.
package struct PortableReader {
  private let bytes: [UInt8]
  private var place = 0
  private let sender: Int
  private let value: String

  /// - Parameters:
  ///   - sender: the rank that the bytes are from.
  ///   - value: the type that they are to hold.
  init(_ bytes: [UInt8], from sender: Int, value: String) {
    self.bytes = bytes
    self.sender = sender
    self.value = value
  }

  /// Bytes that are left.
  var count: Int { bytes.count - place }

  /// Takes a value of the type that is asked for.
  package mutating func read<Value: Portable>(_ type: Value.Type = Value.self) throws -> Value {
    try Value(from: &self)
  }

  /// Takes the number of bytes or elements that follow; each of them takes a byte at least.
  mutating func readCount() throws -> Int {
    let stated = try read(UInt64.self)
    guard stated <= UInt64(count) else {
      throw failure("\(stated) elements are announced where \(count) bytes are left")
    }
    return Int(stated)
  }

  /// Takes elements of which every pattern of bits is one, as they lie in memory.
  mutating func readElements<Element: BitwiseCopyable>(count: Int) throws -> [Element] {
    let size = MemoryLayout<Element>.size
    guard count >= 0, count <= self.count / size else {
      throw failure("\(self.count) bytes are left where \(count) elements of \(size) bytes are announced")
    }
    defer { place += count * size }
    return bytes.withUnsafeBytes { raw in
      [Element](unsafeUninitializedCapacity: count) { elements, initialized in
        UnsafeMutableRawBufferPointer(elements).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: raw[place..<place + count * size]))
        initialized = count
      }
    }
  }

  /// Takes one element of which every pattern of bits is one.
  mutating func readElement<Element: BitwiseCopyable>(_ type: Element.Type = Element.self) throws -> Element {
    let size = MemoryLayout<Element>.size
    guard size <= count else { throw failure("\(count) bytes are left where \(size) are to be") }
    defer { place += size }
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Element.self) }
  }

  /// Takes UTF-8.
  mutating func readText(byteCount: Int) throws -> String {
    let units: [UInt8] = try readElements(count: byteCount)
    guard let text = String(validating: units, as: UTF8.self) else { throw failure("a text is not UTF-8") }
    return text
  }

  /// Refuses bytes that nobody has asked for.
  func requireEnd() throws {
    guard count == 0 else { throw failure("\(count) bytes are left at its end") }
  }

  /// What to throw where the bytes are no such value.
  ///
  /// - Parameter problem: what is wrong with them, as the end of a sentence.
  package func failure(_ problem: String) -> ClusterError {
    .unreadable(from: sender, value: value, problem: problem)
  }
}
