internal import Kernels
internal import Specs

/// The type of a stored element.
struct HDF5Element: Equatable {
  enum Kind: Equatable {
    case integer(isSigned: Bool)
    case float
    /// Text of a fixed length, which zeros (or spaces) fill up.
    case text(endsWithSpaces: Bool)
  }

  var kind: Kind
  var byteCount: Int
  var isBigEndian: Bool

  var isText: Bool { if case .text = kind { true } else { false } }

  /// The type that holds all of its numbers; nil for text.
  var holder: RawElement? {
    switch (kind, byteCount) {
    case (.integer(true), 1): .int8
    case (.integer(false), 1): .uint8
    case (.integer(true), 2): .int16
    case (.integer(false), 2): .uint16
    case (.integer(true), 4): .int32
    case (.integer(false), 4), (.integer, 8): .int64
    case (.float, 2), (.float, 4): .float32
    case (.float, 8): .float64
    default: nil
    }
  }

  /// Its name, as NumPy has it.
  var words: String {
    switch kind {
    case .integer(let isSigned): "\(isSigned ? "" : "u")int\(8 * byteCount)"
    case .float: "float\(8 * byteCount)"
    case .text: "text"
    }
  }
}

/// What NetCDF's conventions say of a data set: stored numbers are packed, some of them stand for missing values.
struct HDF5Packing: Equatable {
  var scale = 1.0
  var offset = 0.0
  /// Stored numbers that stand for missing values.
  var missing: [Double] = []
  /// Bytes of scale or offset, 8 where one of them is a whole number; 0: there is neither.
  var byteCount = 0

  /// value = stored · scale + offset.
  var isScaled: Bool { byteCount > 0 }

  /// The type of the unpacked numbers.
  func holder(of element: HDF5Element) -> RawElement {
    // float32 holds all whole numbers of 16 bits, and not all of 32.
    let isNarrow = element.byteCount <= 2 || element.kind == .float && element.byteCount == 4
    if isScaled { return byteCount <= 4 && isNarrow ? .float32 : .float64 }
    return element.kind == .float ? element.holder ?? .float64 : element.byteCount <= 2 ? .float32 : .float64
  }
}

/// How stored elements become those of arrays.
struct HDF5Conversion {
  let stored: HDF5Element
  let packing: HDF5Packing?
  /// Of text: its bytes.
  let result: RawElement

  init(_ stored: HDF5Element, _ packing: HDF5Packing?) {
    self.stored = stored
    self.packing = stored.isText ? nil : packing
    result = self.packing?.holder(of: stored) ?? stored.holder ?? .uint8
  }

  /// Bytes that an element has in an array.
  var resultBytes: Int { stored.isText ? stored.byteCount : result.byteCount }

  /// Whether elements are used as they are stored.
  var isCopy: Bool {
    packing == nil && resultBytes == stored.byteCount && (!stored.isBigEndian || stored.byteCount == 1 || stored.isText)
      && !isUnsigned64
  }

  /// Whether whole numbers beyond 2⁵³ become doubles as they are.
  var mayRound: Bool {
    guard let packing, case .integer = stored.kind else { return false }
    return stored.byteCount == 8 && !packing.isScaled
  }

  private var isUnsigned64: Bool { stored.kind == .integer(isSigned: false) && stored.byteCount == 8 }

