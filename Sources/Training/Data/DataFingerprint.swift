internal import Collectives
internal import Datasets
internal import Kernels
internal import Specs

/// A hash of prepared data, which tells them from others: of what is known of them, and of all rows as they lie in
/// memory.
///
/// What is mapped counts as if it were copied, so that a run goes on whichever it is.
enum DataFingerprint {
  /// The fingerprint of this node's data and that of the first rank's node; collective. One rank of each node reads
  /// them.
  ///
  /// - Parameter known: what it was when the rows were kept, on a rank that has not read them anew.
  static func agree(
    _ prepared: PreparedData, known: String? = nil, cluster: any Cluster
  ) throws -> (own: String, first: String) {
    let isLeader = cluster.place.rankOnNode == 0
    let own = isLeader ? known ?? compute(prepared, progress: cluster.showProgress) : ""
    let all = try cluster.gather(own, cluster.place.node)
    return (all.first { $0.1 == cluster.place.node && !$0.0.isEmpty }?.0 ?? "", all[0].0)
  }

  /// The fingerprint of a view: that of the data that it is of, and all that it adds to them.
  ///
  /// - Parameter base: the fingerprint of the rows as they were read.
  static func compute(_ view: DataView, of base: String) -> String {
    var words = WordHash(), sizes: [Int] = []
    for pairs in [view.normalization, view.targetNormalization] {
      sizes.append(pairs.shift.count)
      for numbers in [pairs.shift, pairs.scale] { numbers.withUnsafeBytes { words.add($0) } }
    }
    view.withLists { words.add($0) }
    // What is hashed as words has no borders of its own: the sizes say where they are.
    let text =
      "\(base) \(view.source) \(view.counts) \(view.weightExponents) \(view.normalization.formula) "
      + "\(view.targetNormalization.formula) \(sizes) \(view.byteCount)"
      + view.treatments.map { " " + $0.configValue.compactText }.joined()
      + (view.targetNormalization.takesLogarithms
        ? " " + view.targetNormalization.functions.map { "\($0)" }.joined(separator: ",") : "")
    return String(WeightHash.hash(Array(text.utf8)) &* 31 &+ words.value, radix: 16)
  }

  /// The fingerprint of rows as they lie in memory.
  static func compute(_ prepared: PreparedData, progress: () -> Void) -> String {
    var hash = WeightHash.hash(Array(prepared.description.configValue.compactText.utf8)), rows = WordHash()
    prepared.forEachPiece {
      rows.add($0)
      progress()
    }
    hash = hash &* 31 &+ rows.value
    return String(hash, radix: 16)
  }
}
