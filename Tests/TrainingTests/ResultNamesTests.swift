import Collectives
import Foundation
import Specs
import TestSupport
import Testing

@testable import Metrics
@testable import Training

/// Names that are announced before training are the names that evaluations then write, and the values do not depend on
/// ranks.
@Suite struct ResultNamesTests {
  struct Problem: Sendable, CustomTestStringConvertible {
    var loss: String
    /// Classes, or targets where `isValues`.
    var width: Int
    var units: Int
    var isValues = false
    var testDescription: String { "\(loss), \(units) outputs" }

    func config(metrics: [String]) -> String {
      let task = isValues ? #""regression", "targets": \#(width)"# : #""classification", "classes": \#(width)"#
      let source = #"{"format": "synthetic", "features": [4], "noise": 1.5, "task": \#(task), "examples": "#
      return #"""
        {"data": {"train": \#(source) 150}, "validation": \#(source) 70, "seed": 2}, "test": \#(source) 530, "seed": 3}},
         "model": {"layers": [{"type": "dense", "units": \#(units)}]}, "loss": \#(loss),
         "optimizer": {"type": "sgd", "learning_rate": 0.01}, "training": {"epochs": 1, "global_batch_size": 50},
         "metrics": [\#(metrics.joined(separator: ", "))]}
        """#
    }
  }

  static let problems = [
    Problem(loss: #"{"type": "binary_cross_entropy"}"#, width: 2, units: 1),
    Problem(loss: #"{"type": "categorical_cross_entropy"}"#, width: 2, units: 2),
    Problem(loss: #"{"type": "categorical_cross_entropy"}"#, width: 5, units: 5),
    Problem(loss: #"{"type": "hinge"}"#, width: 2, units: 1),
    Problem(loss: #"{"type": "squared_hinge"}"#, width: 3, units: 3),
    Problem(loss: #"{"type": "mse"}"#, width: 3, units: 3, isValues: true),
    Problem(loss: #"{"type": "gaussian_nll"}"#, width: 1, units: 2, isValues: true),
    Problem(loss: #"{"type": "quantile", "quantiles": [0.9, 0.1, 0.5]}"#, width: 2, units: 6, isValues: true),
  ]

  private static func run(_ text: String, output: String, _ cluster: any Cluster) throws -> Run {
    try Run(
      RunConfig(ConfigValue.parse(Data(text.utf8), file: "t")),
      options: RunOptions(baseDirectory: ".", outputDirectory: output, threads: 1), cluster: cluster)
  }

  /// Every metric with every example of its keys that suits a problem, in lists within which no name stands twice.
  private static func lists(_ problem: Problem) throws -> [[String]] {
    var lists: [(texts: [String], names: Set<String>)] = []
    for type in MetricRegistry.standard.all {
      for example in Set(type.examples.map { $0.filter { $0 != " " } }).sorted() {
        let keys = example.dropFirst().dropLast()
        let text = #"{"type": "\#(type.kind)""# + (keys.isEmpty ? "}" : ", \(keys)}")
        let own: Set<String>
        do {
          let trainer = try run(problem.config(metrics: [text]), output: "", SoloCluster()).trainer
          own = Set(trainer.resultNames.entries.map(\.name)).subtracting(["loss"])
        } catch is ConfigError { continue }
        if let place = lists.firstIndex(where: { $0.names.isDisjoint(with: own) }) {
          lists[place].texts.append(text)
          lists[place].names.formUnion(own)
        } else {
          lists.append(([text], own))
        }
      }
    }
    return lists.map(\.texts)
  }

  @Test("for every metric and every example of its keys, on 1, 2 and 7 ranks", arguments: problems)
  func names(_ problem: Problem) throws {
    let lists = try Self.lists(problem)
    #expect((lists.first?.count ?? 0) >= 9)
    for metrics in lists {
      var evaluations: Set<[String]> = []
      for ranks in [1, 2, 7] {
        let folder = try TemporaryFolder(), path = folder.path + "/run"
        let announced = try InProcessCluster.run(size: ranks) { cluster in
          let run = try Self.run(problem.config(metrics: metrics), output: path, cluster)
          let names = run.trainer.resultNames.entries.map(\.name)
          _ = try run.run()
          return names
        }
        #expect(announced.allSatisfy { $0 == announced[0] })
        let log = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path + "/metrics.jsonl")), as: UTF8.self)
        let lines = log.split(separator: "\n").map(String.init).filter { !$0.contains(#""split": "train""#) }
        #expect(lines.count == 2)
        for line in lines {
          guard case .object(let members) = try ConfigValue.parse(Data(line.utf8), file: "log") else { continue }
          let keys = members.map(\.key).filter { !["step", "epoch", "split", "undefined"].contains($0) }
          #expect(keys.sorted() == announced[0].sorted(), "\(metrics)")
          // What is no number says why, and nothing else does.
          let reasons = members.first { $0.key == "undefined" }?.value
          for member in members where member.key != "undefined" {
            #expect((member.value == .null) == (reasons?[member.key] != nil), "\(line)")
          }
        }
        evaluations.insert(lines)
      }
      #expect(evaluations.count == 1, "other values on other ranks: \(evaluations)")
    }
  }
}
