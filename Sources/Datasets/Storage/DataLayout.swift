package import Specs

/// How the rows of a run lie in one region of memory: each source once, as it came, and for each part the list of its
/// rows.
package struct DataLayout: Sendable, Equatable {
  /// The rows of one part.
  package struct Part: Sendable, Equatable {
    package var source: Int
    package var count: Int
    /// Whether its rows are all of the source's, in their order; else a list tells which.
    package var isWhole: Bool
    /// log₂ of what its weights are multiplied with.
    package var weightExponent: Int
  }

  package var sources: [SourceLayout]
  /// In the order of ``DataPart``.
  package var parts: [Part]

  package init(sources: [SourceLayout], parts: [Part]) {
    self.sources = sources
    self.parts = parts
  }

  /// Where a source's blocks begin: features, targets, weights.
  func places(ofSource source: Int) -> [Int] { offsets.sources[source] }

  /// Where the list of a part's rows begins; nil where it has none.
  func list(ofPart part: Int) -> Int? { offsets.lists[part] }

  /// Bytes of a row's number in the list of a part.
  func indexBytes(ofPart part: Int) -> Int { rowBytes(ofSource: parts[part].source) }

  /// Bytes of a row's number in lists of a source's rows.
  func rowBytes(ofSource source: Int) -> Int { sources[source].rows <= Int(UInt32.max) ? 4 : 8 }

  /// Whether the weights of a part are others than its source holds, in the same ratios.
  package var rescalesWeights: Bool { parts.contains { $0.weightExponent != 0 } }

  /// Bytes of memory that all rows take, but for what is mapped.
  package var byteCount: Int { offsets.end }

  /// What is mapped: the files, and the bytes of their features.
  package var mapped: [(file: String, byteCount: Int)] {
    sources.compactMap { source in source.mapping.map { ($0.file, source.featureBytes) } }
  }

  /// The same where nothing is mapped.
  package var copied: DataLayout {
    var layout = self
    for index in sources.indices { layout.sources[index].mapping = nil }
    return layout
  }

  /// What lies between blocks, which is zeros.
  var gaps: [Range<Int>] { offsets.gaps }

  private var offsets: (sources: [[Int]], lists: [Int?], gaps: [Range<Int>], end: Int) {
    var end = 0, gaps: [Range<Int>] = []
    func place(_ byteCount: Int) -> Int {
      let start = end, used = start + byteCount
      end = (used + 63) / 64 * 64
      if used < end { gaps.append(used..<end) }
      return start
    }
    let sources = self.sources.map { $0.byteCounts.map(place) }
    let lists = parts.indices.map { part -> Int? in
      parts[part].isWhole ? nil : place(parts[part].count * indexBytes(ofPart: part))
    }
    return (sources, lists, gaps, end)
  }
}

extension DataLayout {
  package var configValue: ConfigValue {
    .object([
      .init("sources", .array(sources.map(\.configValue))),
      .init(
        "parts",
        .array(
          parts.map {
            .array([$0.source, $0.count, $0.isWhole ? 1 : 0, $0.weightExponent].map(ConfigValue.integer))
          })),
    ])
  }

  /// Reads what ``configValue`` has made, on another rank of the same run.
  package init?(_ value: ConfigValue) {
    guard case .array(let sources)? = value["sources"], case .array(let parts)? = value["parts"] else { return nil }
    self.sources = sources.compactMap(SourceLayout.init)
    self.parts = []
    for part in parts {
      guard case .array(let members) = part else { return nil }
      let numbers = members.compactMap { if case .integer(let number) = $0 { number } else { nil } }
      guard numbers.count == 4, self.sources.indices.contains(numbers[0]) else { return nil }
      self.parts.append(
        Part(source: numbers[0], count: numbers[1], isWhole: numbers[2] == 1, weightExponent: numbers[3]))
    }
  }
}

extension DataLayout {
  /// Whether it can be that of rows that some bytes hold and a description tells of: one from a file is believed in
  /// nothing.
  package func fits(_ description: DataDescription, byteCount: Int) -> Bool {
    let limit = 1 << 48
    for source in sources {
      let blocks = source.features + [source.targets].compactMap { $0 }
      guard (0..<limit).contains(source.rows), source.mapping == nil, !source.features.isEmpty,
        blocks.allSatisfy({ (0..<1 << 31).contains($0.width) }),
        blocks.allSatisfy({ Self.product($0.rowBytes, source.rows).map { $0 <= byteCount } ?? false }),
        source.rows <= byteCount, source.weight == nil || source.rows <= byteCount / 4
      else { return false }
      var next = 0
      for run in source.runs {
        guard run.features.lowerBound == next, source.features.indices.contains(run.block), run.first >= 0,
          run.first < source.features[run.block].width, run.isCode || !run.features.isEmpty,
          run.features.count <= description.featureCount,
          run.isCode || run.first + run.features.count <= source.features[run.block].width
        else { return false }
        next = run.features.upperBound
      }
      guard next == description.featureCount else { return false }
      let width = source.targets?.width ?? 0
      switch description.targetKind {
      case .classes: guard width == 1 else { return false }
      case .values: guard width == description.targetWidth, width > 0 else { return false }
      case .none: break
      }
    }
    guard parts.count == DataPart.allCases.count, !sources.isEmpty else { return false }
    for (part, own) in zip(DataPart.allCases, parts) {
      guard sources.indices.contains(own.source), own.count == description.count(of: part), own.count >= 0,
        own.count <= byteCount, !own.isWhole || own.count == sources[own.source].rows,
        (-1023...1074).contains(own.weightExponent)
      else { return false }
    }
    // No more than some blocks, each at most as large as all: the sum is far from where it overflows.
    guard sources.count <= 64, sources.allSatisfy({ $0.features.count <= 1 << 12 }) else { return false }
    return self.byteCount == byteCount
  }

  private static func product(_ a: Int, _ b: Int) -> Int? {
    let (product, overflows) = a.multipliedReportingOverflow(by: b)
    return overflows ? nil : product
  }

  /// For each source where its features stay, as JSON. That is an affair of each node: all else is the same on all of
  /// them.
  package var mappings: ConfigValue { .array(sources.map { $0.mapping?.configValue ?? .null }) }

  /// The files that ``mappings`` of another rank tells of.
  package static func mappings(_ value: ConfigValue) -> [FileMapping?] {
    if case .array(let sources) = value { sources.map(FileMapping.init) } else { [] }
  }
}
