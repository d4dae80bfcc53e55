import Kernels
import Specs
import Testing

@testable import Datasets

/// Formats and changes of samples that a test adds are read as the standard ones are.
@Suite struct RegistryTests {
  /// The format `synthetic` under another name.
  struct Drawn: DataFormat {
    static let kind = "drawn"
    static let summary = "random numbers"
    static let examples = ["{}", "{ }"]
    static let pathKeys = ["seed_file"]
    var hasTargets: Bool { true }
    var seedFile: String?
    private let format: SyntheticFormat

    init(from fields: FieldReader) throws(ConfigError) {
      seedFile = try fields.optionalText("seed_file", "a path")
      format = try SyntheticFormat(from: fields)
    }

    func read(into sink: DataSink) throws(DataError) { try format.read(into: sink) }
  }

  struct Negative: TransformSpec {
    static let kind = "negative"
    static let summary = "−x"
    static let examples = ["{}", "{ }"]
    init(from fields: FieldReader) throws(ConfigError) {}
    func makeTransform(_ shape: Shape, path: String) throws(ConfigError) -> any Transform {
      Negation(count: shape.count)
    }
    struct Negation: Transform {
      let count: Int
      func apply(_ sample: UnsafeMutablePointer<Float>, random: RandomStream) {
        for index in 0..<count { sample[index] = -sample[index] }
      }
    }
  }

  @Test("an added format is read for every part, and an added change of samples")
  func section() throws {
    let registries = Registries.standard
      .with(try DataFormatRegistry.standard.adding(Drawn.self))
      .with(try TransformRegistry.standard.adding(Negative.self))
    let value = try json(
      #"""
      {"train": {"format": "drawn", "examples": 8, "features": 2}, "validation": {"fraction": 0.5},
       "test": {"format": "drawn", "examples": 4, "features": 2}, "augmentation": ["negative"]}
      """#)
    func section(_ fields: FieldReader) throws(ConfigError) -> DataSection { try DataSection(from: fields) }
    let found = try FieldReader.readObject(value, path: "data", registries: registries, section).0
    #expect(try found.train.load(in: DataContext(baseDirectory: "/")).count == 8)
    guard case .source(let test) = found.test else {
      Issue.record("no source")
      return
    }
    #expect(test is Drawn)
    let augmentation = try Augmentation(found.augmentation, shape: [2], seed: 1, path: "augmentation")
    var sample: [Float] = [1, -2]
    sample.withUnsafeMutableBufferPointer { values in
      if let base = values.baseAddress { augmentation.apply(base, id: 0, epoch: 0) }
    }
    #expect(sample == [-1, 2])
    let error = #expect(throws: ConfigError.self) { try FieldReader.readObject(value, path: "data", section) }
    #expect(error?.problem.hasPrefix("unknown data format 'drawn'") == true)
  }

  @Test("a name that is taken is refused")
  func taken() {
    #expect(throws: ConfigError.self) { try DataFormatRegistry.standard.adding(CSVFormat.self) }
    #expect(throws: ConfigError.self) { try TransformRegistry.standard.adding(GaussianNoise.self) }
  }
}
