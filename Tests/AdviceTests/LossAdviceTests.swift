import Datasets
import Networks
import Specs
import Testing

@testable import Advice

/// Advice on small tables whose answer is known, and on odd ones.
@Suite struct LossAdviceTests {
  static func numbers(_ values: [Double]) -> AdviceInput { AdviceInput(target: .numbers(values)) }

  /// Values at equal distances of a distribution's quantiles: normal by a sum of three straight pieces would do, so a
  /// logistic.
  static let bell: [Double] = (1..<400).map { index in
    let u = Double(index) / 400
    return 10 * (u - 0.5) + 4 * (u - 0.5) * (u - 0.5) * (u - 0.5)
  }

  @Test("every kind of the registry is in exactly one list, and its losses take the data")
  func whole() {
    for input in Self.odd { #expect(LossAdvice(input).problems(with: input) == [], "\(input.target)") }
  }

  static let odd: [AdviceInput] = {
    var inputs: [AdviceInput] = [
      numbers([]), numbers([1]), numbers([1, 2]), numbers([0, 0, 0]), numbers([.nan, .infinity]),
      numbers([3, 3, 3, .nan]), numbers((0..<50).map { 1e300 * Double($0 + 1) / 50 }),
      numbers((0..<50).map { 1e-300 * Double($0 + 1) }), numbers((0..<50).map { $0 == 7 ? 1e300 : Double($0) }),
      numbers([Double](repeating: 0, count: 99) + [5]), numbers((0..<60).map { Double($0 % 2) }),
      AdviceInput(target: .classes(names: ["a"], codes: [0, 0])),
      AdviceInput(target: .classes(names: ["a", "b"], codes: [0, 1, 0])),
      AdviceInput(target: .classes(names: ["a", "b", "c"], codes: [0, 7, -1, 2, 1])),
      AdviceInput(target: .classes(names: [], codes: [])), AdviceInput(target: .columns([])),
      AdviceInput(target: .columns([[0, 1, 1], [1, 0, 1]])), AdviceInput(target: .labels([[], []])),
      AdviceInput(target: .distribution([[0.2, 0.5], [0.8, 0.5]])),
      AdviceInput(target: .columns([[1.5, 2.5, 9], [-3, 2, 8]])),
      AdviceInput(target: .numbers([1, 2, 3, 4]), features: [[1, 1, 1, 1], [.nan, 1, 2, 3], [1, 2]]),
      AdviceInput(target: .numbers([1, 2, 3]), weights: [0, 0, 0]),
      AdviceInput(target: .numbers([1, 2, 3]), weights: [1]),
    ]
    for task in TaskChoice.allCases {
      inputs.append(AdviceInput(target: .numbers([-1, 0, 0.5, 3, 17]), task: task))
      inputs.append(AdviceInput(target: .columns([[-1, 0, 0.5], [3, 17, 2]]), task: task))
    }
    return inputs
  }()

  @Test("a value that a loss refuses is named with its row")
  func evidence() throws {
    var values = (0..<200).map { 1 + Double($0 * 37 % 101) / 10 }
    values[16] = 0
    var input = Self.numbers(values)
    input.row = { "line \($0 + 2)" }
    let gamma = try #require(LossAdvice(input).ruledOut.first { $0.kind == "gamma" })
    #expect(gamma.sort == .refused && gamma.place == "line 18" && gamma.reason.contains("target 0.0"))
    values[3] = -4
    input = Self.numbers(values)
    let poisson = try #require(LossAdvice(input).ruledOut.first { $0.kind == "poisson" })
    #expect(poisson.sort == .refused && poisson.place == "row 4" && poisson.reason.contains("target -4.0"))
  }

  @Test("readings, and how to override them")
  func readings() {
    func kind(_ values: [Double], _ task: TaskChoice? = nil) -> ProblemReading.Kind {
      var input = Self.numbers(values)
      input.task = task
      return LossAdvice(input).reading.kind
    }
    let digits = (0..<500).map { Double($0 * 7 % 10) }
    #expect(kind(digits) == .classes)
    #expect(kind(digits, .counts) == .counts)
    #expect(kind(digits, .regression) == .numbers)
    #expect(kind((0..<90).map { Double($0 % 2) }) == .binary)
    #expect(kind((0..<90).map { Double($0 % 2) }, .regression) == .numbers)
    #expect(kind((1..<90).map { Double($0) / 91 }) == .shares)
    #expect(kind(Self.bell) == .numbers)
    #expect(kind([4, 4, 4]) == .constant)
    let rounded = LossAdvice(Self.numbers((0..<300).map { Double($0 * 7 % 11 - 5) }))
    #expect(rounded.reading.kind == .numbers && rounded.reading.override == "another reading: --task classification")
  }

  @Test("delta, level and power come from the data")
  func parameters() throws {
    var values = Self.bell
    for index in stride(from: 0, to: values.count, by: 9) { values[index] += 400 }
    let robust = try #require(LossAdvice(Self.numbers(values)).ranked.first)
    #expect(robust.kind == "huber" && robust.targetTransform == .standard)
    #expect(robust.reasons.contains { $0.contains("1.345 · 1.4826 · MAD") })
    guard case .number(let delta)? = robust.loss["delta"] else {
      Issue.record("no delta")
      return
    }
    #expect(delta > 0.01 && delta < 0.2)
    var input = Self.numbers(Self.bell)
    input.quantileCosts = QuantileCosts(under: 9, over: 1)
    let advice = LossAdvice(input)
    #expect(advice.functional == .quantile(0.9))
    #expect(advice.ranked.first?.loss["quantiles"] == .array([.number(0.9)]))
    #expect(advice.ranked.count == 1)
  }

  @Test("what is asked for comes first")
  func wanted() {
    var input = Self.numbers(Self.bell)
    input.wanted = .median
    #expect(LossAdvice(input).ranked.first?.kind == "mae" && LossAdvice(input).functional == .median)
    input = Self.numbers(Self.bell.map { $0 * $0 * $0 * $0 + 1e-3 })
    #expect(LossAdvice(input).reading.kind == .positive)
    input.wanted = .median
    #expect(LossAdvice(input).ranked.first?.kind == "mae" && LossAdvice(input).ranked.first?.targetTransform == .log)
    input.wanted = .mean
    #expect(LossAdvice(input).ranked.first?.kind == "gamma")
  }

  @Test("no class weights; the threshold of costs")
  func costs() {
    var input = AdviceInput(target: .classes(names: ["no", "yes"], codes: (0..<100).map { $0 % 20 == 0 ? 1 : 0 }))
    input.classCosts = ClassCosts(falsePositive: 1, falseNegative: 4)
    let advice = LossAdvice(input)
    #expect(advice.functional == .probability && advice.ranked.first?.kind == "binary_cross_entropy")
    #expect(advice.warnings.contains { $0.contains("no class weights") })
    #expect(advice.warnings.contains { $0.contains("probability of 0.2 on") })
  }

  @Test("weights of 0 take rows out, and advice is the same")
  func weights() {
    let values = Self.bell + [Double](repeating: 1e12, count: 60)
    var input = Self.numbers(values)
    input.weights = values.map { $0 > 1e6 ? 0 : 1 }
    #expect(LossAdvice(input).ranked.map(\.kind) == LossAdvice(Self.numbers(Self.bell)).ranked.map(\.kind))
    #expect(LossAdvice(input).ranked.first?.kind == "mse")
    input.weights = nil
    #expect(LossAdvice(input).ranked.first?.kind != "mse")
  }

  @Test("leverage points that targets do not follow leave squared errors first")
  func leverage() {
    var x = [Double](), y = [Double]()
    for index in 0..<400 {
      let u = Double(index * 137 % 400) / 40 - 5, noise = Double(index * 71 % 400) / 400 - 0.5
      x.append(index % 20 == 0 ? 80 + Double(index % 7) : u)
      y.append(2 * u + 3 * noise)
    }
    let advice = LossAdvice(AdviceInput(target: .numbers(y), features: [x], featureNames: ["x"]))
    #expect(advice.fit?.contains("quick robust") == true)
    #expect(advice.ranked.first?.kind == "mse")
  }

  @Test("numbers in sentences")
  func text() {
    #expect(NumberText.rounded(0.123456) == 0.1235 && NumberText.rounded(-99_996) == -100_000)
    #expect(NumberText.rounded(1.23456e-300) == 1.235e-300 && NumberText.rounded(0) == 0)
    #expect(NumberText.rounded(.greatestFiniteMagnitude) == .greatestFiniteMagnitude)
    #expect(NumberText.short(3) == "3" && NumberText.short(0.12345) == "0.123" && NumberText.short(1e300) == "1e+300")
    #expect(NumberText.percent(0.4) == "40 %" && 1.counted("row") == "1 row")
  }
}
