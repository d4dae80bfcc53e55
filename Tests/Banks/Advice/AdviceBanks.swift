import Advice

/// What a bank of advice is told on the command line.
struct AdviceBankOptions {
  /// Rules were developed on 0 to 19; what is reported comes from others.
  var seeds: ClosedRange<UInt64> = 0...19
  var isPerturbed = false
  /// Whether each wrong answer is shown.
  var isVerbose = false

  init() {}

  /// nil where an argument is not understood.
  init?(_ arguments: some Sequence<String>) {
    var rest = Array(arguments)[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--perturbed": isPerturbed = true
      case "--show": isVerbose = true
      case "--seeds":
        let ends = (rest.popFirst() ?? "").split(separator: "-").map { UInt64($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else { return nil }
        seeds = first...last
      default: return nil
      }
    }
  }
}

/// The simulations that the rules of advice are held to; each prints its table and says whether it holds what it must.
enum AdviceBanks {
  static let all: [(name: String, run: @Sendable (AdviceBankOptions) -> Bool)] = [
    ("advice-marginal", marginal), ("advice-conditional", conditional), ("advice-random", random),
  ]

  static let usage = "\(all.map(\.name).joined(separator: "|")) [--seeds A-B] [--perturbed] [--show]"

  /// Runs the bank that the arguments name: 0 where it holds what it must, else 1; nil where they name none.
  static func exitCode(_ arguments: [String]) -> Int32? {
    guard let bank = all.first(where: { $0.name == arguments.first }),
      let options = AdviceBankOptions(arguments.dropFirst())
    else { return nil }
    return bank.run(options) ? 0 : 1
  }

  // MARK: - Targets alone

  @Sendable static func marginal(_ options: AdviceBankOptions) -> Bool {
    print("family".padded(24) + "n = 200".padded(12) + "n = 1,000".padded(12) + "n = 10,000")
    var right = [0, 0, 0]
    let sizes = [200, 1000, 10_000], seeds = Double(options.seeds.count)
    for (index, family) in MarginalBank.families.enumerated() {
      var line = family.name.padded(24)
      for (place, rows) in sizes.enumerated() {
        var hits = 0
        for seed in options.seeds {
          let y = MarginalBank.targets(index, rows: rows, seed: seed, perturbed: options.isPerturbed)
          let advice = LossAdvice(AdviceInput(target: .numbers(y)))
          if family.isRight(advice) {
            hits += 1
          } else if options.isVerbose {
            print("  \(family.name) \(rows) seed \(seed): \(told(advice))")
          }
        }
        right[place] += hits
        line += percent(Double(hits) / seeds).padded(12)
      }
      print(line)
    }
    let all = Double(MarginalBank.families.count) * seeds
    print("all".padded(24) + right.map { percent(Double($0) / all).padded(12) }.joined())
    return zip(right, [0.97, 0.995, 1]).allSatisfy { Double($0) / all >= $1 }
  }

  // MARK: - Features

  @Sendable static func conditional(_ options: AdviceBankOptions) -> Bool {
    print("case".padded(36) + "n = 300".padded(12) + "n = 3,000".padded(12) + "y alone: 300".padded(14) + "3,000")
    var right = [0, 0, 0, 0]
    let seeds = Double(options.seeds.count)
    for (index, entry) in ConditionalBank.cases.enumerated() {
      var line = entry.name.padded(36)
      for (place, rows) in [300, 3000, 300, 3000].enumerated() {
        var hits = 0
        for seed in options.seeds {
          let advice = LossAdvice(ConditionalBank.input(index, rows: rows, seed: seed, withFeatures: place < 2))
          if entry.isRight(advice) {
            hits += 1
          } else if options.isVerbose, place < 2 {
            print("  \(entry.name) \(rows) seed \(seed): \(told(advice))")
          }
        }
        right[place] += hits
        line += percent(Double(hits) / seeds).padded(place < 2 ? 12 : 14)
      }
      print(line)
    }
    let all = Double(ConditionalBank.cases.count) * seeds
    print("all".padded(36) + right.map { percent(Double($0) / all).padded(12) }.joined())
    return right[..<2].allSatisfy { Double($0) / all >= 0.95 } && right[2...].allSatisfy { Double($0) / all < 0.5 }
  }

  // MARK: - Random tables

  @Sendable static func random(_ options: AdviceBankOptions) -> Bool {
    // 500 tables for each seed: 10,000 in twenty.
    var tables = 0, problems: [String] = []
    for seed in options.seeds {
      for table in 0..<500 {
        problems += RandomTables.problems(seed: seed, table: table)
        tables += 1
      }
    }
    for problem in problems.prefix(20) { print(problem) }
    print("\(tables) random tables: \(problems.count) with advice that the data refuse or that is not whole")
    return problems.isEmpty
  }

  private static func told(_ advice: LossAdvice) -> String {
    let loss = advice.ranked.first.map { "\($0.kind)\($0.learnsLogarithms ? " of logarithms" : "")" } ?? "nothing"
    let facts = advice.facts.filter { ["outliers", "dispersion", "zero_inflation", "variance_law"].contains($0.key) }
      .map { fact in fact.key + " " + fact.values.map { "\($0.name) \($0.number)" }.joined(separator: ", ") }
    return
      "\(loss), read as \(advice.reading.kind.rawValue) (\(advice.reading.reason)); \(facts.joined(separator: "; "))"
  }

  private static func percent(_ share: Double) -> String {
    let tenths = (share * 1000).rounded()
    return "\(tenths / 10) %"
  }
}

extension String {
  /// With spaces up to a width.
  func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
