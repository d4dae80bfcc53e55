import Collectives
import Datasets
import Foundation
import Networks
import Optimization
import Specs
import TestSupport
import Testing

@testable import Metrics
@testable import Training

/// What is written is read again: the config of a run as its files hold it is the config that it was started with, for
/// every kind and every key that the schema names.
@Suite struct WrittenConfigTests {
  /// A config as its reader understands it, and the text that a file holds of it.
  struct Reading: Equatable {
    /// Every field of every section, as Swift prints it.
    var meaning: String
    var written: String
  }

  static func read(_ value: ConfigValue) throws(ConfigError) -> Reading {
    var config = try RunConfig(value)
    let written = config.resolved.prettyText
    config.resolved = .null
    return Reading(meaning: String(reflecting: config), written: written)
  }

  /// What goes wrong when a config is written and read; nil where nothing does.
  static func problem(
    with value: ConfigValue, _ read: (ConfigValue) throws(ConfigError) -> Reading
  ) -> String? {
    func again(_ text: String) throws(ConfigError) -> Reading {
      try read(ConfigValue.parse(Data(text.utf8), file: "written"))
    }
    do throws(ConfigError) {
      let first = try read(value)
      // As the user's file would hold it, as config.json holds it, and as a model's metadata hold it.
      let resolved = try ConfigValue.parse(Data(first.written.utf8), file: "written")
      for text in [value.prettyText, first.written, resolved.compactText] {
        let second = try again(text)
        if second.written != first.written {
          return "is written otherwise the second time: " + difference(first.written, second.written)
        }
        if second.meaning != first.meaning, pieces(second.meaning) != pieces(first.meaning) {
          return "means something else: " + difference(first.meaning, second.meaning)
        }
      }
      return nil
    } catch {
      return "is refused: \(error.sentence)"
    }
  }

  /// What a meaning is made of, in any order: dictionaries print theirs in one of their own.
  private static func pieces(_ meaning: String) -> [String] {
    // A header that was found without being stated is stated from then on: what is read is the same.
    meaning.replacingOccurrences(of: "headerIsStated: false", with: "headerIsStated: true").filter {
      !"[]()".contains($0)
    }.replacingOccurrences(of: ": ", with: ", ").components(separatedBy: ", ")
      .sorted()
  }

