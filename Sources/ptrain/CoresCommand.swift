internal import ArgumentParser
internal import Platform
internal import Specs

/// `ptrain cores`: how `ptrain launch` asks a host whether the program runs there and what it may use.
struct CoresCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cores", abstract: "Print the number of cores that a rank may use here.", shouldDisplay: false)

  func run() throws { try StandardOutput.answer("\(Affinity.physicalCount)") }
}
