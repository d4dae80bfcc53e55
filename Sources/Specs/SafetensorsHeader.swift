internal import Foundation

/// What a file of tensors says of itself before their bytes: JSON with names, types, shapes and places.
///
/// A file has 8 bytes with the header's length (little-endian), the header, then the data.
/// See <https://github.com/huggingface/safetensors>.
package struct SafetensorsHeader: Sendable {
  /// Why it cannot be used.
  package struct Damage: Error, Equatable {
    package var problem: String

    package init(problem: String) { self.problem = problem }
  }

  /// A tensor as the header describes it.
  package struct Tensor: Sendable, Equatable {
    package var name: String
    /// The type of its elements, `F32` and the like.
    package var type: String
    package var shape: [Int]
    /// Its bytes in the data.
    package var range: Range<Int>
  }

  /// In the order of their bytes.
  package let tensors: [Tensor]
  package let metadata: [ConfigValue.Member]

  /// Bytes of an element, of the types that have whole ones.
  package static let byteCounts = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2, "U32": 4,
    "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
  ]

  /// The length of the header, which the file's first bytes tell.
  ///
  /// - Parameters:
  ///   - bytes: the first 8.
  ///   - limit: the header has fewer bytes.
  package static func length(
    _ bytes: [UInt8], fileSize: Int, limit: Int = 100_000_000
  ) throws(Damage) -> Int {
    guard bytes.count == 8 else {
      throw Damage(problem: "the file has \(fileSize) bytes, too few for a header")
    }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length <= UInt64(fileSize - 8), length < UInt64(limit) else {
      throw Damage(
        problem: length <= UInt64(fileSize - 8)
          ? "the header has \(length) bytes, and less than \(limit) are read"
          : "the header claims \(length) bytes, the file has \(fileSize)")
    }
    return Int(length)
  }

  /// Reads a header; every tensor lies in the data, and every byte of the data is one of one tensor.
  ///
  /// - Parameters:
  ///   - dataCount: the bytes that are there.
  ///   - type: the only type that is let through; nil: any.
  package init(_ bytes: [UInt8], dataCount: Int, type: String? = nil) throws(Damage) {
    let header: ConfigValue
    do {
      header = try ConfigValue.parse(Data(bytes), file: "")
    } catch {
      throw Damage(problem: "the header is \(error.problem)")
    }
    guard case .object(let members) = header else { throw Damage(problem: "the header is not an object") }
    var metadata: [ConfigValue.Member] = [], tensors: [Tensor] = []
    for member in members {
      if member.key == "__metadata__" {
        guard case .object(let pairs) = member.value else { throw Damage(problem: "the metadata are not an object") }
        for pair in pairs {
          guard case .string = pair.value else {
            throw Damage(problem: "the metadata's '\(pair.key.excerpt(60))' is not text")
          }
        }
        metadata = pairs
      } else {
        tensors.append(try Self.tensor(member, dataCount: dataCount, type: type))
      }
    }
    tensors.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    // As the format says: no byte of the data belongs to two tensors, or to none.
    var end = 0
    for tensor in tensors {
      guard tensor.range.lowerBound == end else {
        throw Damage(
          problem:
            "tensor '\(tensor.name.excerpt(60))' begins at byte \(tensor.range.lowerBound) of the data, expected \(end)"
        )
      }
      end = tensor.range.upperBound
    }
    guard end == dataCount else {
      throw Damage(problem: "the tensors have \(end) bytes, the file has \(dataCount) bytes of data")
    }
    (self.tensors, self.metadata) = (tensors, metadata)
  }

  /// Reads one member of the header.
  private static func tensor(
    _ member: ConfigValue.Member, dataCount: Int, type only: String?
  ) throws(Damage) -> Tensor {
    let name = member.key.excerpt(60)
    guard case .string(let type)? = member.value["dtype"], only == nil || type == only else {
      let found = member.value["dtype"]?.excerpt ?? "none"
      throw Damage(problem: "tensor '\(name)' has type \(found), expected \(only ?? "text")")
    }
    guard case .array(let extents)? = member.value["shape"], case .array(let offsets)? = member.value["data_offsets"],
      offsets.count == 2, case .integer(let from) = offsets[0], case .integer(let to) = offsets[1], from >= 0,
      to >= from, to <= dataCount
    else { throw Damage(problem: "tensor '\(name)' lies outside the file or has no shape") }
    let byteCount = byteCounts[type]
    var shape: [Int] = [], count = 1
    for extent in extents {
      guard case .integer(let value) = extent, value >= 0 else {
        throw Damage(problem: "tensor '\(name)' has a shape that is not whole numbers")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: value)
      guard !overflow, product <= dataCount || byteCount == nil else {
        throw Damage(problem: "tensor '\(name)' has more elements than the file has bytes")
      }
      shape.append(value)
      count = product
    }
    if let byteCount, count.multipliedReportingOverflow(by: byteCount) != (to - from, false) {
      throw Damage(problem: "tensor '\(name)' has \(count) elements but \(to - from) bytes")
    }
    return Tensor(name: member.key, type: type, shape: shape, range: from..<to)
  }
}
