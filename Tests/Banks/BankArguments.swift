/// What a simulation is told on the command line.
struct BankArguments {
  private var values: [String: Int] = [:]
  /// The file that keeps what is counted; nil: nothing is kept.
  private(set) var file: String?

  /// - Returns: nil where an argument is no `--name number` and not `--keep FILE`.
  init?(_ arguments: [String]) {
    guard arguments.count % 2 == 0 else { return nil }
    for index in stride(from: 0, to: arguments.count, by: 2) {
      if arguments[index] == "--keep" {
        file = arguments[index + 1]
        continue
      }
      guard arguments[index].hasPrefix("--"), let value = Int(arguments[index + 1]), value >= 0 else { return nil }
      values[String(arguments[index].dropFirst(2))] = value
    }
  }

  func number(_ name: String, default standard: Int) -> Int { values[name] ?? standard }
}
