internal import ArgumentParser
internal import Datasets
internal import Glibc
internal import Platform

/// `ptrain describe-hdf5`: what the HDF5 library says of files, asked in a process that a damaged file may end.
struct DescribeHDF5Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: HDF5Describer.command, abstract: "Print what the HDF5 library says of files.", shouldDisplay: false)

  @Argument(help: "the number of files") var count: Int
  @Argument(help: "the files, then the datasets") var names: [String] = []

  func run() throws {
    guard (0...names.count).contains(count) else { throw ValidationError("there are \(names.count) names") }
    // Who asks sets a limit on the time; this one is for where it has gone.
    alarm(UInt32(10 * HDF5Describer.patience) * UInt32(max(1, count)))
    ProcessLimits.confine(furtherBytes: HDF5Describer.memory)
    for file in names.prefix(count) {
      print(HDF5Inspection.describe(file, Array(names.dropFirst(count))))
      fflush(nil)
    }
  }
}
