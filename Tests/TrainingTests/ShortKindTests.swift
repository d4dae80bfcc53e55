import Datasets
import Foundation
import Metrics
import Networks
import Optimization
import Specs
import Testing

@testable import Training

/// `"mse"` is short for `{"type": "mse"}`, for each kind of each registry whose keys all have defaults, and for no
/// other.
@Suite struct ShortKindTests {
  /// A registry: its kinds, how one is read, and its schema.
  struct Sort: Sendable, CustomTestStringConvertible {
    var name: String
    var kinds: [String]
    /// The resolved config of a value.
    var read: @Sendable (ConfigValue) throws(ConfigError) -> ConfigValue
    var schema: @Sendable () throws -> ConfigValue
    var testDescription: String { name }

    init<Kind, Product>(_ registry: Registry<Kind, Product>) {
      (name, kinds) = (registry.noun, registry.kinds)
      read = { value throws(ConfigError) in try FieldReader.readVariant(value, registry, path: "x").1 }
      schema = { try FieldReader.schema(of: registry, path: "x").json }
    }

    /// A section of the config whose kinds have keys of the section too.
    init(section: String, kinds: [String], base: @escaping @Sendable (ConfigValue) -> ConfigValue) {
      (name, self.kinds) = ("section \(section)", kinds)
      read = { value throws(ConfigError) in
        (try RunConfig(base(value))).resolved[section] ?? .null
      }
      schema = {
        let fields = FieldReader(describing: "")
        _ = try RunConfig(from: fields)
        return fields.properties.first { $0.key == section }?.schema.json ?? .null
      }
    }
  }

  private static func config(_ section: String) -> @Sendable (ConfigValue) -> ConfigValue {
    { value in
      let text = #"""
        {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}}, "model": {"layers": ["relu"]},
         "loss": "mse", "optimizer": "sgd"}
        """#
      guard case .object(let members)? = try? ConfigValue.parse(Data(text.utf8), file: "t") else { return .null }
      return .object(members.filter { $0.key != section } + [.init(section, value)])
    }
  }

  static let sorts: [Sort] = [
    Sort(LossRegistry.standard), Sort(OptimizerRegistry.standard), Sort(ScheduleRegistry.standard),
    Sort(LayerRegistry.standard), Sort(ActivationRegistry.standard), Sort(InitializerRegistry.standard),
    Sort(TransformRegistry.standard), Sort(MetricRegistry.standard),
    Sort(section: "loss", kinds: LossRegistry.standard.kinds, base: config("loss")),
    Sort(section: "optimizer", kinds: OptimizerRegistry.standard.kinds, base: config("optimizer")),
  ]

  private static func long(_ kind: String) -> ConfigValue { .object([.init("type", .string(kind))]) }

  @Test("short and long forms are the same, and the resolved config says the long one", arguments: sorts)
  func sameAsLong(_ sort: Sort) throws {
    var short: [String] = []
    for kind in sort.kinds {
      guard let resolved = try? sort.read(Self.long(kind)) else { continue }
      short.append(kind)
      #expect(try sort.read(.string(kind)) == resolved, "\(kind)")
      #expect(resolved["type"] == .string(kind))
      #expect(try sort.read(resolved) == resolved, "\(kind)")
    }
    #expect(!short.isEmpty)
    // The schema offers these names, and no others.
    guard case .array(let alternatives)? = try sort.schema()["anyOf"] else {
      Issue.record("no alternatives")
      return
    }
    let offered = alternatives.compactMap { $0["enum"] }
    #expect(offered == [.array(short.map(ConfigValue.string))], "\(sort.name)")
  }

  @Test("a kind that needs a key is refused by name, with the key", arguments: sorts)
  func refused(_ sort: Sort) throws {
    for kind in sort.kinds where (try? sort.read(Self.long(kind))) == nil {
      let error = #expect(throws: ConfigError.self) { try sort.read(.string(kind)) }
      let longError = #expect(throws: ConfigError.self) { try sort.read(Self.long(kind)) }
      guard let error, let longError, longError.problem.hasPrefix("key '") else { continue }
      #expect(error.problem.hasPrefix("'\(kind)' alone does not say enough, \(longError.problem); write {"), "\(error)")
      #expect(error.path == longError.path)
    }
    let error = #expect(throws: ConfigError.self) { try sort.read(.string("no_such_kind")) }
    #expect(error?.problem.hasPrefix("unknown ") == true && error?.path.hasSuffix(".type") == false, "\(sort.name)")
  }

  @Test("known ones")
  func known() throws {
    func isShort(_ index: Int, _ kind: String) -> Bool { (try? Self.sorts[index].read(.string(kind))) != nil }
    for (index, kind) in [(0, "mse"), (1, "adam"), (2, "cosine"), (3, "flatten"), (3, "relu"), (5, "zeros"), (7, "f1")]
    {
      #expect(isShort(index, kind), "\(kind)")
    }
    for (index, kind) in [(0, "expression"), (0, "sum"), (3, "dense")] { #expect(!isShort(index, kind), "\(kind)") }
    for format in DataFormatRegistry.standard.kinds {
      let error = #expect(throws: ConfigError.self) {
        try FieldReader.readVariant(.string(format), DataFormatRegistry.standard, tag: "format", path: "data.train")
      }
      #expect(error?.problem.hasPrefix("expected an object whose key 'format' names the data format (csv, ") == true)
    }
  }

  @Test("one config in short and long forms is one config")
  func whole() throws {
    func config(_ text: String) throws -> RunConfig { try RunConfig(ConfigValue.parse(Data(text.utf8), file: "t")) }
    let source = #"{"format": "synthetic", "examples": 24, "features": [4, 4, 1], "classes": 3}"#
    let data = #""data": {"train": \#(source), "augmentation": [A]}"#
    let long = try config(
      #"""
      {\#(data.replacing("A", with: #"{"type": "horizontal_flip"}"#)), "metrics": [{"type": "accuracy"}],
       "model": {"layers": [{"type": "flatten"}, {"type": "dense", "units": 3, "activation": {"type": "relu"},
       "initializer": {"type": "he_normal"}}]}, "loss": {"type": "focal"},
       "optimizer": {"type": "adam", "schedule": {"type": "cosine"}}}
      """#)
    let short = try config(
      #"""
      {\#(data.replacing("A", with: #""horizontal_flip""#)), "metrics": ["accuracy"],
       "model": {"layers": ["flatten", {"type": "dense", "units": 3, "activation": "relu", "initializer": "he_normal"}]},
       "loss": "focal", "optimizer": {"type": "adam", "schedule": "cosine"}}
      """#)
    #expect(short.resolved == long.resolved)
  }
}
