import Advice
import Collectives
import Datasets
import Foundation
import Specs
import TestSupport
import Testing

@testable import Training

/// What `ptrain init` takes from advice, and what advice is given to look at.
@Suite struct StartingAdviceTests {
  private func table(rows: Int = 200, _ target: (Int) -> String) -> String {
    "a,y\n" + (0..<rows).map { "\(Double($0 * 37 % 101) / 8),\(target($0))\n" }.joined()
  }

  private func started(
    _ text: String, _ folder: TemporaryFolder, choice: TargetReading.Choice? = nil
  ) throws -> StartingConfig {
    try folder.write(text, to: "t.csv")
    let survey = try TableSurvey(file: "t.csv", in: DataContext(baseDirectory: folder.path))
    return try StartingConfig(survey, path: "t.csv", target: "y", name: "t", choice: choice)
  }

  private func advice(
    _ kind: String, _ parameters: [ConfigValue.Member] = [], _ transform: TargetTransform = .standard,
    reading: ProblemReading.Kind
  ) -> DataAdvice {
    let candidate = Candidate(
      kind: kind, parameters: parameters, group: .squared, score: 1, formula: "", reasons: [], cost: "",
      metrics: ["mae"],
      targetTransform: transform)
    let own = LossAdvice(
      functional: .mean, functionalReason: "", reading: ProblemReading(reading, reason: ""), facts: [],
      ranked: [candidate], ruledOut: [], warnings: [], fit: nil)
    return DataAdvice(
      advice: own, losses: [AdvisedLoss(candidate: candidate, units: 1)], file: "t.csv", targets: ["y"], rows: 160,
      features: 1, fittedFeatures: 1, notes: [], stated: nil)
  }

  @Test("a loss is taken where RMSE, deviance and log loss get no worse by it, and named where they would")
  func taking() throws {
    let folder = try TemporaryFolder()
    let far = try started(table { $0 % 90 == 1 ? "5000.5" : "\(Double($0 * 53 % 97) / 3)" }, folder)
    #expect(far.goal.loss == "huber" && far.goal.parameters.isEmpty)
    var config = far
    config.take(advice("huber", [.init("delta", .number(0.25))], reading: .numbers))
    #expect(config.goal.loss == "huber" && config.text.contains(#""loss": {"type": "huber", "delta": 0.25},"#))
    config = far
    config.take(advice("mse", reading: .numbers))
    #expect(config.goal.loss == "mse" && config.goal.normalizesTargets)
    let amounts = try started(table { $0 % 3 == 0 ? "0" : "\(Double($0 * 7 % 50) / 4 + 0.1)" }, folder)
    config = amounts
    config.take(advice("tweedie", [.init("power", .number(1.3))], .none, reading: .amounts))
    #expect(config.text.contains(#""loss": {"type": "tweedie", "power": 1.3},"#) && !config.goal.normalizesTargets)
    config = amounts
    config.take(advice("tweedie", [], .none, reading: .counts))
    #expect(config.goal.loss == "poisson" && config.goal.comment.contains("ptrain advise puts tweedie first"))
    let numbers = try started(table { "\(Double($0 * 53 % 97) / 3 + 1)" }, folder)
    config = numbers
    config.take(advice("gamma", [], .none, reading: .positive))
    #expect(config.goal.loss == "mse" && config.goal.comment.contains("ptrain advise puts gamma first"))
    config = numbers
    config.take(advice("mse", reading: .numbers))
    #expect(config.goal == numbers.goal)
    let classes = try started(table { ["a", "b", "c"][$0 % 3] }, folder)
    config = classes
    config.take(advice("focal", [], .none, reading: .classes))
    #expect(config.goal == classes.goal)
  }

  @Test("what it reads by its own text; data that cannot be read are refused; classes of one row have none to watch")
  func reading() throws {
    let folder = try TemporaryFolder()
    var config = try started(table { $0 % 90 == 1 ? "5000.5" : "\(Double($0 * 53 % 97) / 3)" }, folder)
    let before = config.goal
    #expect(throws: (any Error).self) { try config.takeAdvice(baseDirectory: folder.path + "/nowhere") }
    #expect(config.goal == before)
    config = try started(table { $0 % 90 == 1 ? "5000.5" : "\(Double($0 * 53 % 97) / 3)" }, folder)
    try config.takeAdvice(baseDirectory: folder.path)
    #expect(config.goal.loss == "huber" && config.goal.parameters.map(\.key) == ["delta"], "\(config.goal)")
    _ = try RunConfig(ConfigValue.parse(Data(config.text.utf8), file: "t", comments: .skipped))
    // A fraction of one row of each class is none.
    config = try started(table(rows: 25) { "k\($0)" }, folder, choice: .classification)
    #expect(config.recipe.validation != nil)
    try config.takeAdvice(baseDirectory: folder.path)
    #expect(config.recipe.validation == nil && config.recipe.patience == nil)
    _ = try RunConfig(ConfigValue.parse(Data(config.text.utf8), file: "t", comments: .skipped))
    // The negative control: two rows of each leave one of some, and what else goes wrong is said.
    config = try started(table(rows: 50) { "k\($0 % 25)" }, folder, choice: .classification)
    try config.takeAdvice(baseDirectory: folder.path)
    #expect(config.recipe.validation != nil)
    let rare =
      "a,rare,y\n"
      + (0..<25).map { "\($0 * 7 % 11).5,\([1, 11].contains($0) ? "\($0).5" : ""),\($0 * 5 % 13).25\n" }.joined()
    config = try started(rare, folder)
    let failure = #expect(throws: AgreedFailure.self) { try config.takeAdvice(baseDirectory: folder.path) }
    #expect(failure?.sentence.contains("'rare' is missing in every training row") == true, "\(failure?.sentence ?? "")")
    #expect(config.recipe.validation != nil)
  }

