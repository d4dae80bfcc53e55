import CKernels
import Kernels
import Testing

/// Every kernel of the table is compared across levels by some suite: one that is added to the table and to no list is
/// named here.
@Suite struct KernelCoverageTests {
  /// The members of the table that are kernels, in its order.
  static let kernels = Mirror(reflecting: ck_table(0).pointee).children.compactMap(\.label).filter { $0 != "isa" }

  /// What suites compare.
  static let compared =
    mapKernels.map(\.name) + backwardKernels.map { $0.name + "_backward" } + LevelTests.compared
    + ElementLoss.names.map { $0 + "_loss" } + OptimizerKernel.names.map { $0 + "_update" }
    + DoubleFunctionTests.golden.map(\.name)
    + ElementwiseProgramTests.compared + [
      "permute", "gather_raw", "all_finite", "narrow", "widen", "product", "weight_gradient", "pack_transposed",
    ]

  @Test("no kernel is left out, and none is listed that is not there")
  func complete() {
    #expect(Self.kernels.count * 8 + 8 == MemoryLayout<ck_table>.size, "the table's members are seen")
    let missing = Set(Self.kernels).subtracting(Self.compared)
    #expect(missing.isEmpty, "compared at no level: \(missing.sorted())")
    let gone = Set(Self.compared).subtracting(Self.kernels)
    #expect(gone.isEmpty, "not in the table: \(gone.sorted())")
  }
}
