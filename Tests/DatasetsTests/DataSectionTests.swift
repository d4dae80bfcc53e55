import Specs
import Testing

@testable import Datasets

@Suite struct DataSectionTests {
  @Test func everyFormatReadsItsSamplesAndDescribesItself() throws {
    #expect(Set(DataFormatRegistry.standard.kinds).count == DataFormatRegistry.standard.all.count)
    for format in DataFormatRegistry.standard.all {
      #expect(format.examples.count >= 2)
      for example in format.examples {
        let fields = try FieldReader(try json(example), path: "data.train")
        _ = try format.init(from: fields)
        try fields.finish()
      }
    }
    let reader = FieldReader(describing: "data")
    _ = try DataSection(from: reader)
    #expect(
      reader.properties.map(\.key) == [
        "train", "columns", "validation", "test", "normalize", "normalize_targets", "positive_class", "shuffle",
        "missing",
        "mapping", "cache", "cache_directory", "augmentation",
      ])
    let schema = Schema.object(reader.properties).json.compactText
    for word in ["fraction", "minmax", "csv", "idx", "npy", "synthetic", "sample_weight"] {
      #expect(schema.contains(word), "\(word)")
    }
  }

  @Test func resolvesDefaults() throws {
    let text = #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": {"fraction": 0.1}}"#
    let resolved = try FieldReader.readObject(try json(text), path: "data") { fields throws(ConfigError) in
      try DataSection(from: fields)
    }.1
    #expect(resolved["normalize"] == .string("standard"))
    #expect(resolved["shuffle"] == .boolean(true))
    #expect(resolved["train"]?["delimiter"] == .string(","))
    #expect(resolved["validation"]?["fraction"] == .number(0.1))
    // What is resolved reads again as itself.
    let again = try FieldReader.readObject(resolved, path: "data") { fields throws(ConfigError) in
      try DataSection(from: fields)
    }.1
    #expect(again == resolved)
  }

  static let train = #""train": {"format": "csv", "path": "t.csv", "targets": "y"}"#

  @Test(arguments: [
    ("{}", "data: key 'train' is required: the data to learn from"),
    (
      #"{"train": {"format": "ccsv", "path": "x"}}"#,
      "data.train.format: unknown data format 'ccsv'; did you mean 'csv'? known: csv, hdf5, idx, libsvm, npy, npz, safetensors, synthetic, table"
    ),
    (
      #"{"train": {"format": "cifar10", "path": "x"}}"#,
      "data.train.format: data format 'cifar10' is not in this version; known: csv, hdf5, idx, libsvm, npy, npz, safetensors, synthetic, table"
    ),
    (
      #"{"train": {"format": "csv", "path": "x", "target": "y"}}"#,
      "data.train.target: unknown key; did you mean 'targets'? known: format, path, header, delimiter, targets, features, categorical, sample_weight, missing_values"
    ),
    (
      #"{"train": {"format": "csv", "path": "x"}}"#,
      "data.train: key 'targets' is required: training and evaluation compare with targets"
    ),
    (
      #"{"train": {"format": "csv", "path": "x", "targets": 3}}"#,
      "data.train.targets: expected a column's name, as 'header' is true; found the number 3; put a name in quotes, or set 'header' to false to count columns from 0"
    ),
    (
      #"{"train": {"format": "csv", "path": "x", "targets": "y", "header": false}}"#,
      #"data.train.targets: expected a column's index from 0, as 'header' is false; found text ("y"); give the index, or set 'header' to true where line 1 names the columns"#
    ),
    (
      #"{"train": {"format": "csv", "path": "x", "targets": ["y", "y"]}}"#,
      "data.train.targets[1]: column 'y' is named twice"
    ),
    (
      #"{"train": {"format": "csv", "path": "x", "targets": "y", "features": ["y", "x"]}}"#,
      "data.train.targets: column 'y' is also a feature; it can be only one of them"
    ),
    (
      #"{"train": {"format": "csv", "path": "x", "targets": "y", "features": ["x"], "categorical": ["z"]}}"#,
      "data.train.categorical: column 'z' is not among 'features'; add it there"
    ),
    (
      #"{"train": {"format": "csv", "path": "x", "targets": "y", "sample_weight": "y"}}"#,
      "data.train.sample_weight: column 'y' is also a feature or target; it can be only one"
    ),
    (
      #"{"train": {"format": "csv", "path": "x", "targets": "y", "delimiter": ";;"}}"#,
      #"data.train.delimiter: expected one character like "," or ";" or "\t", found ";;""#
    ),
    (
      #"{\#(train), "validation": {"fraction": 1.5}}"#,
      "data.validation.fraction: expected a number > 0 and < 1, found 1.5"
    ),
    (
      #"{\#(train), "validation": {"fraction": 0.5}, "test": {"fraction": 0.5}}"#,
      "data.test: 'validation' and 'test' together take every row; their fractions must add up to less than 1"
    ),
    (
      #"{\#(train), "normalize": "standart"}"#,
      #"data.normalize: unknown value 'standart'; did you mean 'standard'? known: none, standard, minmax, robust, log, log1p, quantile or {"scale": number}"#
    ),
    (#"{\#(train), "normalize": {"scale": 0}}"#, "data.normalize.scale: expected a number > 0, found 0"),
    (
      #"{\#(train), "normalize": 3}"#,
      #"data.normalize: expected one of none, standard, minmax, robust, log, log1p, quantile or {"scale": number}, found a number (3)"#
    ),
    (
      #"{"train": {"format": "synthetic", "examples": 0, "features": 2}}"#,
      "data.train.examples: expected a whole number ≥ 1, found 0"
    ),
    (
      #"{"train": {"format": "synthetic", "examples": 5, "features": [1000000, 1000000]}}"#,
      "data.train.features: expected at most 268435456 features in all, found [1000000, 1000000]"
    ),
    (
      #"{"train": {"format": "synthetic", "task": "regression", "examples": 5, "features": 2, "classes": 3}}"#,
      "data.train.classes: is for classification; use 'targets'"
    ),
  ])
  func saysWhatIsWrong(text: String, sentence: String) throws {
    let error = #expect(throws: ConfigError.self) { try section(text) }
    #expect(error?.sentence == sentence)
    #expect(error?.exitCode == .config)
  }
}
