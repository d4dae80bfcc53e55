internal import Foundation
package import Specs

/// A file that cannot be read as tensors.
package struct TensorFileError: ReportableError, Equatable {
  package var file: String
  package var problem: String
  package var exitCode: ExitCode { .data }
  package var sentence: String {
    "\(file.oneLine): \(problem.excerpt(1000)); give a model.safetensors that ptrain wrote"
  }
}

extension Safetensors {
  /// Reads tensors and metadata; every size is checked against the file before memory is taken.
  ///
  /// - Parameter file: the name for messages.
  /// - Throws: ``TensorFileError``.
  package static func decode(
    _ bytes: [UInt8], file: String
  ) throws(TensorFileError) -> (tensors: [NamedTensor], metadata: [ConfigValue.Member]) {
    let start = 8 + (try headerLength(Array(bytes.prefix(8)), fileSize: bytes.count, file: file))
    let (entries, metadata) = try layout(Array(bytes[8..<start]), dataCount: bytes.count - start, file: file)
    let tensors = entries.map { entry in
      let values = bytes.withUnsafeBytes { raw in
        stride(from: start + entry.range.lowerBound, to: start + entry.range.upperBound, by: 4).map {
          raw.loadUnaligned(fromByteOffset: $0, as: Float.self)
        }
      }
      return NamedTensor(name: entry.name, shape: entry.shape, values: values)
    }
    return (tensors, metadata)
  }

  /// The length of the header, which the file's first bytes tell.
  static func headerLength(_ bytes: [UInt8], fileSize: Int, file: String) throws(TensorFileError) -> Int {
    guard bytes.count == 8 else {
      throw TensorFileError(file: file, problem: "the file has \(fileSize) bytes, too few for a header")
    }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length <= UInt64(fileSize - 8), length < 100_000_000 else {
      throw TensorFileError(file: file, problem: "the header claims \(length) bytes, the file has \(fileSize)")
    }
    return Int(length)
  }

  /// What a header says of the data behind it, in the order of their bytes.
  ///
  /// - Parameter dataCount: the bytes that are there.
  static func layout(
    _ bytes: [UInt8], dataCount: Int, file: String
  ) throws(TensorFileError) -> (entries: [Entry], metadata: [ConfigValue.Member]) {
    func problem(_ text: String) -> TensorFileError { TensorFileError(file: file, problem: text) }
    let header: ConfigValue
    do {
      header = try ConfigValue.parse(Data(bytes), file: file)
    } catch {
      throw problem("the header is \(error.problem)")
    }
    guard case .object(let members) = header else { throw problem("the header is not an object") }
    var metadata: [ConfigValue.Member] = [], entries: [Entry] = []
    for member in members {
      if member.key == "__metadata__" {
        guard case .object(let pairs) = member.value else { throw problem("the metadata are not an object") }
        for pair in pairs {
          guard case .string = pair.value else { throw problem("the metadata's '\(pair.key.excerpt(60))' is not text") }
        }
        metadata = pairs
      } else {
        entries.append(try entry(member, dataCount: dataCount, problem: problem))
      }
    }
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    // As the format says: no byte of the data belongs to two tensors, or to none.
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw problem(
          "tensor '\(entry.name.excerpt(60))' begins at byte \(entry.range.lowerBound) of the data, expected \(end)")
      }
      end = entry.range.upperBound
    }
    guard end == dataCount else {
      throw problem("the tensors have \(end) bytes, the file has \(dataCount) bytes of data")
    }
    return (entries, metadata)
  }

  /// A tensor as the header describes it.
  struct Entry {
    var name: String
    var shape: [Int]
    /// Its bytes in the data.
    var range: Range<Int>
  }

  /// Reads one member of the header.
  private static func entry(
    _ member: ConfigValue.Member, dataCount: Int, problem: (String) -> TensorFileError
  ) throws(TensorFileError) -> Entry {
    let name = member.key.excerpt(60)
    guard member.value["dtype"] == .string("F32") else {
      throw problem("tensor '\(name)' has type \(member.value["dtype"]?.excerpt ?? "none"), expected F32")
    }
    guard case .array(let extents)? = member.value["shape"], case .array(let offsets)? = member.value["data_offsets"],
      offsets.count == 2, case .integer(let from) = offsets[0], case .integer(let to) = offsets[1], from >= 0,
      to >= from, to <= dataCount
    else { throw problem("tensor '\(name)' lies outside the file or has no shape") }
    var shape: [Int] = [], count = 1
    for extent in extents {
      guard case .integer(let value) = extent, value >= 0 else {
        throw problem("tensor '\(name)' has a shape that is not whole numbers")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: value)
      guard !overflow, product <= dataCount else {
        throw problem("tensor '\(name)' has more elements than the file has bytes")
      }
      shape.append(value)
      count = product
    }
    guard count * 4 == to - from else {
      throw problem("tensor '\(name)' has \(count) elements but \(to - from) bytes")
    }
    return Entry(name: member.key, shape: shape, range: from..<to)
  }
}
