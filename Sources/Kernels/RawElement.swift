internal import CKernels

/// The type of numbers as a source holds them.
package enum RawElement: String, Sendable, CaseIterable {
  case uint8, int8, int16, uint16, int32, int64, float32, float64

  package var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .int16, .uint16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  package var isFloat: Bool { self == .float32 || self == .float64 }

  /// The smallest type that holds the codes `0 ..< count`.
  package static func codes(_ count: Int) -> RawElement {
    count <= 1 << 8 ? .uint8 : count <= 1 << 16 ? .uint16 : .int32
  }

  var code: ck_raw {
    switch self {
    case .uint8: CK_UINT8
    case .int8: CK_INT8
    case .int16: CK_INT16
    case .uint16: CK_UINT16
    case .int32: CK_INT32
    case .int64: CK_INT64
    case .float32: CK_FLOAT32
    case .float64: CK_FLOAT64
    }
  }
}

extension RawElement {
  /// A number of this type as double, rounded to the nearest where it is a whole one beyond 2⁵³.
  ///
  /// - Parameter place: aligned or not.
  package func value(at place: UnsafeRawPointer) -> Double {
    switch self {
    case .uint8: Double(place.loadUnaligned(as: UInt8.self))
    case .int8: Double(place.loadUnaligned(as: Int8.self))
    case .int16: Double(place.loadUnaligned(as: Int16.self))
    case .uint16: Double(place.loadUnaligned(as: UInt16.self))
    case .int32: Double(place.loadUnaligned(as: Int32.self))
    case .int64: Double(place.loadUnaligned(as: Int64.self))
    case .float32: Double(place.loadUnaligned(as: Float.self))
    case .float64: place.loadUnaligned(as: Double.self)
    }
  }

  /// A whole number of one of the types of ``codes(_:)``.
  package func code(at place: UnsafeRawPointer) -> Int {
    switch self {
    case .uint8: Int(place.loadUnaligned(as: UInt8.self))
    case .uint16: Int(place.loadUnaligned(as: UInt16.self))
    default: Int(place.loadUnaligned(as: Int32.self))
    }
  }
}
