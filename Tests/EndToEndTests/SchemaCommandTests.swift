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

  @Test("the article of all keys is what the program says")
  func reference() throws {
    let outcome = try Command.ptrain(["schema", "--markdown"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let article = try String(contentsOfFile: "\(Command.root)/\(Documents.catalog)/Keys.md", encoding: .utf8)
    let said = outcome.output.components(separatedBy: "\n"), kept = article.components(separatedBy: "\n")
    let line =
      zip(said, kept).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(said.count, kept.count)
    let isSame = outcome.output == article
    #expect(
      isSame,
      "Keys.md differs from line \(line + 1) on, where the program says '\(line < said.count ? said[line] : "")'; run scripts/keys"
    )
    #expect(said.count > 500 && said.allSatisfy { $0.count <= 150 })
    let both = try Command.ptrain(["schema", "loss", "--markdown"])
    #expect(both.status == 64 && both.complaints.count == 1 && both.errors.contains("leave the key out"))
  }

  @Test("help explains keys as schema does, and commands as --help does")
  func help() throws {
    for key in ["data.train", "loss.huber", "optimizer.learning_rate", "seed", "data.columns.NAME.transform"] {
      let outcome = try Command.ptrain(["help", key])
      #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
      #expect(try outcome.output == listing(key))
    }
    let rates = try listing("optimizer.learning_rate")
    #expect(
      rates.contains("sgd, ") && rates.contains("default 0.01\n") && rates.contains("default 0.001\n"), "\(rates)")
    for command in ["train", "launch", "schema", "help"] {
      let outcome = try Command.ptrain(["help", command])
      #expect(outcome.status == 0 && outcome.output.contains("USAGE: ptrain \(command)"), "\(outcome.output)")
      #expect(try outcome.output == Command.ptrain([command, "--help"]).output)
    }
    let whole = try Command.ptrain(["help"])
    #expect(whole.status == 0 && whole.output.contains("SUBCOMMANDS"))
    #expect(try whole.output == Command.ptrain(["--help"]).output)
  }

  @Test("help of what is neither names what is near, exit code 64")
  func unknownHelp() throws {
    let cases = [
      ("data.trian", "'data' has no key 'trian'; did you mean 'train'?"),
      ("huber", "'huber' is neither a command nor a key of a config; did you mean 'loss.huber'?"),
      ("hubr", "did you mean 'loss.huber'?"), ("learning_rate", "did you mean 'optimizer.learning_rate'?"),
      ("trian", "did you mean 'train' or 'data.train'?"), ("optimzer", "did you mean 'optimizer'"),
      ("qqqqqqqqqq", "commands: train, launch"),
    ]
    for (name, says) in cases {
      let outcome = try Command.ptrain(["help", name])
      #expect(
        outcome.status == 64 && outcome.complaints.count == 1 && outcome.errors.contains(says),
        "\(name): \(outcome.errors)")
    }
    #expect(try Command.ptrain(["help", "huber"], ranks: 2).complaints.count == 1)
  }
}
