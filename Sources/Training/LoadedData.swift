package import Collectives
package import Datasets
internal import Foundation
internal import Specs

/// The data of a run, held once per node.
package struct LoadedData: Sendable {
  package let prepared: PreparedData
  package var description: DataDescription { prepared.description }

  /// Reads the data on one rank of each node into memory that the node's ranks share.
  ///
  /// - Throws: the agreed failure of the lowest rank that cannot read.
  package init(_ section: DataSection, targets: TargetKind, context: DataContext, seed: UInt64, cluster: any Cluster)
    throws
  {
    let isLeader = cluster.place.rankOnNode == 0
    let preparation = try cluster.agree(describe: describeFailure) {
      isLeader ? try section.prepare(in: context, targets: targets, seed: seed) : nil
    }
    let text = try cluster.broadcast(Array((preparation?.description.configValue.compactText ?? "").utf8), from: 0)
    let description = try DataDescription(ConfigValue.parse(Data(text), file: "data"))
    let region = try cluster.sharedMemory(byteCount: isLeader ? description.byteCount : nil)
    preparation?.write(into: region)
    try cluster.nodeBarrier()
    prepared = PreparedData(description, region: UnsafeRawBufferPointer(region))
  }
}
