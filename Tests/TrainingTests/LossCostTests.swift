import Foundation
import Specs
import Testing

@testable import Metrics
@testable import Training

/// Costs and class weights of a loss, in all their forms.
@Suite struct LossCostTests {
  static let forms = [
    #"{"false_positive": 5}"#, #"{"false_positive": 5, "false_negative": 0.5}"#, "{}",
    #"{"false_negative": 10, "positive_class": "b"}"#, #"{"false_negative": 10, "positive_class": 7}"#,
    #"{"matrix": [[0, 1], [10, 0.5]]}"#, #"{"matrix": [[0, 1], [10, 0]], "classes": ["b", "a"]}"#,
    #"{"matrix": [[0, 1], [10, 0]], "classes": [1, 0], "positive_class": 0}"#,
    #"{"a": {"b": 1}, "b": {"a": 10, "b": 0}}"#, #"{"matrix": {"classes": 2}, "classes": {"matrix": 3}}"#,
    #"{"matrix": [[0, 1e300], [1e-300, 0]]}"#,
    // As earlier builds wrote it.
    #"{"false_negative": 1, "false_positive": 1, "matrix": [[0, 1], [10, 0]]}"#,
  ]

  @Test("costs and class weights that are written are read again, and are the same", arguments: forms)
  func writtenIsRead(_ form: String) throws {
    for weights in ["", #", "class_weights": {"a": 1, "b": 2.5}"#, #", "class_weights": [1, 3]"#] {
      let text = #"{"type": "binary_cross_entropy", "cost": \#(form)\#(weights)}"#
      func read(_ value: ConfigValue) throws -> (LossSection, ConfigValue) {
        try FieldReader.readObject(value, path: "loss") { fields throws(ConfigError) in try LossSection(from: fields) }
      }
      let (first, written) = try read(ConfigValue.parse(Data(text.utf8), file: "t"))
      let parsed = try ConfigValue.parse(Data(written.prettyText.utf8), file: "t")
      let (second, again) = try read(parsed)
      #expect(again.compactText == (try read(again).1).compactText)
      #expect(again.sortingKeys == written.sortingKeys)
      #expect(first.cost == second.cost && first.classWeights == second.classWeights)
    }
  }

  @Test("costs by names, by a matrix with classes and by two numbers mean the same")
  func sameCosts() throws {
    func matrix(_ text: String, _ names: [String]) throws -> [[Double]] {
      let value = try ConfigValue.parse(Data(#"{"type": "focal", "cost": \#(text)}"#.utf8), file: "t")
      let loss = try FieldReader.readObject(value, path: "loss") { fields throws(ConfigError) in
        try LossSection(from: fields)
      }.0
      return try #require(loss.cost).matrix(names, path: "loss.cost")
    }
    for text in [
      #"{"false_positive": 1, "false_negative": 10, "positive_class": "defect"}"#,
      #"{"matrix": [[0, 10], [1, 0]], "classes": ["defect", "ok"]}"#, #"{"defect": {"ok": 10}, "ok": {"defect": 1}}"#,
    ] {
      #expect(try matrix(text, ["ok", "defect"]) == [[0, 1], [10, 0]], "\(text)")
      #expect(try matrix(text, ["defect", "ok"]) == [[0, 10], [1, 0]], "\(text)")
    }
    let three = #"{"matrix": [[0, 1, 2], [3, 0, 4], [5, 6, 0]], "classes": ["c", "a", "b"]}"#
    #expect(try matrix(three, ["a", "b", "c"]) == [[0, 4, 3], [6, 0, 5], [1, 2, 0]])
  }
}