  /// Two texts from shortly before the first place where they differ.
  private static func difference(_ one: String, _ other: String) -> String {
    let same = zip(one.unicodeScalars, other.unicodeScalars).prefix { $0 == $1 }.count
    func piece(_ text: String) -> String {
      String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(max(0, same - 60)).prefix(120)))
    }
    return "…\(piece(one))… and …\(piece(other))…"
  }

  // MARK: - The schema, and what of it is tried

  /// The schema of the whole config.
  static func schema() throws -> [Schema.Property] {
    let fields = FieldReader(describing: "")
    _ = try RunConfig(from: fields)
    return fields.properties
  }

  /// What a schema does not say, and what the registries' kinds show of themselves.
  static let samples: [String: [ConfigValue]] = {
    func values(_ texts: String...) -> [ConfigValue] {
      texts.map { (try? ConfigValue.parse(Data($0.utf8), file: "sample")) ?? .null }
    }
    let costs = values(
      #"{"false_positive": 5, "false_negative": 0.1}"#, #"{"matrix": [[0, 0.1], [3, 0]]}"#,
      #"{"matrix": [[0, 1e-300], [3, 0]], "classes": ["b\n", "é"]}"#,
      #"{"positive_class": "é", "false_negative": 1e300}"#,
      #"{"a": {"b": 0.1}, "b": {"a": 3}}"#)
    var samples = [
      "allreduce": AllReduceRegistry.standard.names.map(ConfigValue.string),
      "delimiter": values(#"";""#, #""\t""#, #"",""#),
      "per_sample": values(#""(p - y)^2""#, #""where(y > p, 3*(y-p), y-p)^2""#, #""softplus(p) - y*p*1e-3""#),
      "terms": values(
        #"[{"loss": "mse"}, {"weight": 0.3, "loss": {"type": "huber", "delta": 0.1}}]"#,
        #"[{"loss": "hinge"}, {"weight": 1e-300, "loss": {"type": "focal", "gamma": 0.1}}]"#,
        #"[{"weight": 1e-300, "loss": {"type": "sum", "terms": [{"loss": {"type": "expression", "per_sample": "c*(p-y)^2", "constants": {"c": 0.1}}}]}}]"#
      ),
      "cost": costs,
      "parameter_groups": values(
        "[]", #"[{"match": "*.bias", "l1": 0.1, "learning_rate": 1e-300}, {"match": "é*\n"}]"#),
    ]
    func add(_ keys: [String], _ tag: String, _ types: [any Spec.Type]) {
      for key in keys {
        for type in types {
          samples["\(key)=\(type.kind)"] = type.examples.map { text in
            let value = try? ConfigValue.parse(Data(text.utf8), file: "sample")
            guard case .object(let members)? = value else { return .null }
            return .object([.init(tag, .string(type.kind))] + members)
          }
        }
      }
    }
    add(["loss"], "type", LossRegistry.standard.all)
    add(["optimizer"], "type", OptimizerRegistry.standard.all)
    add(["schedule"], "type", ScheduleRegistry.standard.all)
    add(["layers"], "type", LayerRegistry.standard.all)
    add(["initializer", "bias_initializer"], "type", InitializerRegistry.standard.all)
    add(["metrics"], "type", MetricRegistry.standard.all)
    add(["train", "validation", "test"], "format", DataFormatRegistry.standard.all)
    samples["loss=sum", default: []] += values(
      #"{"type": "sum", "terms": [{"loss": "hinge"}], "class_weights": [0.1, 1e-300], "cost": {"false_positive": 5}}"#)
    for key in ["validation=csv", "test=csv"] {
      samples[key, default: []] += values(
        #"{"format": "csv", "path": "v.csv", "targets": "y", "missing_values": ["-999", "é"]}"#)
    }
    samples["metrics=expected_cost", default: []] += costs.compactMap { cost in
      guard case .object(let members) = cost else { return nil }
      return .object([.init("type", .string("expected_cost"))] + members)
    }
    return samples
  }()

  /// Small configs that random sections are put into: one for losses on classes, one on values.
  static let bases = [
    #"""
    {"data": {"train": {"format": "synthetic", "examples": 16, "features": 2}},
     "model": {"layers": [{"type": "dense", "units": 2}]}, "loss": {"type": "categorical_cross_entropy"},
     "optimizer": {"type": "sgd"}}
    """#,
    #"""
    {"data": {"train": {"format": "csv", "path": "é/x.csv", "targets": "y"}},
     "model": {"layers": [{"type": "dense", "units": 1}]}, "loss": {"type": "mse"}, "optimizer": {"type": "adam"}}
    """#,
  ]

  /// Configs of random sections, each of which its reader accepts; and the names of the keys that had other values than
  /// their defaults.
  ///
  /// The first hundreds have sections of all kinds; then sections in which a key has not had its turn are drawn until
  /// it has, and kept.
  static let random: (configs: [ConfigValue], covered: Set<String>) = {
    guard let schema = try? Self.schema() else { return ([], []) }
    var sampler = SchemaSampler(seed: 1, samples: Self.samples), configs: [ConfigValue] = []
    for round in 0..<20_000 {
      sampler.seeksUncovered = round >= 250
      let sections = round < 250 ? schema : schema.filter { !wanted([$0]).isSubset(of: sampler.covered) }
      if sections.isEmpty { break }
      var config = (try? ConfigValue.parse(Data(Self.bases[round % 2].utf8), file: "base")) ?? .null
      // The sections in another order each time: some fit only what was there before.
      for property in sections.dropFirst(round % sections.count) + sections.prefix(round % sections.count) {
        for _ in 0..<4 {
          let tried = Self.replacing(property.key, with: sampler.value(of: property.key, property.schema), in: config)
          guard (try? RunConfig(tried)) != nil else { continue }
          config = tried
          break
        }
      }
      let before = sampler.covered.count
      SchemaSampler.walk(.object(schema), "", config) { name, property, value in
        if let value, value != .null, value != property.defaultValue { sampler.covered.insert(name) }
      }
      if round < 250 || sampler.covered.count > before { configs.append(config) }
    }
    return (configs, sampler.covered)
  }()

  /// The names of all keys of some sections that can have another value than their default.
  private static func wanted(_ sections: [Schema.Property]) -> Set<String> {
    var names: Set<String> = []
    SchemaSampler.walk(.object(sections), "", nil) { name, _, _ in names.insert(name) }
    return names.subtracting(refused)
  }

  /// Losses on values refuse what weighs classes.
  private static let refused: Set<String> = Set(
    LossRegistry.standard.all.flatMap { type -> [String] in
      let sample = samples["loss=\(type.kind)"]?.first ?? .null
      let loss = try? FieldReader.readVariant(sample, LossRegistry.standard, path: "").0
      let isOnValues = loss?.targets == .values && type != SumLoss.self
      return isOnValues ? ["loss=\(type.kind).class_weights", "loss=\(type.kind).cost"] : []
    })

  @Test("random configs are written and read again")
  func randomConfigs() {
    #expect(Self.random.configs.count >= 250)
    for config in Self.random.configs {
      guard let problem = Self.problem(with: config, Self.read) else { continue }
      Issue.record("\(config.compactText) \(problem)")
    }
  }

  @Test("every kind and every key of the schema is among the random configs, at another value than its default")
  func coverage() throws {
    let wanted = Self.wanted(try Self.schema())
    #expect(wanted.count > 250, "\(wanted.count)")
    let missing = wanted.subtracting(Self.random.covered).sorted()
    #expect(missing.isEmpty, "no sample: \(missing.joined(separator: ", "))")
  }

  @Test("negative control: a reader that writes what it does not read, or what means something else, is noticed")
  func notices() throws {
    let value = ConfigValue.object([.init("a", .number(0.1))])
    func read(_ text: @escaping (Double) -> ConfigValue) -> (ConfigValue) throws(ConfigError) -> Reading {
      { value throws(ConfigError) in
        let (number, resolved) = try FieldReader.readObject(value, path: "") { fields throws(ConfigError) in
          try fields.read("a", schema: .number(.any), default: nil, example: 0, summary: "") {
            value, path throws(ConfigError) in
            let number = try FieldReader.number(value, in: .any, path: path)
            return (number, text(number))
          }
        }
        return Reading(meaning: "\(number)", written: resolved.prettyText)
      }
    }
    #expect(Self.problem(with: value, read { .number($0) }) == nil)
    #expect(Self.problem(with: value, read { .number(Double(Float($0))) })?.contains("means something else") == true)
    #expect(Self.problem(with: value, read { .number($0 + 1) })?.contains("is written otherwise") == true)
    #expect(Self.problem(with: value, read { .string("\($0)") })?.contains("is refused") == true)
  }

  static func replacing(_ key: String, with value: ConfigValue, in config: ConfigValue) -> ConfigValue {
    guard case .object(var members) = config else { return config }
    members.removeAll { $0.key == key }
    return .object(members + [.init(key, value)])
  }
}
