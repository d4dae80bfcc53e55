import Testing

@testable import MPI

/// What can be tested without starting MPI; the rest is in MPISelfTest, run by `scripts/test-mpi`.
@Suite struct MPIErrorTests {
  @Test func theSentenceNamesRoutineRankAndText() {
    let error = MPIError(
      routine: "MPI_Ibcast", code: 2, errorClass: .count, text: "MPI_ERR_COUNT: invalid count argument", rank: 3)
    #expect(
      error.description
        == "MPI_Ibcast failed on rank 3: MPI_ERR_COUNT: invalid count argument (MPI error class "
        + "\(MPIError.ErrorClass.count.rawValue))")
  }

  @Test(arguments: [1 << 31, Int.max, Int.min])
  func countsBeyond32BitsAreRefused(count: Int) {
    let error = #expect(throws: MPIError.self) { try count32(count, "MPI_Isend", rank: 0) }
    #expect(error?.errorClass == .count && error?.routine == "MPI_Isend")
  }

  @Test(arguments: [0, -1, Int(Int32.max)])
  func countsOf32BitsPass(count: Int) throws {
    #expect(try count32(count, "MPI_Isend", rank: 0) == Int32(count))
  }

  @Test func waitingAsksUntilItIsDone() throws {
    var asked = 0
    try Patience.wait { () throws(MPIError) in
      asked += 1
      return asked == 1000
    }
    #expect(asked == 1000)
  }

  @Test func theLibraryNamesItselfWithoutStarting() throws {
    #expect(try !mpiLibraryVersion().isEmpty)
  }
}
