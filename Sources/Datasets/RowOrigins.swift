/// Where prepared rows come from: what it takes to name each of them by file and line once the sources themselves are
/// gone.
///
/// It knows the files of each source, where their lines jump and which of their rows are in memory where those are not
/// all; of parts and views it knows nothing, because rows are found by their places in their source.
package struct RowOrigins: Sendable, Equatable {
  /// Where the rows of one source come from.
  package struct Source: Sendable, Equatable {
    package var features: RowSource
    package var targets: RowSource
    package var weights: RowSource
    /// The rows that are in memory, ascending; nil: all.
    package var kept: [Int]?

    package init(features: RowSource, targets: RowSource, weights: RowSource, kept: [Int]? = nil) {
      (self.features, self.targets, self.weights, self.kept) = (features, targets, weights, kept)
    }
  }

  /// In the order of ``DataLayout/sources``; nil where nothing is known.
  package private(set) var sources: [Source?]

  package init(_ sources: [Source?]) { self.sources = sources }

  /// A row of a part as a person finds it.
  package func place(ofRow row: Int, in rows: DataRows) -> (file: String, place: String) {
    place(row, rows) { $0.features }
  }

  /// The target of a row of a part as a person finds it.
  package func targetPlace(ofRow row: Int, in rows: DataRows) -> (file: String, place: String) {
    place(row, rows) { $0.targets }
  }

  /// The file that the weights of a source come from.
  package func weightFile(ofSource source: Int) -> String { self[source]?.weights.file ?? Self.unknown }

  /// Forgets all sources but one.
  package mutating func keep(source: Int) {
    for index in sources.indices where index != source { sources[index] = nil }
  }

  /// The same without sources that it takes more than 16 MiB to tell of, where each of many rows jumps or few of many
  /// are in memory: a node's ranks would hold that once each.
  package var brief: RowOrigins {
    func isBrief(_ source: Source) -> Bool {
      let jumps = [source.features, source.targets, source.weights].reduce(0) { $0 + ($1.lines?.numbers.count ?? 0) }
      return jumps + (source.kept?.count ?? 0) <= 1 << 21
    }
    return RowOrigins(sources.map { $0.flatMap { isBrief($0) ? $0 : nil } })
  }

  private static let unknown = "the data"

  private subscript(source: Int) -> Source? { sources.indices.contains(source) ? sources[source] : nil }

  private func place(_ row: Int, _ rows: DataRows, _ file: (Source) -> RowSource) -> (file: String, place: String) {
    let place = rows.place(row)
    guard let source = self[rows.sourceIndex], source.kept?.indices.contains(place) != false else {
      return (Self.unknown, "row \(place) of those that were read (counted from 0)")
    }
    let own = file(source)
    return (own.file, own.place(source.kept?[place] ?? place))
  }
}

extension DataPreparation {
  /// Where the rows that are laid out come from.
  package var origins: RowOrigins {
    RowOrigins(
      sources.indices.map { index in
        let table = sources[index].table
        return .init(
          features: table.source, targets: table.targetSource, weights: table.weightSource,
          kept: keptRows(ofSource: index))
      })
  }
}
