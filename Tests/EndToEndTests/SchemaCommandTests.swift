import Foundation
import TestSupport
import Testing

/// `ptrain schema`, with a key and without.
@Suite struct SchemaCommandTests {
  private func listing(_ key: String) throws -> String {
    let outcome = try Command.ptrain(["schema", key])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return outcome.output
  }

  @Test("a key lists what may stand there, with defaults and meaning")
  func listings() throws {
    let cases: [(key: String, says: [String])] = [
      (
        "data.train",
        [
          "data.train: the data to learn from (kind; required)", "Kinds, named by \"format\":", "  csv: a table",
          "path", "required",
        ]
      ),
      ("data.train.csv", ["delimiter", "\",\"", "the character between fields"]),
      (
        "loss",
        ["the name alone is enough where no key is required", "  mse: ", "class_weights", "Keys of every kind:"]
      ),
      ("loss.focal", ["gamma", "2"]), ("optimizer.schedule", ["default constant", "cosine"]),
      ("model.layers", ["list of kind", "dense", "units"]), ("model.layers[0].dense", ["whole number 1 to 1048576"]),
      ("training", ["epochs", "whole number 0 to 1000000", "10", "see ptrain schema training.ema"]),
      ("parallel.shards", ["whole number 1 to 65536 or \"auto\"; default 8"]), ("metrics", ["accuracy"]),
      ("data.validation", ["fraction", "csv"]), ("seed", ["seed of everything random", "default 42"]),
    ]
    for (key, parts) in cases {
      let text = try listing(key)
      // Lines are broken where they are long.
      let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      for part in parts { #expect(text.contains(part) || words.contains(part), "\(key): \(part) is not in \(text)") }
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 140 }, "\(key)")
    }
    #expect(try Command.ptrain(["schema", "seed"], ranks: 2).output == (try listing("seed")))
  }

  @Test("what is not there is one sentence with the nearest name, exit code 64")
  func unknown() throws {
    let cases = [
      ("data.trian", "'data' has no key 'trian'; did you mean 'train'?"),
      ("optimizer.sgd.momentun", "did you mean 'momentum'?"), ("seed.x", "'seed' has no keys"),
      ("loss.mze", "did you mean 'mse'?"),
    ]
    for (key, says) in cases {
      for ranks in [0, 2] {
        let outcome = try Command.ptrain(["schema", key], ranks: ranks)
        #expect(
          outcome.status == 64 && outcome.complaints.count == 1 && outcome.errors.contains(says), "\(outcome.errors)")
      }
    }
  }

  @Test("without a key it is the JSON Schema")
  func whole() throws {
    let outcome = try Command.ptrain(["schema"])
    #expect(outcome.status == 0 && outcome.output.hasPrefix("{\n  \"$schema\""), "\(outcome.errors)")
  }
}
