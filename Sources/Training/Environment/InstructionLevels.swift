package import Collectives
internal import Kernels

/// The levels of vector instructions that the ranks of a run compute with.
///
/// Each rank computes at the best level of its own CPU: all levels give the same bits, so nothing has to be agreed on.
package enum InstructionLevels {
  /// Chooses how this rank's products are cut, and tells all ranks' levels in words, like `avx512`; collective.
  package static func settle(_ cluster: any Cluster) throws -> String {
    KernelTiling.choose()
    return words(try cluster.gather(InstructionSet.active.rawValue).compactMap(InstructionSet.init(rawValue:)))
  }

  /// Those of all ranks, the one of most of them first.
  static func words(_ levels: [InstructionSet]) -> String {
    let counts = InstructionSet.allCases.reversed().map { level in (level, levels.count { $0 == level }) }
      .filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }
    guard counts.count > 1 else { return counts.first?.0.name ?? "" }
    return counts.map { "\($0.0.name) on \($0.1)" }.joined(separator: ", ") + " of \(levels.count) ranks"
  }
}
