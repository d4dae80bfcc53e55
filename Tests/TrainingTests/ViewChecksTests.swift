import Collectives
import Datasets
import Kernels
import Specs
import Testing

@testable import Training

/// A view's own rows are checked, and named by file and line, also in groups without a rank that has read the files.
@Suite struct ViewChecksTests {
  @Test("targets of a view's rows that a loss cannot take are refused with their line, those of other rows are not")
  func targets() throws {
    let config = try LoadedViews.config(), text = "t.csv: line \(LoadedViews.line(13)): "
    func check(_ rows: [[Int]]) throws -> [String?] {
      try LoadedViews.inGroups(config) { base, group in
        try LoadedViews.targets(of: LoadedViews.fold(base, rows), config, group)
      }
    }
    for rows in [[[1, 2, 13, 4], [], []], [[1, 2], [5, 13], []], [[3, 4], [], [13]]] {
      let found = try check(rows)
      #expect(Set(found).count == 1 && found[0]?.hasPrefix(text) == true, "\(found)")
    }
    #expect(try check([Array(0..<13), Array(14..<20), [3]]) == LoadedViews.four(nil))
    let received = try LoadedViews.inGroups(config) { base, group in
      let own = try group.rank == 0 ? LoadedViews.fold(base, [[4, 4, 1], [13], []]).prepared.dataView : nil
      guard let view = try group.broadcast(own, from: 0) else { return "no view" }
      return try LoadedViews.targets(of: base.with(view), config, group)
    }
    #expect(Set(received).count == 1 && received[0]?.hasPrefix(text) == true, "\(received)")
    let whole = try LoadedViews.inGroups(config) { base, group in try LoadedViews.targets(of: base, config, group) }
    #expect(Set(whole).count == 1 && whole[0]?.hasPrefix(text) == true, "\(whole)")
  }

  @Test("training rows of a view are named by their lines on every rank, before and after they are checked")
  func places() throws {
    let config = try LoadedViews.config(data: #", "test": {"fraction": 0.2}"#)
    let found = try LoadedViews.inGroups(config) { base, group in
      var view = try LoadedViews.fold(base, [[9, 2, 9], [], []])
      let before = view.trainingPlaces(ofRows: [2, 1])
      guard
        try LoadedViews.sentence({ try view.checkTargets(LoadedViews.squares(view.description), cluster: group) })
          == nil
      else {
        return "refused"
      }
      guard view.trainingPlaces(ofRows: [2, 1]) == before else { return "others" }
      return before + "; " + view.trainingPlaces(ofRows: [3])
    }
    let folder = try LoadedViews.folder()
    // The rows of the training part, by what is in them.
    let base = try LoadedViews.load(config, folder, SoloCluster())
    var places: [String] = []
    for row in [9, 2] {
      var features = [Float](repeating: 0, count: base.description.featureCount)
      try #require(base.prepared.rows(of: .train)).gatherFeatures(
        rows: [row], count: 1, into: &features, stride: features.count)
      let x = base.description.normalization.restore(features[features.count - 2], feature: features.count - 2)
      let number = try #require((0..<40).first { abs(Double($0 * 37 % 101) + 0.25 - x) < 0.01 })
      places.append("line \(LoadedViews.line(number))")
    }
    #expect(
      found == LoadedViews.four("t.csv: \(places.joined(separator: ", ")); training sample 3 (counted from 0)"),
      "\(found)")
  }

  @Test("weights of a view's rows that are lost beside their class's are refused with their line")
  func weights() throws {
    let config = try LoadedViews.config(#""type": "categorical_cross_entropy""#, target: "k", units: 2)
    func check(_ rows: [Int], _ classWeights: [Float]) throws -> [String?] {
      try LoadedViews.inGroups(config) { base, group in
        let view = try LoadedViews.fold(base, [rows, [13], []])
        return try LoadedViews.sentence { try view.checkWeights(classWeights, cluster: group) }
      }
    }
    let found = try check([1, 3, 30], [1e-9, 1])
    #expect(
      Set(found).count == 1
        && found[0]?.hasPrefix(
          "t.csv: line \(LoadedViews.line(30)): the sample weight 1e-29 times its class's weight 1e-09 is lost")
          == true,
      "\(found)")
    #expect(try check([1, 3, 4], [1e-9, 1]) == LoadedViews.four(nil))
    let none = try check([0, 2, 4], [0, 1])
    #expect(Set(none).count == 1 && none[0]?.hasPrefix("t.csv: all train samples weigh 0 times") == true, "\(none)")
  }

  @Test(
    "a view whose rows weigh nothing names their file, and one whose weights are scaled is refused by a loss with w")
  func scale() throws {
    let base = try LoadedViews.load(LoadedViews.config(), LoadedViews.folder(), SoloCluster())
    #expect(throws: DataError.noWeight(file: "t.csv", part: "train")) {
      try LoadedViews.fold(base, [[36, 39], [1], []])
    }
    let config = try LoadedViews.config(#""type": "expression", "per_sample": "w*(p-y)^2""#)
    func check(_ rows: [[Int]]?) throws -> [String?] {
      try LoadedViews.inGroups(config, heavy: "1e9") { base, group in
        try LoadedViews.targets(of: rows.map { try LoadedViews.fold(base, $0) } ?? base, config, group)
      }
    }
    for rows in [nil, [[1, 8, 2], [], []], [[1, 2], [8], []]] {
      let found = try check(rows)
      #expect(Set(found).count == 1 && found[0]?.hasPrefix("the formula of the loss uses w, ") == true, "\(found)")
    }
    #expect(try check([[1, 2], [3], []]) == LoadedViews.four(nil))
  }

  private static let tokens = """
    {"inputs": [{"name": "tokens", "columns": ["t"], "dtype": "int32"}, {"name": "rest"}],
     "layers": [{"type": "toy_embedding", "rows": 7, "units": 2, "inputs": ["tokens"], "name": "e"},
                {"type": "flatten", "name": "f"}, {"type": "concatenate", "inputs": ["f", "rest"]},
                {"type": "dense", "units": 1}]}
    """

  @Test("whole numbers of a view's rows that a layer cannot read are refused with their line")
  func integers() throws {
    let config = try LoadedViews.config(model: Self.tokens)
    func check(_ rows: [[Int]], marked: Bool = false) throws -> [String?] {
      try LoadedViews.inGroups(config) { base, group in
        let view = try LoadedViews.fold(base, rows), network = try config.model.makeNetwork(view.description)
        return try LoadedViews.sentence {
          try (marked ? view.withoutChecks() : view).checkInputs(network, cluster: group)
        }
      }
    }
    for rows in [[[3, 17, 4], [], []], [[3, 4], [5, 17], []]] {
      let found = try check(rows)
      #expect(
        Set(found).count == 1
          && found[0]?.hasPrefix("t.csv: line \(LoadedViews.line(17)): the input 'tokens' holds 9") == true,
        "\(found)")
      #expect(try check(rows, marked: true) == LoadedViews.four(nil))
    }
    #expect(try check([[3, 4], [5], []]) == LoadedViews.four(nil))
  }
}
