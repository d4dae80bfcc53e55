import Glibc

/// The simulations, by name: `Banks NAME [OPTION...]`.
@main
enum Banks {
  /// Each prints its table and says whether it holds what it must.
  static let banks: [(name: String, run: @Sendable (BankArguments) -> Bool)] = [
    ("compare-calibration", ComparisonCalibration.run),
    ("compare-until-sure", UntilSureCalibration.run),
    ("compare-power", ComparisonPower.run),
    ("csv-cuts", CSVCuts.run),
  ]

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let code = AdviceBanks.exitCode(arguments) { exit(code) }
    guard let bank = banks.first(where: { $0.name == arguments.first }),
      let options = BankArguments(Array(arguments.dropFirst()))
    else {
      print("usage: Banks \(AdviceBanks.usage)")
      print("       Banks \(banks.map(\.name).joined(separator: "|")) [--comparisons N|--files N] [--seed N]")
      print("         [--keep FILE] [--threads N] [--part N --of M]: what FILE holds is not made again")
      exit(64)
    }
    exit(bank.run(options) ? 0 : 1)
  }
}
