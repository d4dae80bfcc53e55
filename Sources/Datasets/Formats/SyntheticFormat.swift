internal import Kernels
package import Specs

/// Data made by formula, the same on every machine: for tests, benchmarks and first tries.
///
/// All randomness is a counter-based generator in whole numbers, and the arithmetic uses only +, −, ×, ÷ and √, so the
/// bits do not depend on a mathematical library. With z, c, u, v ~ N(0, 1) approximately (the sum of 12 uniform 16-bit
/// numbers):
///
/// - `classification`: row i has class i mod `classes`; x = c[class] + noise · z. The centres c depend on the shape and
///   number of classes, not on `seed`, so that sources with different seeds are draws of the same problem.
/// - `regression`: y[k] = a + (b² − 1) / 2 + noise · z, where a = u[k]·x / √d, b = v[k]·x / √d, x ~ N(0, 1)^d; u and v
///   depend on the shape and number of targets, not on `seed`.
///
/// With `element` `uint8` a feature is the byte round(128 + 24 · x), at least 0 and at most 255: data like those of
/// images.
package struct SyntheticFormat: DataFormat {
  package static let kind = "synthetic"
  package static let summary = "data made by formula: clusters to classify, or a smooth function to fit"
  package static let pathKeys = [String]()
  package static let examples = [
    #"{"task": "classification", "examples": 1000, "features": 20, "classes": 3}"#,
    #"{"task": "classification", "examples": 64, "features": [1, 8, 8], "classes": 10, "noise": 1, "seed": 7}"#,
    #"{"task": "regression", "examples": 500, "features": 8, "targets": 2}"#,
    #"{"task": "classification", "examples": 90, "features": 12, "element": "uint8"}"#,
  ]

  package enum Task: String, CaseIterable, Sendable { case classification, regression }
  /// The type of the features.
  package enum Element: String, CaseIterable, Sendable { case float32, uint8 }

  package var task: Task
  package var examples: Int
  package var shape: Shape
  /// Classes to tell apart, or targets per row.
  package var outputs: Int
  package var noise: Double
  package var seed: Int
  package var element: Element

  package var hasTargets: Bool { true }

  private static let featureLimit = 1 << 28

  package init(from fields: FieldReader) throws(ConfigError) {
    task = try fields.option(
      "task", default: Task.classification, "classification (clusters) or regression (a smooth function)")
    examples = try fields.integer("examples", in: 1...Int(Int32.max), "the number of rows")
    let extent = Schema.integer(1...Self.featureLimit)
    shape = try fields.read(
      "features", schema: .anyOf([extent, .list(extent)]), default: nil, example: [1],
      summary: "the number of features, or the shape of one sample like [1, 28, 28]"
    ) { value, path throws(ConfigError) in
      (try Self.shape(value, path: path), value)
    }
    let classes = try fields.optionalInteger("classes", in: 2...1_000_000, "the number of classes; 2 where left out")
    let targets = try fields.optionalInteger("targets", in: 1...1_000_000, "the number of targets; 1 where left out")
    noise = try fields.number(
      "noise", default: 0.5, in: Interval(0, 1e30), "the standard deviation of what is added at random")
    seed = try fields.integer("seed", default: 0, in: 0...Int.max, "the seed of the rows")
    element = try fields.option(
      "element", default: Element.float32,
      "float32, or uint8: features as bytes, round(128 + 24 · x), like those of images")
    if task == .regression, classes != nil { throw fields.error("classes", "is for classification; use 'targets'") }
    if task == .classification, targets != nil { throw fields.error("targets", "is for regression; use 'classes'") }
    outputs = task == .classification ? classes ?? 2 : targets ?? 1
  }

  private static func shape(_ value: ConfigValue, path: String) throws(ConfigError) -> Shape {
    var extents: [Int] = []
    if case .array(let entries) = value {
      for (index, entry) in entries.enumerated() {
        extents.append(try FieldReader.integer(entry, in: 1...featureLimit, path: "\(path)[\(index)]"))
      }
    } else {
      extents = [try FieldReader.integer(value, in: 1...featureLimit, path: path)]
    }
    guard !extents.isEmpty, extents.count <= 8 else {
      throw ConfigError("expected a number or a list of 1 to 8 numbers, found \(value.excerpt)", path: path)
    }
    var count = 1
    for extent in extents {
      count *= extent
      guard count <= featureLimit else {
        throw ConfigError("expected at most \(featureLimit) features in all, found \(value.excerpt)", path: path)
      }
    }
    return Shape(extents)
  }

  package func read(into sink: DataSink) throws(DataError) {
    let width = shape.count
    let rowBytes = 4 * (width + outputs * (task == .regression ? 2 : 0)) + 8 * outputs
    let (byteCount, overflows) = rowBytes.multipliedReportingOverflow(by: examples)
    let hiddenBytes = 8 * width * outputs
    try Memory.check(byteCount: overflows ? .max : max(byteCount, hiddenBytes), for: "synthetic data")
    let isRegression = task == .regression
    let fields = [
      SourceField("features", .feature, .array(element == .float32 ? .float32 : .uint8), shape: shape),
      SourceField(isRegression ? "target" : "class", .target, .numbers, shape: [isRegression ? outputs : 1]),
    ]
    try sink.begin(fields, from: "synthetic data", naming: .place)
    var rows = SyntheticRows(sink, element, fields: fields)
    switch task {
    case .classification: try classification(width, &rows)
    case .regression: try regression(width, &rows)
    }
    try rows.finish()
  }

  private func classification(_ width: Int, _ rows: inout SyntheticRows) throws(DataError) {
    let centers = Bell(purpose: 1, seed: outputs).values(count: outputs * width)
    let bell = Bell(purpose: 2, seed: seed)
    let noise = Float(noise)
    for row in 0..<examples {
      let center = row % outputs * width
      for feature in 0..<width {
        rows.features.append(centers[center + feature] + noise * bell[row * width + feature])
      }
      rows.targets.numbers.append(Double(row % outputs))
      try rows.endRow(work: width)
    }
  }

  private func regression(_ width: Int, _ rows: inout SyntheticRows) throws(DataError) {
    let linear = Bell(purpose: 3, seed: outputs).values(count: outputs * width)
    let curved = Bell(purpose: 4, seed: outputs).values(count: outputs * width)
    let draws = Bell(purpose: 5, seed: seed), bell = Bell(purpose: 6, seed: seed)
    let scale = 1 / Double(width).squareRoot()
    for row in 0..<examples {
      let first = rows.features.count
      for feature in 0..<width { rows.features.append(draws[row * width + feature]) }
      for output in 0..<outputs {
        var a = 0.0, b = 0.0
        for feature in 0..<width {
          let x = Double(rows.features[first + feature])
          a += Double(linear[output * width + feature]) * x
          b += Double(curved[output * width + feature]) * x
        }
        a *= scale
        b *= scale
        rows.targets.numbers.append(a + (b * b - 1) / 2 + noise * Double(bell[row * outputs + output]))
      }
      try rows.endRow(work: width * outputs)
    }
  }
}

