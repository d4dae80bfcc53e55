import Testing

@testable import Collectives

/// Values as bytes: what goes in comes out, and bytes that are no value are an error.
@Suite struct PortableTests {
  /// A struct as rooms above make them.
  struct Sample: Portable, Equatable {
    var name: String
    var numbers: [Double]
    var limit: Int?
    var parts: [Range<Int>]
    var isLast: Bool

    init(_ generator: inout SystemRandomNumberGenerator) {
      func number() -> Int { Int.random(in: 0...5, using: &generator) }
      name = String((0..<number()).map { _ in "aé漢🙂\0\"".randomElement(using: &generator) ?? "-" })
      numbers = (0..<number()).map { _ in [0, -0.0, 1.5, .infinity, .leastNonzeroMagnitude][number() % 5] }
      limit = number() == 0 ? nil : Int(bitPattern: UInt(generator.next()))
      parts = (0..<number()).map { $0..<$0 + number() }
      isLast = Bool.random(using: &generator)
    }

    init(from reader: inout PortableReader) throws {
      (name, numbers, limit) = (try reader.read(), try reader.read(), try reader.read())
      (parts, isLast) = (try reader.read(), try reader.read())
    }

    func write(to writer: inout PortableWriter) {
      writer.write(name)
      writer.write(numbers)
      writer.write(limit)
      writer.write(parts)
      writer.write(isLast)
    }
  }

  private static func returns<Value: Portable & Equatable>(_ value: Value) throws -> Bool {
    try PortableMessage.open(PortableMessage.seal(value), from: 0) == value
  }

  private static func refusal<Value: Portable>(_ type: Value.Type, _ bytes: [UInt8]) -> ClusterError? {
    do { let _: Value = try PortableMessage.open(bytes, from: 3) } catch { return error as? ClusterError }
    return nil
  }

  @Test("every value comes back as it was")
  func roundTrip() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      let sample = Sample(&generator), bits = generator.next()
      let isSame = [
        try Self.returns(sample), try Self.returns([sample, sample]), try Self.returns([[sample.name], []]),
        try Self.returns(Optional(sample.numbers)), try Self.returns(bits),
        try Self.returns(Int(bitPattern: UInt(bits))),
        try Self.returns(Int32(truncatingIfNeeded: bits)), try Self.returns(UInt8(truncatingIfNeeded: bits)),
        try Self.returns(sample.limit), try Self.returns([sample.limit, nil]), try Self.returns(sample.isLast),
      ]
      #expect(!isSame.contains(false), "\(sample)")
      // No bit is lost, of NaN either.
      let number: Double = try PortableMessage.open(PortableMessage.seal(Double(bitPattern: bits)), from: 0)
      let floats: [Float] = try PortableMessage.open(
        PortableMessage.seal([Float(bitPattern: UInt32(truncatingIfNeeded: bits)), -0.0]), from: 0)
      #expect(number.bitPattern == bits)
      #expect(floats.map(\.bitPattern) == [UInt32(truncatingIfNeeded: bits), 0x8000_0000])
    }
  }

  @Test("a message that is cut off or goes on is an error of its sender, wherever that is")
  func torn() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      let bytes = PortableMessage.seal(Sample(&generator))
      for length in bytes.indices {
        guard case .unreadable(from: 3, value: "Sample", _)? = Self.refusal(Sample.self, Array(bytes[..<length])) else {
          Issue.record("\(length) of \(bytes.count) bytes were taken for all: \(bytes)")
          return
        }
      }
      #expect(Self.refusal(Sample.self, bytes + [0]) != nil)
    }
    #expect(
      Self.refusal(Int.self, PortableMessage.seal(1) + [0, 0])?.description
        == "rank 3 sent what cannot be read (Int: 2 bytes are left at its end); all ranks must run the same build of ptrain with the same "
        + "config")
  }

  @Test("forged bytes are refused or are another value, and never the end of the process")
  func forged() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<3000 {
      var bytes = PortableMessage.seal([Sample(&generator), Sample(&generator)])
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        // Behind the mark of the type, which would refuse all of it.
        let place = Int.random(in: 8..<bytes.count, using: &generator)
        bytes[place] =
          [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)].randomElement(
            using: &generator) ?? 0
      }
      do { let _: [Sample] = try PortableMessage.open(bytes, from: 3) } catch { #expect(error is ClusterError) }
    }
  }

  @Test(
    "a count that promises more than there is reserves nothing",
    arguments: [UInt64.max, 1 << 63, UInt64(Int.max), 1 << 61, 1 << 32, 3])
  func counts(count: UInt64) {
    func forged<Value: Portable>(_ type: Value.Type, _ rest: [UInt8] = [1, 2]) -> Bool {
      var writer = PortableWriter()
      writer.write(count)
      let mark = Array(PortableMessage.seal([Value]()).prefix(8))
      return Self.refusal([Value].self, mark + writer.bytes + rest) != nil
    }
    #expect(forged(UInt8.self) && forged(Double.self) && forged(String.self) && forged(Bool.self) && forged([Int].self))
    // As many bytes as elements are promised, which are longer.
    if count < 10 { #expect(forged(Double.self, Array(repeating: 0, count: Int(count)))) }
    var writer = PortableWriter()
    writer.write(count)
    #expect(Self.refusal(String.self, Array(PortableMessage.seal("").prefix(8)) + writer.bytes + [65, 66]) != nil)
  }

  @Test("bytes that are none of a type's values are refused")
  func values() {
    let bool = Array(PortableMessage.seal(false).dropLast()), text = Array(PortableMessage.seal("é").dropLast())
    #expect(Self.refusal(Bool.self, bool + [2]) != nil && Self.refusal(Bool.self, bool + [1]) == nil)
    #expect(Self.refusal(String.self, text + [0x41]) != nil)
    var writer = PortableWriter()
    writer.write(2)
    writer.write(1)
    #expect(Self.refusal(Range<Int>.self, Array(PortableMessage.seal(0..<1).prefix(8)) + writer.bytes) != nil)
  }

  @Test("a value of another type is refused, which its bytes alone would not tell")
  func types() throws {
    let sent = PortableMessage.seal(1.5)
    #expect(Self.refusal(Int.self, sent) != nil && Self.refusal(Double.self, sent) == nil)
    #expect(Self.refusal([Double].self, PortableMessage.seal([1, 2])) != nil)
    #expect(Self.refusal(Int?.self, PortableMessage.seal(Bool?.none)) != nil)
    // The control: without the mark, eight bytes are as good a whole number.
    var reader = PortableReader(Array(sent.dropFirst(8)), from: 0, value: "Int")
    #expect(try reader.read(Int.self) == Int(bitPattern: UInt(1.5.bitPattern)))
  }
}
