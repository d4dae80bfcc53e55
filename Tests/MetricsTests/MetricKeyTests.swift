import Foundation
import Kernels
import Networks
import Specs
import Testing

@testable import Metrics

/// Keys of results in files: as they always were where names join to different texts, and different where they do not.
@Suite struct MetricKeyTests {
  static func context(_ classes: [String]) -> MetricContext {
    MetricContext(
      prediction: .softmaxClass, outputs: classes.count, classNames: classes, targetNames: [], units: .identity)
  }

  static func metric(_ text: String, _ registry: MetricRegistry = .standard) throws -> any MetricSpec {
    try FieldReader.readVariant(ConfigValue.parse(Data(text.utf8), file: "test"), registry, path: "metric").0
  }

  private static let matrix = "\"confusion_matrix\"", recall = #"{"type": "recall", "average": "none"}"#

  private static func keys(_ texts: [String], _ context: MetricContext, _ registry: MetricRegistry = .standard) throws
    -> [String]
  {
    let names = try ResultNames(texts.map { try metric($0, registry) }, context: context)
    return names.entries.map(\.name).dropFirst().map { $0 }
  }

  // MARK: - Plain names

  /// What is not the kind's name alone: by kind and the settings of an example.
  private static let others: [String: [String]] = [
    #"top_k_accuracy {"k": 2}"#: ["top_2_accuracy"], #"top_k_accuracy {"k": 1}"#: ["top_1_accuracy"],
    #"precision {"average": "micro"}"#: ["precision_micro"], #"precision {"average": "macro"}"#: ["precision_macro"],
    #"precision {"average": "none"}"#: ["precision.a", "precision.b", "precision.c"],
    #"recall {"average": "weighted"}"#: ["recall_weighted"], #"recall {"average": "macro"}"#: ["recall_macro"],
    #"recall {"average": "none"}"#: ["recall.a", "recall.b", "recall.c"],
    #"f1 {"average": "micro"}"#: ["f1_micro"], #"f1 {"average": "weighted"}"#: ["f1_weighted"],
    #"f1 {"average": "macro"}"#: ["f1_macro"], #"specificity {"average": "macro"}"#: ["specificity_macro"],
    "confusion_matrix {}": ["a", "b", "c"].flatMap { row in ["a", "b", "c"].map { "confusion_matrix.\(row).\($0)" } },
    "pinball_loss {}": ["pinball_loss.0.9", "pinball_loss.0.1", "pinball_loss.0.5"],
    "coverage {}": ["coverage.0.9", "coverage.0.1", "coverage.0.5"],
  ]

  @Test("of every kind, with every example of its settings")
  func everyKind() throws {
    let contexts = [
      Self.context(["a", "b", "c"]),
      MetricContext(
        prediction: .values, outputs: 2, classNames: [], targetNames: ["y.1", "y"], units: .identity),
      MetricContext(
        prediction: .quantiles([0.9, 0.1, 0.5]), outputs: 6, classNames: [], targetNames: ["y.1", "y"],
        units: .identity),
    ]
    for type in MetricRegistry.standard.all {
      for example in type.examples where example != #"{"false_positive": 5, "false_negative": 1}"# {
        let keys = example.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
        let spec = try Self.metric(#"{"type": "\#(type.kind)""# + (keys.isEmpty ? "}" : ", \(keys)}"))
        let states = contexts.compactMap { try? spec.makeState($0) }
        #expect(!states.isEmpty, "\(type.kind) suits none of the contexts")
        let expected = Self.others["\(type.kind) {\(keys)}"] ?? [type.kind]
        for state in states {
          #expect(MetricReport([state.value]).entries.map(\.name) == expected)
          // No label of a user can make the key of another kind, nor one of the object that results stand in.
          #expect(!state.value.name.contains(".") && !MetricKey.reserved.contains(state.value.name))
        }
      }
    }
  }

