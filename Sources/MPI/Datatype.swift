internal import COpenMPI

/// A type of number that MPI can move and add.
package protocol MPIScalar: BitwiseCopyable, Sendable {
  /// Its name for MPI.
  static var datatype: Datatype { get }
}

/// MPI's name of a type.
package struct Datatype {
  let raw: MPI_Datatype

  init(_ raw: MPI_Datatype) {
    self.raw = raw
  }
}

extension Float: MPIScalar {
  /// The corresponding C constant is `MPI_FLOAT`.
  package static var datatype: Datatype { Datatype(cmpi_float()) }
}

extension Double: MPIScalar {
  /// The corresponding C constant is `MPI_DOUBLE`.
  package static var datatype: Datatype { Datatype(cmpi_double()) }
}

extension Int64: MPIScalar {
  /// The corresponding C constant is `MPI_INT64_T`.
  package static var datatype: Datatype { Datatype(cmpi_int64()) }
}

extension UInt8: MPIScalar {
  /// The corresponding C constant is `MPI_UINT8_T`.
  package static var datatype: Datatype { Datatype(cmpi_uint8()) }
}

/// A way to combine numbers of several ranks.
package struct ReduceOperation {
  let raw: MPI_Op

  private init(_ raw: MPI_Op) {
    self.raw = raw
  }

  /// The corresponding C constant is `MPI_SUM`.
  package static var sum: Self { Self(cmpi_sum()) }
  /// The corresponding C constant is `MPI_MAX`.
  package static var max: Self { Self(cmpi_max()) }
  /// The corresponding C constant is `MPI_MIN`.
  package static var min: Self { Self(cmpi_min()) }
}
