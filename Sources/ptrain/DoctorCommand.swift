internal import ArgumentParser
internal import Collectives
internal import Foundation
internal import Kernels
internal import MPI
internal import Platform
internal import Training

/// `ptrain doctor`: what was found, what is wrong, what mends it.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Look at MPI, binding, cores, libraries and batch system; say what is wrong.")

  func run() throws {
    try withCluster { cluster in
      let environment = PTrain.environment
      var report = DoctorReport()
      report.host = cluster.place.host
      report.program = "ptrain \(PTrain.version)"
      report.build = .ofThisProgram
      report.cpu = ProcessorName.model ?? "unknown CPU"
      report.onlineCores = Affinity.onlineCount
      let mask = Affinity.cores()
      report.maskCores = mask.count
      report.nodeCores = Set(try ThreadCount.masksOfNode(cluster, mask: mask).flatMap { $0 }).count
      report.instructionSet = InstructionSet.detected.name
      report.tiling = KernelTiling.choose()
      report.mpi = try mpiLibraryName()
      report.ranks = cluster.size
      report.ranksOnNode = cluster.place.ranksOnNode
      report.oneDNN = OneDNN()?.version
      report.environment = environment
      report.hasMpirun = (environment["PATH"] ?? "").split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/mpirun")
      }
      try answer(report.text, cluster)
    }
  }
}
