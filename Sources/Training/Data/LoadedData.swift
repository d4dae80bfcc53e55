package import Collectives
package import Datasets
package import Platform
internal import Specs

/// The data of a run, held once per node, or a view of them.
///
/// What stays of the files is what it takes to name a row: the files' names, and where their lines jump, 16 bytes for
/// each jump; on ranks that have not read them up to 16 MiB of that. The tables that were read go as soon as their rows
/// are in memory. So data may be kept for as long as views are made of them; what a view takes is its list, 4 bytes for
/// each row.
package struct LoadedData: Sendable {
  package let prepared: PreparedData
  package var description: DataDescription { prepared.description }
  /// Tells other data apart: a hash of what was prepared; known on every rank, and the same on all.
  ///
  /// That of a view is a hash of the fingerprint of the data that were read, and of all that ``DataView`` holds.
  package let fingerprint: String
  /// The fingerprint of the data that were read.
  let baseFingerprint: String
  /// What a person should know of the rows; on one rank of each node.
  package private(set) var notes: [String] = []
  /// Where the rows come from; after ``checkTargets(_:cluster:)`` those of the training rows' source alone.
  private(set) var origins: RowOrigins
  /// What keeps the training rows together in folds, or orders them, where the data were read for folds; the same on
  /// all ranks.
  package private(set) var foldKeys: FoldKeys?
  /// Whether a training has looked at these rows already; see ``withoutChecks()``.
  package private(set) var isChecked = false

  /// Reads the data on one rank of each node into memory that the node's ranks share.
  ///
  /// - Throws: the agreed failure of the lowest rank that cannot read.
  package init(
    _ section: DataSection, targets: TargetDemand, context: DataContext, seed: UInt64, environment: ProcessEnvironment,
    cluster: any Cluster
  ) throws {
    let caching = DataCaching()
    // The node's other ranks sleep while one reads.
    let masks = try ThreadCount.masksOfNode(cluster, mask: Affinity.cores())
    let (prepared, data) = try Self.shareRead(cluster, environment, for: context.use) { progress in
      var context = context
      context.progress = progress
      context.read(onCoresOf: masks)
      context.hdf5 = .childProcess(environment: environment)
      return try caching.read(section, in: context, targets: targets, seed: seed)
    }
    self.prepared = prepared
    let (own, other) = try DataFingerprint.agree(prepared, known: data?.fingerprint, cluster: cluster)
    try cluster.agree(describe: describeFailure) { if other != own { throw Self.otherData(data?.file ?? "the data") } }
    (fingerprint, baseFingerprint) = (own, own)
    if let data { caching.keep(prepared, data, fingerprint: own, node: cluster.place.node) { cluster.showProgress() } }
    notes = prepared.notes + caching.notes
    // Any rank may come to train in a group without one that has read the data.
    let read = data?.origins, first = try cluster.broadcast(read?.brief ?? RowOrigins([]), from: 0)
    origins = read ?? first
    if section.folds != nil { foldKeys = try cluster.broadcast(data?.preparation?.foldKeys, from: 0) }
  }

  private init(_ prepared: PreparedData, of base: LoadedData) {
    self.prepared = prepared
    (baseFingerprint, notes, origins) = (base.baseFingerprint, base.notes, base.origins)
    fingerprint =
      prepared.dataView.map { DataFingerprint.compute($0, of: base.baseFingerprint) } ?? base.baseFingerprint
  }
}

extension LoadedData {
  /// Rows of a part in parts of their own: folds, bootstraps; see
  /// ``Datasets/PreparedData/view(of:_:normalize:normalizeTargets:progress:)``.
  ///
  /// Not collective. Each rank that makes it measures its training rows for itself, and all come to the same; or one
  /// does, and others are given its ``Datasets/PreparedData/dataView``.
  ///
  /// - Throws: ``Datasets/DataError/noWeight(file:part:)`` where all rows of a part weigh 0.
  package func view(
    of part: DataPart, _ rows: [[Int]], normalize: NormalizationMethod, normalizeTargets: TargetTransform,
    progress: @escaping () -> Void = {}
  ) throws(DataError) -> LoadedData {
    do {
      return LoadedData(
        try prepared.view(
          of: part, rows, normalize: normalize, normalizeTargets: normalizeTargets, progress: progress), of: self)
    } catch {
      guard case .noWeight(_, let name) = error else { throw error }
      throw .noWeight(file: origins.weightFile(ofSource: prepared.layout.parts[part.rawValue].source), part: name)
    }
  }

  /// The view of these data that another rank has made of the same, with its fingerprint.
  ///
  /// Not collective. Where these data are a view, it is one of the data that they are of.
  ///
  /// - Throws: ``Datasets/DataError/foreignView(_:)`` where it cannot be a view of them.
  package func with(_ view: DataView) throws(DataError) -> LoadedData {
    LoadedData(try prepared.with(view), of: self)
  }

  /// The same for a training that goes on elsewhere: its rows were looked at where it began.
  ///
  /// ``checkInputs(_:cluster:)``, ``checkTargets(_:cluster:)`` and ``checkWeights(_:cluster:)`` look at nothing then,
  /// and are collective as ever, so that ranks may differ in this.
  package func withoutChecks() -> LoadedData {
    var data = self
    data.isChecked = true
    return data
  }

  /// Whether the training rows are those of other data, by file and line; on ranks that do not know these, as far as
  /// their number tells.
  package func hasTrainingRows(of other: LoadedData) -> Bool {
    guard let own = prepared.rows(of: .train), let rows = other.prepared.rows(of: .train), own.count == rows.count
    else { return false }
    return (0..<own.count).allSatisfy {
      origins.place(ofRow: $0, in: own) == other.origins.place(ofRow: $0, in: rows)
    }
  }

  /// Forgets the lines of all files but those of the training rows.
  mutating func keepTrainingOrigins() { origins.keep(source: prepared.layout.parts[DataPart.train.rawValue].source) }
}
