internal import Foundation
package import Specs

/// A file that cannot be read as tensors.
package struct TensorFileError: ReportableError, Equatable {
  package var file: String
  package var problem: String
  package var exitCode: ExitCode { .data }
  package var sentence: String { "\(file): \(problem); give a model.safetensors that ptrain wrote" }
}

extension Safetensors {
  /// Reads tensors and metadata; every size is checked against the file before memory is taken.
  ///
  /// - Parameter file: the name for messages.
  /// - Throws: ``TensorFileError``.
  package static func decode(
    _ bytes: [UInt8], file: String
  ) throws(TensorFileError) -> (tensors: [NamedTensor], metadata: [ConfigValue.Member]) {
    func problem(_ text: String) -> TensorFileError { TensorFileError(file: file, problem: text) }
    guard bytes.count >= 8 else { throw problem("the file has \(bytes.count) bytes, too few for a header") }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length <= UInt64(bytes.count - 8), length < 100_000_000 else {
      throw problem("the header claims \(length) bytes, the file has \(bytes.count)")
    }
    let start = 8 + Int(length)
    let header: ConfigValue
    do {
      header = try ConfigValue.parse(Data(bytes[8..<start]), file: file)
    } catch {
      throw problem("the header is \(error.problem)")
    }
    guard case .object(let members) = header else { throw problem("the header is not an object") }
    var metadata: [ConfigValue.Member] = [], tensors: [(offset: Int, tensor: NamedTensor)] = []
    for member in members {
      if member.key == "__metadata__" {
        guard case .object(let pairs) = member.value else { throw problem("the metadata are not an object") }
        metadata = pairs
        continue
      }
      guard member.value["dtype"] == .string("F32") else {
        throw problem("tensor '\(member.key)' has type \(member.value["dtype"]?.excerpt ?? "none"), expected F32")
      }
      guard case .array(let extents)? = member.value["shape"], case .array(let offsets)? = member.value["data_offsets"],
        offsets.count == 2, case .integer(let from) = offsets[0], case .integer(let to) = offsets[1], from >= 0,
        to >= from,
        to <= bytes.count - start
      else { throw problem("tensor '\(member.key)' lies outside the file or has no shape") }
      var shape: [Int] = [], count = 1
      for extent in extents {
        guard case .integer(let value) = extent, value >= 0 else {
          throw problem("tensor '\(member.key)' has a shape that is not whole numbers")
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: value)
        guard !overflow, product <= bytes.count else {
          throw problem("tensor '\(member.key)' has more elements than the file has bytes")
        }
        shape.append(value)
        count = product
      }
      guard count * 4 == to - from else {
        throw problem("tensor '\(member.key)' has \(count) elements but \(to - from) bytes")
      }
      let values = bytes.withUnsafeBytes { raw in
        (0..<count).map { raw.loadUnaligned(fromByteOffset: start + from + 4 * $0, as: Float.self) }
      }
      tensors.append((from, NamedTensor(name: member.key, shape: shape, values: values)))
    }
    return (tensors.sorted { $0.offset < $1.offset }.map(\.tensor), metadata)
  }
}