/// Rows made by formula, on their way to a sink.
private struct SyntheticRows {
  var features: [Float] = []
  var targets: RowBlock
  private let sink: DataSink
  private let element: SyntheticFormat.Element
  private var pace: Pace
  private static let cells = 1 << 16

  init(_ sink: DataSink, _ element: SyntheticFormat.Element, fields: [SourceField]) {
    self.sink = sink
    self.element = element
    targets = RowBlock(fields)
    pace = Pace(sink.context.progress)
  }

  mutating func endRow(work: Int) throws(DataError) {
    targets.endRow()
    pace.add(work)
    if features.count >= Self.cells || targets.isFull { try handOver() }
  }

  mutating func finish() throws(DataError) { try handOver() }

  private mutating func handOver() throws(DataError) {
    switch element {
    case .float32:
      try features.withUnsafeBufferPointer { floats throws(DataError) in
        try sink.append(UnsafeRawBufferPointer(floats), to: 0)
      }
    case .uint8:
      // In this order NaN, which noise beyond float32 gives, becomes 0.
      let bytes = features.map { UInt8(min(255, max(0, (128 + 24 * $0).rounded()))) }
      try bytes.withUnsafeBufferPointer { bytes throws(DataError) in
        try sink.append(UnsafeRawBufferPointer(bytes), to: 0)
      }
    }
    features.removeAll(keepingCapacity: true)
    try sink.append(&targets)
  }
}

/// A sequence of bell-shaped random numbers, mean 0, standard deviation 1, in −6 … 6, each computed from its index
/// alone.
///
/// Three 64-bit numbers of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, Fast Splittable Pseudorandom Number
/// Generators, 2014) give twelve 16-bit numbers; their sum has mean 393210 and standard deviation 65536.
private struct Bell {
  private let key: UInt64

  init(purpose: UInt64, seed: Int) {
    key = Self.mix(Self.mix(purpose &* 0x9e37_79b9_7f4a_7c15) ^ UInt64(bitPattern: Int64(seed)))
  }

  subscript(index: Int) -> Float {
    var sum: UInt64 = 0
    for draw in 1...3 {
      let counter = UInt64(bitPattern: Int64(index)) &* 3 &+ UInt64(draw)
      let bits = Self.mix(key &+ counter &* 0x9e37_79b9_7f4a_7c15)
      sum += (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + bits >> 48
    }
    return (Float(sum) - 393_210) / 65_536
  }

  func values(count: Int) -> [Float] { (0..<count).map { self[$0] } }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
