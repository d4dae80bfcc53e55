import Foundation
import Specs
import Testing
import Training

@testable import ModelSelection

/// Candidates: words of losses, products of keys, and a sentence for each of what they cannot be.
@Suite struct CandidateListTests {
  private static func base() throws -> ConfigValue {
    let text = #"""
      {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}}, "model": {"layers": [{"type": "dense", "units": 1}]},
       "loss": "mse", "optimizer": {"type": "sgd", "learning_rate": 0.1}}
      """#
    return try ConfigValue.parse(Data(text.utf8), file: "t")
  }

  private func make(_ losses: String?, _ vary: [String] = []) throws -> [Candidate] {
    try CandidateList.make(base: Self.base(), losses: losses, vary: vary)
  }

  private func sentence(_ losses: String?, _ vary: [String] = []) throws -> String {
    do {
      return "none: \(try make(losses, vary).map(\.name))"
    } catch let error as ConfigError {
      return "\(error.exitCode.rawValue) \(error.sentence)"
    }
  }

  @Test("a loss as a word sets the kind's main parameter")
  func words() throws {
    let expected = [
      "huber:2": #"{"type": "huber", "delta": 2}"#, "quantile:0.9": #"{"type": "quantile", "quantiles": [0.9]}"#,
      "tweedie:1.3": #"{"type": "tweedie", "power": 1.3}"#, "smooth_l1:0.5": #"{"type": "smooth_l1", "beta": 0.5}"#,
      "mae": #"{"type": "mae"}"#,
    ]
    for (word, text) in expected { #expect(try LossWord.value(word, option: "--losses").compactText == text) }
  }

  @Test("every combination, the first is made of first values; equal ones get numbers")
  func product() throws {
    let found = try make("mse, huber:2", ["optimizer.learning_rate=[0.1,0.2]"])
    #expect(
      found.map(\.name) == [
        "mse, optimizer.learning_rate=0.1", "mse, optimizer.learning_rate=0.2", "huber:2, optimizer.learning_rate=0.1",
        "huber:2, optimizer.learning_rate=0.2",
      ])
    #expect(
      found[3].config.resolved["loss"]?["delta"] == .integer(2)
        || found[3].config.resolved["loss"]?["delta"] == .number(2))
    #expect(try make("mse,mse").map(\.name) == ["mse", "mse #2"])
    #expect(try make(nil, [#"loss=["mae","quantile:0.3"]"#]).map(\.name) == ["loss=mae", "loss=quantile:0.3"])
  }

  @Test(
    "sentences",
    arguments: [
      (nil, [], "64 nothing to compare: give --losses"), ("mse", [], "64 nothing to compare: there is one candidate"),
      ("mse,,mae", [], "64 --losses 'mse,,mae': expected names"),
      ("mse,hubert", [], "64 --losses: unknown loss 'hubert'; did you mean 'huber'?"),
      ("mse,huber:x", [], "64 --losses: 'huber:x': expected a number behind the colon"),
      ("mse,mae:2", [], "64 --losses: 'mae:2': the loss 'mae' has no parameter that is a number"),
      ("mse,huber:-1", [], "(candidate 'huber:-1')"),
      (nil, ["optimizer.learning_rate"], "64 --vary optimizer.learning_rate: expected KEY=[VALUE, …]"),
      (nil, ["optimizer.learning_rate=0.1"], "expected a JSON list of values behind '='"),
      (nil, ["optimizer.learning_rate=[]"], "expected a JSON list of values behind '='"),
      (nil, ["optimizer.learning_rat=[1,2]"], "78 optimizer: unknown key"),
      (nil, ["seed=[1,2]", "seed=[3]"], "64 --vary seed: this key is varied twice"),
      (nil, ["model.layers[7].units=[1,2]"], "64 --vary model.layers[7].units=1: there is no entry [7]"),
    ] as [(String?, [String], String)])
  func sentences(losses: String?, vary: [String], says: String) throws {
    let found = try sentence(losses, vary)
    // Where exactly a key is refused is the config's own sentence.
    #expect(
      found.contains(says) || says.hasPrefix("78") && found.hasPrefix("78") && found.contains("learning_rat"),
      "\(found)")
  }
}
