import Foundation
import Specs
import Testing

@testable import Networks

/// Losses, layers, activations and initializers that a test adds are read and used as the standard ones are.
@Suite struct RegistryTests {
  /// Half the squared error.
  struct HalfSquare: LossSpec {
    static let kind = "half_square"
    static let summary = "½ (p − y)²"
    static let examples = ["{}", "{ }"]
    var targets: LossTargets { .values }
    init(from fields: FieldReader) throws(ConfigError) {}
    func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss {
      try context.requireOutputPerTarget()
      return FlawedLoss(width: context.targetWidth, flaw: .none)
    }
  }

  struct Quarter: InitializerSpec {
    static let kind = "quarter"
    static let summary = "all ¼"
    static let examples = ["{}", "{ }"]
    init(from fields: FieldReader) throws(ConfigError) {}
    func distribution(fanIn: Int, fanOut: Int) -> InitialDistribution { .constant(0.25) }
  }

  struct Impostor: LossSpec {
    static let kind = "mse"
    static let summary = ""
    static let examples: [String] = []
    var targets: LossTargets { .values }
    init(from fields: FieldReader) throws(ConfigError) {}
    func makeLoss(_ context: LossContext) throws(ConfigError) -> any Loss { FlawedLoss(width: 1, flaw: .none) }
  }

  static func json(_ text: String) throws -> ConfigValue { try ConfigValue.parse(Data(text.utf8), file: "t") }

  @Test("an added loss is read, as a term of a sum too")
  func losses() throws {
    let losses = try LossRegistry.standard.adding(HalfSquare.self)
    #expect(try FieldReader.readVariant(Self.json(#""half_square""#), losses, path: "loss").0 is HalfSquare)
    let sum = try Self.json(#"{"type": "sum", "terms": [{"loss": "mse"}, {"loss": {"type": "half_square"}}]}"#)
    let spec = try #require(try FieldReader.readVariant(sum, losses, path: "loss").0 as? SumLoss)
    #expect(spec.terms[1].loss is HalfSquare)
    let error = #expect(throws: ConfigError.self) {
      try FieldReader.readVariant(sum, LossRegistry.standard, path: "loss")
    }
    #expect(error?.problem.hasPrefix("unknown loss 'half_square'") == true)
    // The battery tries a loss that is added as it tries those of the registry.
    expectNone(LossCase.findings(spec.terms[1].loss), "half_square")
  }

  @Test("an added activation and an added initializer are read within a layer; the activation is a layer too")
  func layers() throws {
    let registries = Registries.standard
      .with(try LayerRegistry.standard.adding(ElementFunctionTests.Square.self))
      .with(try ActivationRegistry.standard.adding(ElementFunctionTests.Square.self))
      .with(try InitializerRegistry.standard.adding(Quarter.self))
    let model = try Self.json(
      #"{"layers": [{"type": "dense", "units": 2, "activation": "square", "initializer": "quarter"}, "square"]}"#)
    func layers(_ fields: FieldReader) throws(ConfigError) -> [LayerNode] {
      try fields.list("layers", of: .anything, "layers") { value, path throws(ConfigError) in
        try fields.readVariant(value, LayerRegistry.standard, path: path)
      }
    }
    let found = try FieldReader.readObject(model, path: "model", registries: registries, layers).0
    let dense = try #require(found[0].spec as? Dense)
    let layer = try dense.makeLayer(input: Port([3]), path: "layer")
    #expect(layer.needs.savedCount == 2, "the slope is computed from the input")
    #expect(dense.weightInitializer is Quarter)
    #expect(found[1].spec is ElementFunctionTests.Square)
    #expect(throws: ConfigError.self) { try FieldReader.readObject(model, path: "model", layers) }
  }

  @Test("a name that is taken is refused")
  func taken() {
    #expect(throws: ConfigError.self) { try LossRegistry.standard.adding(Impostor.self) }
    #expect(throws: ConfigError.self) { try LayerRegistry.standard.adding(ReLU.self) }
    #expect(throws: ConfigError.self) { try ActivationRegistry.standard.adding(ReLU.self) }
    #expect(throws: ConfigError.self) { try InitializerRegistry.standard.adding(Zeros.self) }
  }
}