  /// Converts elements that need not be aligned.
  ///
  /// - Returns: whether all of them fit; of others those before are converted.
  func convert(_ from: UnsafeRawPointer, count: Int, to: UnsafeMutableRawPointer) -> Bool {
    if isCopy {
      to.copyMemory(from: from, byteCount: count * stored.byteCount)
      return true
    }
    if let packing { return unpack(from, count: count, to: to, packing) }
    switch (stored.kind, stored.byteCount) {
    case (.float, 2):
      each(from, count, UInt16.self) { index, bits in
        to.storeBytes(of: Self.float(half: bits), toByteOffset: 4 * index, as: Float.self)
      }
    case (.integer(false), 4):
      each(from, count, UInt32.self) { index, value in
        to.storeBytes(of: Int64(value), toByteOffset: 8 * index, as: Int64.self)
      }
    case (.integer(false), 8):
      var isGreat: UInt64 = 0
      each(from, count, UInt64.self) { index, value in
        isGreat |= value
        to.storeBytes(of: Int64(bitPattern: value), toByteOffset: 8 * index, as: Int64.self)
      }
      return isGreat >> 63 == 0
    case (_, 2): each(from, count, UInt16.self) { to.storeBytes(of: $1, toByteOffset: 2 * $0, as: UInt16.self) }
    case (_, 4): each(from, count, UInt32.self) { to.storeBytes(of: $1, toByteOffset: 4 * $0, as: UInt32.self) }
    default: each(from, count, UInt64.self) { to.storeBytes(of: $1, toByteOffset: 8 * $0, as: UInt64.self) }
    }
    return true
  }

  @inline(__always)
  private func each<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ from: UnsafeRawPointer, _ count: Int, _ bits: Bits.Type, _ body: (Int, Bits) -> Void
  ) {
    let size = MemoryLayout<Bits>.size
    if stored.isBigEndian {
      for index in 0..<count {
        body(index, from.loadUnaligned(fromByteOffset: index * size, as: Bits.self).byteSwapped)
      }
    } else {
      for index in 0..<count { body(index, from.loadUnaligned(fromByteOffset: index * size, as: Bits.self)) }
    }
  }

  private func unpack(
    _ from: UnsafeRawPointer, count: Int, to: UnsafeMutableRawPointer, _ packing: HDF5Packing
  ) -> Bool {
    for index in 0..<count {
      let own = number(from + index * stored.byteCount)
      // Of float32 the mark was rounded as the numbers were.
      let isMissing = packing.missing.contains { mark in
        own == mark || stored.kind == .float && stored.byteCount == 4 && Float(own) == Float(mark)
      }
      let value = isMissing ? .nan : packing.isScaled ? own * packing.scale + packing.offset : own
      if result == .float32 {
        to.storeBytes(of: Float(value), toByteOffset: 4 * index, as: Float.self)
      } else {
        to.storeBytes(of: value, toByteOffset: 8 * index, as: Double.self)
      }
    }
    return true
  }

  /// A stored number, rounded where it is a whole one beyond 2⁵³.
  private func number(_ place: UnsafeRawPointer) -> Double {
    func bits<Bits: FixedWidthInteger & BitwiseCopyable>(_ type: Bits.Type) -> Bits {
      let bits = place.loadUnaligned(as: type)
      return stored.isBigEndian ? bits.byteSwapped : bits
    }
    switch (stored.kind, stored.byteCount) {
    case (.integer(true), 1): return Double(bits(Int8.self))
    case (.integer(true), 2): return Double(bits(Int16.self))
    case (.integer(true), 4): return Double(bits(Int32.self))
    case (.integer(true), _): return Double(bits(Int64.self))
    case (.integer(false), 1): return Double(bits(UInt8.self))
    case (.integer(false), 2): return Double(bits(UInt16.self))
    case (.integer(false), 4): return Double(bits(UInt32.self))
    case (.integer(false), _): return Double(bits(UInt64.self))
    case (_, 2): return Double(Self.float(half: bits(UInt16.self)))
    case (_, 4): return Double(Float(bitPattern: bits(UInt32.self)))
    default: return Double(bitPattern: bits(UInt64.self))
    }
  }

  /// A number of binary16 of IEEE 754, exact.
  private static func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16, exponent = UInt32(bits >> 10 & 0x1f), mantissa = UInt32(bits & 0x3ff)
    switch exponent {
    case 0x1f: return Float(bitPattern: sign | 0x7f80_0000 | mantissa << 13)
    // Subnormal: mantissa · 2⁻²⁴.
    case 0: return Float(sign: sign == 0 ? .plus : .minus, exponent: -24, significand: Float(mantissa))
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | mantissa << 13)
    }
  }
}
