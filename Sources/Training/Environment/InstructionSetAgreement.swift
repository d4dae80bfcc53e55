package import Collectives
internal import Kernels

/// All ranks compute with the instruction set that the weakest of them has, each with the tiling that suits its CPU.
package enum InstructionSetAgreement {
  /// Agrees on the lowest level; collective.
  package static func settle(_ cluster: any Cluster) throws {
    let levels = try cluster.gather(InstructionSet.detected.rawValue)
    let lowest = levels.min().flatMap { InstructionSet(rawValue: $0) } ?? .portable
    InstructionSet.use(lowest)
    KernelTiling.choose()
  }

  /// The level in use.
  package static var name: String { InstructionSet.active.name }
}
