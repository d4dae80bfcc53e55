import CKernels
import Kernels
import Testing

/// Raw rows as float32 at every instruction-set level, against the definition in plain double.
@Suite struct RowGatherTests {
  private static let rows = 7

  /// Elements of a type, extremes first, as bytes.
  private static func elements(_ element: RawElement, count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count * element.byteCount)
    var state: UInt64 = 9
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 8
    }
    bytes.withUnsafeMutableBytes { buffer in
      for index in 0..<count {
        let place = index * element.byteCount
        switch element {
        case .float32:
          let special: [Float] = [0, -0.0, 1, -1, 3.0e38, -3.0e38, 1.2e-38, 16_777_215]
          buffer.storeBytes(
            of: index < special.count ? special[index] : Float(Int64(next() % 2_000_001) - 1_000_000) / 977,
            toByteOffset: place, as: Float.self)
        case .float64:
          let special: [Double] = [0, -0.0, 0.1, 1e300, -1e300, 1_700_000_000.25, 9_007_199_254_740_991, 1e-300]
          buffer.storeBytes(
            of: index < special.count ? special[index] : Double(Int64(next() % 2_000_001) - 1_000_000) / 977,
            toByteOffset: place, as: Double.self)
        default:
          for byte in 0..<element.byteCount { buffer[place + byte] = UInt8(truncatingIfNeeded: next()) }
        }
      }
    }
    return bytes
  }

  private static func expected(_ x: Double, asFloat: Float, _ affine: ck_affine, _ shift: Double, _ scale: Double)
    -> Float
  {
    switch affine {
    case CK_AS_IS: asFloat
    case CK_DIVIDED: Float((x - shift) / scale)
    default: Float((x - shift) * scale)
    }
  }

  private static func withPointers(
    _ bytes: [UInt8], _ shift: [Double], _ scale: [Double],
    _ body: (UnsafeRawPointer, UnsafePointer<Double>, UnsafePointer<Double>) -> Void
  ) {
    bytes.withUnsafeBytes { bytes in
      shift.withUnsafeBufferPointer { shift in
        scale.withUnsafeBufferPointer { scale in
          guard let base = bytes.baseAddress, let shift = shift.baseAddress, let scale = scale.baseAddress else {
            return
          }
          body(base, shift, scale)
        }
      }
    }
  }

  private static let types: [(element: RawElement, raw: ck_raw)] = [
    (.uint8, CK_UINT8), (.int8, CK_INT8), (.int16, CK_INT16), (.uint16, CK_UINT16), (.int32, CK_INT32),
    (.int64, CK_INT64), (.float32, CK_FLOAT32), (.float64, CK_FLOAT64),
  ]

  @Test("the definition at all levels, for every type, formula and width", arguments: RawElement.allCases)
  func levels(_ element: RawElement) throws {
    let raw = try #require(Self.types.first { $0.element == element }).raw
    for width in [1, 2, 7, 8, 15, 16, 17, 33, 100] {
      let bytes = Self.elements(element, count: Self.rows * width)
      let shift = (0..<width).map { Double($0) * 1.7 - 3 }, scale = (0..<width).map { 0.1 + Double($0 % 5) * 0.37 }
      let list: [UInt32] = [4, 0, 6, 2, 1], long = list.map(UInt64.init)
      for affine in [CK_AS_IS, CK_DIVIDED, CK_MULTIPLIED] {
        for level in InstructionSet.allCases where level <= .detected {
          for indexBytes in [0, 4, 8] {
            // Only some of the part's rows, not in order.
            let asked = [2, 0, 4], stride = width + 3
            var output = [Float](repeating: -7, count: asked.count * stride)
            Self.withPointers(bytes, shift, scale) { base, shift, scale in
              var segment = ck_segment(
                base: base, row_bytes: width * element.byteCount, raw: Int32(raw.rawValue),
                affine: Int32(affine.rawValue), count: width, is_code: 0, shift: shift, scale: scale)
              let gather = ck_table(Int32(level.rawValue)).pointee.gather_raw
              switch indexBytes {
              case 0: gather(&segment, asked, nil, 4, asked.count, &output, stride)
              case 4: gather(&segment, asked, list, 4, asked.count, &output, stride)
              default: gather(&segment, asked, long, 8, asked.count, &output, stride)
              }
            }
            for (place, part) in asked.enumerated() {
              let row = indexBytes == 0 ? part : Int(list[part])
              for column in 0..<width {
                let (x, float) = bytes.withUnsafeBytes { bytes in
                  let place = bytes.baseAddress! + (row * width + column) * element.byteCount
                  return (element.value(at: place), Self.float(element, at: place))
                }
                let wanted = Self.expected(x, asFloat: float, affine, shift[column], scale[column])
                let found = output[place * stride + column]
                #expect(
                  found.bitPattern == wanted.bitPattern, "\(level) \(affine) \(row) \(column): \(found), \(wanted)")
              }
              // What lies behind stays.
              #expect(output[(place * stride + width)..<(place + 1) * stride].allSatisfy { $0 == -7 })
            }
          }
        }
      }
    }
  }

  /// Whole numbers are rounded once.
  private static func float(_ element: RawElement, at place: UnsafeRawPointer) -> Float {
    element == .int64 ? Float(place.loadUnaligned(as: Int64.self)) : Float(element.value(at: place))
  }

  @Test("a code becomes one 1 among zeros", arguments: [RawElement.uint8, .uint16, .int32])
  func codes(_ element: RawElement) throws {
    let raw = try #require(Self.types.first { $0.element == element }).raw
    let codes = [3, 0, 4, 1]
    var bytes = [UInt8](repeating: 0, count: codes.count * element.byteCount)
    for (row, code) in codes.enumerated() { bytes[row * element.byteCount] = UInt8(code) }
    let shift = [Double](repeating: 0.5, count: 5), scale = [Double](repeating: 2, count: 5)
    for (affine, zero, one) in [(CK_AS_IS, 0, 1), (CK_DIVIDED, -0.25, 0.25), (CK_MULTIPLIED, -1, 1)]
      as [(ck_affine, Float, Float)]
    {
      for level in InstructionSet.allCases where level <= .detected {
        var output = [Float](repeating: .nan, count: 4 * 5)
        Self.withPointers(bytes, shift, scale) { base, shift, scale in
          var segment = ck_segment(
            base: base, row_bytes: element.byteCount, raw: Int32(raw.rawValue),
            affine: Int32(affine.rawValue), count: 5, is_code: 1, shift: shift, scale: scale)
          ck_table(Int32(level.rawValue)).pointee.gather_raw(&segment, [0, 1, 2, 3], nil, 4, 4, &output, 5)
        }
        for (row, code) in codes.enumerated() {
          #expect((0..<5).allSatisfy { output[row * 5 + $0] == ($0 == code ? one : zero) }, "\(level) \(row)")
        }
      }
    }
  }
}
