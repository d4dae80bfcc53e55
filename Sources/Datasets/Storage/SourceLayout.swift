package import Kernels
internal import Specs

/// How the rows of one source lie in memory: as they came, in blocks with elements of one type each, row by row.
package struct SourceLayout: Sendable, Equatable {
  /// `rows × width` elements.
  package struct Block: Sendable, Equatable {
    package var element: RawElement
    package var width: Int

    package var rowBytes: Int { width * element.byteCount }
  }

  /// Neighbouring features that are neighbours in a block as well.
  package struct Run: Sendable, Equatable {
    package var features: Range<Int>
    package var block: Int
    /// Their first element in a row of the block.
    package var first: Int
    /// Whether that is one code, which the features are 0 and 1 of.
    package var isCode: Bool
  }

  package var rows: Int
  package var features: [Block]
  package var runs: [Run]
  /// The targets; nil where there are none.
  package var targets: Block?
  /// The type of the weights, one for each row; nil: each weighs 1.
  package var weight: RawElement?
  /// Where the features stay, of one block then and in no memory of their own; nil: they are copied.
  package var mapping: FileMapping?

  /// The types of the features, in words: `float32`, or `2 columns float32, 1 float64, 3 categories uint8`.
  package var featureTypes: String {
    guard features.count > 1 || runs.contains(where: \.isCode) else { return features[0].element.rawValue }
    var parts: [String] = []
    for (index, block) in features.enumerated() {
      let codes = runs.count { $0.isCode && $0.block == index }, numbers = block.width - codes
      if numbers > 0 { parts.append("\(numbers) \(numbers == 1 ? "column" : "columns") \(block.element.rawValue)") }
      if codes > 0 { parts.append("\(codes) \(codes == 1 ? "category" : "categories") \(block.element.rawValue)") }
    }
    return parts.joined(separator: ", ")
  }

  /// Bytes of the features, wherever they are.
  var featureBytes: Int { features.reduce(0) { $0 + rows * $1.rowBytes } }

  /// The bytes of each block, in their order in memory: features, targets, weights.
  var byteCounts: [Int] {
    features.map { mapping == nil ? rows * $0.rowBytes : 0 } + [
      rows * (targets?.rowBytes ?? 0), rows * (weight?.byteCount ?? 0),
    ]
  }
}

extension SourceLayout {
  var configValue: ConfigValue {
    .object([
      .init("rows", .integer(rows)), .init("features", .array(features.map(\.configValue))),
      .init("runs", .array(runs.map(\.configValue))), .init("targets", targets?.configValue ?? .null),
      .init("weight", weight.map { .string($0.rawValue) } ?? .null),
    ])
  }

  /// Reads what ``configValue`` has made, on another rank of the same run.
  init?(_ value: ConfigValue) {
    guard case .integer(let rows)? = value["rows"], case .array(let features)? = value["features"],
      case .array(let runs)? = value["runs"]
    else { return nil }
    self.rows = rows
    self.features = features.compactMap(Block.init)
    self.runs = runs.compactMap(Run.init)
    targets = value["targets"].flatMap(Block.init)
    weight = value["weight"].flatMap(RawElement.init)
  }
}

extension SourceLayout.Block {
  fileprivate var configValue: ConfigValue { .array([.string(element.rawValue), .integer(width)]) }

  fileprivate init?(_ value: ConfigValue) {
    guard case .array(let parts) = value, parts.count == 2, let element = RawElement(parts[0]),
      case .integer(let width) = parts[1]
    else { return nil }
    self.init(element: element, width: width)
  }
}

extension SourceLayout.Run {
  fileprivate var configValue: ConfigValue {
    .array([features.lowerBound, features.upperBound, block, first, isCode ? 1 : 0].map(ConfigValue.integer))
  }

  fileprivate init?(_ value: ConfigValue) {
    guard case .array(let parts) = value else { return nil }
    let numbers = parts.compactMap { if case .integer(let number) = $0 { number } else { nil } }
    guard numbers.count == 5, numbers[0] >= 0, numbers[0] <= numbers[1] else { return nil }
    self.init(features: numbers[0]..<numbers[1], block: numbers[2], first: numbers[3], isCode: numbers[4] == 1)
  }
}

extension RawElement {
  fileprivate init?(_ value: ConfigValue) {
    guard case .string(let name) = value else { return nil }
    self.init(rawValue: name)
  }
}