  // MARK: - What advice looks at

  private func input(
    _ text: String, data: String = "", loss: String = "mse", request: AdviceRequest = AdviceRequest(),
    isStated: Bool = true
  ) throws -> (input: AdviceInput, data: LoadedData) {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "t.csv")
    let value = try ConfigValue.parse(
      Data(
        """
        {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}\(data)},
         "model": {"layers": [{"type": "dense", "units": 1}]}, "loss": "\(loss)", "optimizer": {"type": "sgd", "learning_rate": 1}}
        """.utf8), file: "config.json")
    let config = try RunConfig(value, isTrained: true)
    let data = try LoadedData.forAdvice(
      config, request: request, isStated: isStated,
      options: RunOptions(baseDirectory: folder.path, outputDirectory: "", threads: 1), cluster: SoloCluster())
    return (data.adviceInput(request), data)
  }

  @Test("targets, weights and features are those of the file, filled and one-hot, whatever the config does to them")
  func units() throws {
    let rows = ["1000.5,red,2,7.25", ",blue,1,-1e-9", "3000,red,3,1e9"]
    let found = try input(
      "size,colour,w,y\n" + rows.joined(separator: "\n") + "\n",
      data: #"""
        , "normalize": "standard", "normalize_targets": "standard", "missing": "mean",
        "columns": {"colour": {"kind": "categorical"}, "w": {"role": "weight"}}
        """#)
    guard case .numbers(let numbers) = found.input.target else {
      Issue.record("no numbers")
      return
    }
    #expect(numbers == [7.25, -1e-9, 1e9] && found.input.weights == [2, 1, 3])
    #expect(found.input.featureNames.count == found.input.features.count && found.input.features.count >= 3)
    let size = try #require(found.input.features.first)
    #expect(size == [1000.5, 2000.25, 3000], "\(size)")
    #expect(found.input.features.contains([0, 1, 0]) && found.input.features.contains([1, 0, 1]))
    #expect(found.input.row(2) == "line 4" && found.input.targetName == "y")
  }

  @Test("words are classes and fractions numbers, whatever the loss reads; whole numbers are what it reads")
  func kinds() throws {
    func kind(_ cells: [String], loss: String, _ request: AdviceRequest = AdviceRequest(), isStated: Bool = true) throws
      -> TargetKind
    {
      let text = "a,y\n" + (0..<12).map { "\($0),\(cells[$0 % cells.count])\n" }.joined()
      return try input(text, loss: loss, request: request, isStated: isStated).data.description.targetKind
    }
    let words = ["x", "y"], whole = ["0", "1"], fractions = ["0.5", "1"]
    #expect(try kind(words, loss: "mse") == .classes && kind(words, loss: "binary_cross_entropy") == .classes)
    #expect(
      try kind(fractions, loss: "mse") == .values && kind(fractions, loss: "categorical_cross_entropy") == .values)
    #expect(try kind(whole, loss: "mse") == .values && kind(whole, loss: "binary_cross_entropy") == .classes)
    #expect(try kind(whole, loss: "binary_cross_entropy", isStated: false) == .values)
    #expect(try kind(whole, loss: "binary_cross_entropy", AdviceRequest(task: .counts)) == .values)
    #expect(try kind(whole, loss: "mse", AdviceRequest(task: .classification)) == .classes)
    #expect(throws: (any Error).self) { try kind(["1,5", "2,5"].map { "\"\($0)\"" }, loss: "mse") }
  }

  @Test("of very many features those that go with the target are kept")
  func many() throws {
    let names = (0..<300).map { "c\($0)" }
    var text = names.joined(separator: ",") + ",y\n"
    for row in 0..<200 {
      let y = Double(row * 37 % 101)
      let cells = names.indices.map { $0 == 217 ? "\(y * 3 + 1)" : "\((row * ($0 + 7) * 31 + $0 * row * row) % 97)" }
      text += cells.joined(separator: ",") + ",\(y)\n"
    }
    let found = try input(text).input
    #expect(found.features.count == 20 && found.featureNames.contains("c217"), "\(found.featureNames)")
    #expect(found.features.allSatisfy { $0.count == 200 })
  }
}
