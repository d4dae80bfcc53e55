import Advice

/// Tables of all sorts of targets, ordinary and odd: advice on each must be whole, and no loss that it ranks may refuse
/// a row.
enum RandomTables {
  /// What is wrong with the advice on a table.
  static func problems(seed: UInt64, table: Int) -> [String] {
    let input = input(seed: seed, table: table)
    let advice = LossAdvice(input)
    return advice.problems(with: input).map { "seed \(seed) table \(table): \($0)" }
  }

  static func input(seed: UInt64, table: Int) -> AdviceInput {
    var samplers = Samplers(seed: seed, slot: 20_000_000 + UInt32(table))
    let rows = [1, 2, 3, 5, 10, 40, 60, 150, 400][samplers.index(below: 9)]
    let width = samplers.index(below: 4)
    let features = (0..<width).map { _ in column(&samplers, rows) }
    var input = AdviceInput(target: target(&samplers, rows), features: features)
    if samplers.uniform() < 0.2 { input.weights = (0..<rows).map { _ in Double(samplers.index(below: 3)) } }
    let tasks = TaskChoice.allCases
    if samplers.uniform() < 0.3 { input.task = tasks[samplers.index(below: tasks.count)] }
    switch samplers.index(below: 10) {
    case 0: input.wanted = .median
    case 1: input.wanted = .mean
    case 2: input.quantileCosts = QuantileCosts(under: 1 + samplers.uniform(), over: 3 * samplers.uniform())
    case 3: input.classCosts = ClassCosts(falsePositive: 5, falseNegative: 1)
    case 4: input.wanted = .quantile(samplers.uniform())
    default: break
    }
    return input
  }

  private static func target(_ samplers: inout Samplers, _ rows: Int) -> AdviceInput.Target {
    switch samplers.index(below: 10) {
    case 0:
      let classes = 1 + samplers.index(below: 6)
      return .classes(
        names: (0..<classes).map { "class \($0)" }, codes: (0..<rows).map { _ in samplers.index(below: classes) })
    case 1:
      let width = 2 + samplers.index(below: 3)
      return .columns((0..<width).map { _ in (0..<rows).map { _ in samplers.uniform() < 0.3 ? 1 : 0 } })
    case 2:
      let width = 2 + samplers.index(below: 3)
      var columns = [[Double]](repeating: [], count: width)
      for _ in 0..<rows {
        let parts = (0..<width).map { _ in samplers.gamma(shape: 1, rate: 1) }, sum = parts.reduce(0, +)
        for index in 0..<width { columns[index].append(parts[index] / sum) }
      }
      return samplers.uniform() < 0.5 ? .columns(columns) : .distribution(columns)
    case 3:
      let width = 1 + samplers.index(below: 3)
      return .columns((0..<width).map { _ in column(&samplers, rows) })
    default: return .numbers(column(&samplers, rows))
    }
  }

  /// Numbers of any of many sorts.
  private static func column(_ samplers: inout Samplers, _ rows: Int) -> [Double] {
    let kind = samplers.index(below: 22), a = 0.2 + 5 * samplers.uniform(), b = 0.2 + 5 * samplers.uniform()
    var odd = samplers.uniform() < 0.15 ? samplers.index(below: 8) : -1
    return (0..<rows).map { row in
      if odd >= 0, samplers.uniform() < 0.1 {
        let value = [0, -1, 1, 1e30, 1e-300, 1e300, -1e300, Double.nan][odd]
        if samplers.uniform() < 0.5 { odd = -1 }
        return value
      }
      switch kind {
      case 0: return samplers.normal(a, b)
      case 1: return samplers.gamma(shape: a, rate: b)
      case 2: return samplers.poisson(a)
      case 3: return samplers.negativeBinomial(mean: a, size: b)
      case 4: return samplers.beta(a, b)
      case 5: return samplers.pareto(a)
      case 6: return samplers.cauchy()
      case 7: return samplers.compoundPoisson(a, shape: b, rate: 1)
      case 8: return samplers.uniform() < 0.1 ? 1 : 0
      case 9: return Double(samplers.index(below: 4))
      case 10: return Double(1 + samplers.index(below: 9))
      case 11: return 7.5
      case 12: return 0
      case 13: return samplers.uniform() < 0.9 ? 0 : samplers.gamma(shape: a, rate: b)
      case 14: return 1e300 * samplers.uniform()
      case 15: return 1e-300 * samplers.uniform()
      case 16: return (samplers.normal() * a).rounded()
      case 17: return min(samplers.normal(), 0.5)
      case 18: return exponential(3 * a * samplers.normal())
      case 19: return samplers.uniform() < 0.5 ? -1 : 1
      case 20: return -samplers.gamma(shape: a, rate: b)
      default: return Double(row) * a
      }
    }
  }
}
