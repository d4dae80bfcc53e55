import Glibc

/// The simulations, by name: `Banks NAME [OPTION...]`.
@main
enum Banks {
  /// Each prints its table and says whether it holds what it must.
  static let comparisons: [(name: String, run: @Sendable (BankArguments) -> Bool)] = [
    ("compare-calibration", ComparisonCalibration.run),
    ("compare-until-sure", UntilSureCalibration.run),
    ("compare-power", ComparisonPower.run),
  ]

  static func main() {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let code = AdviceBanks.exitCode(arguments) { exit(code) }
    guard let bank = comparisons.first(where: { $0.name == arguments.first }),
      let options = BankArguments(Array(arguments.dropFirst()))
    else {
      print("usage: Banks \(AdviceBanks.usage)")
      print("       Banks \(comparisons.map(\.name).joined(separator: "|")) [--comparisons N] [--seed N]")
      exit(64)
    }
    exit(bank.run(options) ? 0 : 1)
  }
}