  @Test("labels with dots are written as they are where no two keys are the same")
  func dots() throws {
    let classes = ["a", "a.b", "b", "b.c", "loss", "macro", "undefined", "'", ""]
    #expect(try Self.keys([Self.recall], Self.context(classes)) == classes.map { "recall." + $0 })
    #expect(
      try Self.keys([Self.matrix], Self.context(["1.5", "2"]))
        == ["1.5.1.5", "1.5.2", "2.1.5", "2.2"].map { "confusion_matrix." + $0 })
    let four = ["a", "a.b", "b", "b.c"]
    #expect(
      try Self.keys([Self.matrix], Self.context(four))
        == four.flatMap { row in four.map { "confusion_matrix.\(row).\($0)" } })
  }

  // MARK: - Names that join to the same

  private struct Collision: Sendable, CustomTestStringConvertible {
    var classes: [String]
    /// How each class stands in the keys of the matrix.
    var labels: [String]
    var testDescription: String { "\(classes)" }
  }

  private static let collisions = [
    Collision(classes: ["a", "a.b", "b", "b.c", "c"], labels: ["a", "'a.b'", "b", "'b.c'", "c"]),
    Collision(classes: ["a", "a.b", "b.c", "c"], labels: ["a", "'a.b'", "'b.c'", "c"]),
    Collision(classes: ["1", "1.1", "2"], labels: ["1", "'1.1'", "2"]),
    Collision(classes: ["", "."], labels: ["", "'.'"]),
    Collision(classes: [".", "..", "..."], labels: ["'.'", "'..'", "'...'"]),
    Collision(classes: ["", ".a", "a.a", "a"], labels: ["", "'.a'", "'a.a'", "a"]),
    // What looks like a label in apostrophes, or has some.
    Collision(classes: ["a", "a.a", "'a.a'"], labels: ["a", "'a.a'", "'''a.a'''"]),
    Collision(classes: ["a", "a.a", "'a"], labels: ["a", "'a.a'", "'''a'"]),
    Collision(classes: ["a", "a.a", "it's", "'", "''"], labels: ["a", "'a.a'", "it's", "''''", "''''''"]),
    Collision(
      classes: ["a", "a.a", "a'.'a", "a'.'a.a"], labels: ["a", "'a.a'", "'a''.''a'", "'a''.''a.a'"]),
    // A dot that is one character with what follows it is a dot to who splits the bytes.
    Collision(classes: ["a", "a.a", ".\u{301}b"], labels: ["a", "'a.a'", "'.\u{301}b'"]),
    Collision(classes: ["a", "a.a", "'\u{301}b"], labels: ["a", "'a.a'", "'''\u{301}b'"]),
    Collision(classes: ["a", "a.a", "\u{301}.b", "é"], labels: ["a", "'a.a'", "'\u{301}.b'", "é"]),
    Collision(
      classes: ["loss", "loss.loss", "undefined", "macro"], labels: ["loss", "'loss.loss'", "undefined", "macro"]),
    Collision(classes: ["\"", "\".\"", "\\", "a\nb"], labels: ["\"", "'\".\"'", "\\", "a\nb"]),
    Collision(
      classes: ["confusion_matrix", "confusion_matrix.confusion_matrix"],
      labels: ["confusion_matrix", "'confusion_matrix.confusion_matrix'"]),
  ]

  @Test("in a matrix: labels with dots stand in apostrophes, and a vector beside it stays", arguments: collisions)
  private func collision(_ entry: Collision) throws {
    let context = Self.context(entry.classes)
    let expected = entry.labels.flatMap { row in entry.labels.map { "confusion_matrix.\(row).\($0)" } }
    #expect(try Self.keys([Self.matrix], context) == expected)
    let vector = entry.classes.map { "recall." + $0 }
    #expect(try Self.keys([Self.recall, Self.matrix, "\"accuracy\""], context) == vector + expected + ["accuracy"])
    try Self.requireDistinct(expected + vector)
  }

  /// Also as the text of a file, to a reader of JSON that compares keys by their bytes or by their characters.
  private static func requireDistinct(_ keys: [String]) throws {
    #expect(Set(keys).count == keys.count && Set(keys.map { Array($0.utf8) }).count == keys.count, "\(keys)")
    let members = keys.enumerated().map { ConfigValue.Member($1, .integer($0)) }
    let read = try ConfigValue.parse(Data(ConfigValue.object(members).compactText.utf8), file: "keys")
    for member in members { #expect(read[member.key] == member.value) }
  }

  // MARK: - Any names

  /// Numbers that are the same in every run.
  private struct Dice {
    var state: UInt64
    mutating func roll(_ sides: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(sides))
    }
  }

  private static let pieces = [
    ".", ".", ".", "'", "'", "a", "a", "b", "''", "é", "\u{301}", "\u{338}", " ", "\n", "\"", "\\", "loss", "undefined",
    "日本",
    "🙂",
  ]

  /// Takes a key apart that has labels in apostrophes; nil where it cannot be.
  private static func labels(_ key: String, behind name: String) -> [String]? {
    var rest = Array(key.unicodeScalars.dropFirst(name.unicodeScalars.count))[...], labels: [String] = []
    while !rest.isEmpty {
      guard rest.removeFirst() == "." else { return nil }
      var label = String.UnicodeScalarView()
      if rest.first == "'" {
        rest.removeFirst()
        while true {
          guard let next = rest.popFirst() else { return nil }
          if next == "'" {
            guard rest.first == "'" else { break }
            rest.removeFirst()
          }
          label.append(next)
        }
      } else {
        while let next = rest.first, next != "." {
          label.append(next)
          rest.removeFirst()
        }
      }
      labels.append(String(label))
    }
    return labels
  }

  @Test("random names of classes: keys differ, each finds its result, and tells its labels")
  func random() throws {
    var dice = Dice(state: 11), quoted = 0, plain = 0
    for _ in 0..<1000 {
      let count = 2 + dice.roll(5),
        wanted = (0..<count).map { _ in
          (0..<dice.roll(5)).map { _ in Self.pieces[dice.roll(Self.pieces.count)] }.joined()
        }
      // The reader of data holds classes apart as texts are.
      let classes = wanted.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      guard classes.count > 1 else { continue }
      let context = Self.context(classes), texts = [Self.recall, Self.matrix]
      let names = try ResultNames(texts.map { try Self.metric($0) }, context: context)
      let keys = names.entries.map(\.name)
      #expect(keys.count == 1 + classes.count + classes.count * classes.count)
      try Self.requireDistinct(keys)
      for entry in names.entries {
        #expect(names.entries(for: entry.name) == [entry], "\(entry.name)")
        guard entry.kind == "recall" else { continue }
        #expect(
          try WatchedMetric(entry.name, among: names, context: context, path: "")
            == WatchedMetric(name: entry.name, higherIsBetter: true))
      }
      let cells = classes.flatMap { row in classes.map { [row, $0] } }
      let joined = cells.map { "confusion_matrix.\($0[0]).\($0[1])" }
      let own = Array(keys.suffix(cells.count))
      if Set(joined).count == cells.count {
        plain += 1
        #expect(own == joined)
      } else {
        quoted += 1
        #expect(own.map { Self.labels($0, behind: "confusion_matrix") } == cells, "\(own)")
      }
    }
    #expect(quoted > 40 && plain > 40, "\(quoted) with keys that join, \(plain) without")
  }

  // MARK: - Added metrics

  @Test("between two metrics: what joins to the same is written apart, what is the same is refused")
  func between() throws {
    func numbers(_ count: Int) -> [MetricNumber] { (0..<count).map { MetricNumber(Double($0)) } }
    let one = MetricValue.vector("m", labels: ["x.y", "z"], numbers(2))
    #expect(
      MetricReport([one, .vector("m.x", labels: ["y"], numbers(1))]).entries.map(\.name) == ["m.'x.y'", "m.z", "m.x.y"])
    #expect(
      MetricReport([one, .matrix("m", rows: ["x"], columns: ["y", "w"], numbers(2))]).entries.map(\.name)
        == ["m.'x.y'", "m.z", "m.x.y", "m.x.w"])
    // A key in apostrophes is one that another metric has without any.
    let two = MetricValue.matrix("m", rows: ["a", "a.b"], columns: ["b", "b.b"], numbers(4))
    let three = MetricValue.vector("m.'a", labels: ["b'.b", "c"], numbers(2))
    let keys = MetricReport([two, three]).entries.map(\.name)
    #expect(keys == ["m.a.b", "m.a.'b.b'", "m.'a.b'.b", "m.'a.b'.'b.b'", "m.'a.'b''.b'", "m.'a.c"])
    // The same twice, as in models of earlier builds: the first one counts.
    let twice = MetricReport([MetricValue("m", 1), MetricValue("m", 2), one, one])
    #expect(twice.entries.map(\.name) == ["m", "m.x.y", "m.z"] && twice["m"]?.value == 1)
  }
}
