internal import COpenMPI

/// A call into MPI that did not succeed: which routine, on which rank, and what MPI says about it.
package struct MPIError: Error, Sendable, Hashable {
  /// The C function that failed.
  package var routine: String
  /// The code it returned, specific to the MPI library.
  package var code: Int32
  /// The standard class of the code.
  package var errorClass: ErrorClass
  /// MPI's own text for the code.
  package var text: String
  /// The rank in the communicator used, where there was one.
  package var rank: Int?

  /// An error class of the MPI standard; a struct over the number, so that a class unknown here survives.
  package struct ErrorClass: RawRepresentable, Sendable, Hashable {
    package var rawValue: Int32

    package init(rawValue: Int32) {
      self.rawValue = rawValue
    }

    /// Invalid count argument.
    ///
    /// The corresponding C constant is `MPI_ERR_COUNT`.
    package static var count: Self { Self(rawValue: MPI_ERR_COUNT) }
    /// Invalid tag argument.
    ///
    /// The corresponding C constant is `MPI_ERR_TAG`.
    package static var tag: Self { Self(rawValue: MPI_ERR_TAG) }
    /// Invalid communicator.
    ///
    /// The corresponding C constant is `MPI_ERR_COMM`.
    package static var communicator: Self { Self(rawValue: MPI_ERR_COMM) }
    /// Invalid rank.
    ///
    /// The corresponding C constant is `MPI_ERR_RANK`.
    package static var rank: Self { Self(rawValue: MPI_ERR_RANK) }
    /// Invalid root.
    ///
    /// The corresponding C constant is `MPI_ERR_ROOT`.
    package static var root: Self { Self(rawValue: MPI_ERR_ROOT) }
    /// The message is longer than the buffer.
    ///
    /// The corresponding C constant is `MPI_ERR_TRUNCATE`.
    package static var truncate: Self { Self(rawValue: MPI_ERR_TRUNCATE) }
    /// No memory left.
    ///
    /// The corresponding C constant is `MPI_ERR_NO_MEM`.
    package static var noMemory: Self { Self(rawValue: MPI_ERR_NO_MEM) }
    /// A known error without a class of its own.
    ///
    /// The corresponding C constant is `MPI_ERR_OTHER`.
    package static var other: Self { Self(rawValue: MPI_ERR_OTHER) }
  }
}

extension MPIError: CustomStringConvertible {
  package var description: String {
    let place = rank.map { " on rank \($0)" } ?? ""
    return "\(routine) failed\(place): \(text) (MPI error class \(errorClass.rawValue))"
  }
}

/// Runs one MPI call and turns any code but `MPI_SUCCESS` into an ``MPIError``.
///
/// Every MPI call of the project goes through here.
///
/// - Parameters:
///   - routine: the name of the C function.
///   - rank: this process's rank in the communicator used, if any.
///   - call: the call; returns its code.
/// - Throws: the code's ``MPIError``.
@inline(__always)
func check(_ routine: StaticString, rank: Int? = nil, _ call: () -> Int32) throws(MPIError) {
  let code = call()
  guard code == MPI_SUCCESS else { throw failure(routine, code: code, rank: rank) }
}

/// Asks MPI for the class and the text of a code.
private func failure(_ routine: StaticString, code: Int32, rank: Int?) -> MPIError {
  var errorClass = MPI_ERR_UNKNOWN
  var length: Int32 = 0
  var text = [CChar](repeating: 0, count: Int(cmpi_max_error_string()) + 1)
  // Were these two to fail there would be nobody left to ask: the class stays unknown and the text empty.
  _ = MPI_Error_class(code, &errorClass)
  _ = MPI_Error_string(code, &text, &length)
  return MPIError(
    routine: "\(routine)", code: code, errorClass: .init(rawValue: errorClass),
    text: string(text, length: length), rank: rank)
}

/// The text MPI wrote into a buffer.
func string(_ buffer: [CChar], length: Int32) -> String {
  String(decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A count as MPI takes it.
///
/// - Throws: ``MPIError`` of class ``MPIError/ErrorClass/count`` when it does not fit into 32 bits.
func count32(_ count: Int, _ routine: StaticString, rank: Int) throws(MPIError) -> Int32 {
  guard let exact = Int32(exactly: count) else {
    throw MPIError(
      routine: "\(routine)", code: MPI_ERR_COUNT, errorClass: .count,
      text: "a count of \(count) elements does not fit into 32 bits", rank: rank)
  }
  return exact
}
