internal import Collectives
internal import Datasets
internal import Specs

extension PreparedData {
  /// Refuses to go on where a mapped file is not what it was; collective.
  ///
  /// It is looked at before anything is handed out that was computed from it: results, checkpoints, models.
  func requireUnchanged(_ cluster: any Cluster) throws {
    guard isAnyMapped else { return }
    try cluster.agree(describe: describeFailure) { try requireUnchanged() }
  }
}
