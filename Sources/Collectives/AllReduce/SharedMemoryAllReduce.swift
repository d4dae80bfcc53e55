/// Ranks of one node read each other's partial sums in place: no message at all.
///
/// With one MPI-3 shared-memory window, for `r` ranks, `n` floats and `L` partial sums per rank: the ranks meet; each
/// reads its slice of every partial sum and writes the sum, in tree order, into memory that all of them see; the ranks
/// meet again. It is ``HierarchicalAllReduce`` with one node.
///
/// Where each rank wants its slice only, the sum goes into the rank's own row, which nobody else reads there, and no
/// memory for the whole sum is needed; with ``NodeHandover`` the second meeting is the one at which the ranks hand over
/// what they made of it.
///
/// Cost sheet: steps: 2 meetings at flags in shared memory; bytes sent in messages: 0; memory traffic per rank: reads
/// of 4·L·r·slice bytes, writes of 4·slice bytes.
package enum SharedMemoryAllReduce: AllReduceAlgorithm {
  package static let kind = "shared_memory"
  package static let isInvariant = true
  package static let sharesMemory = true

  package static func cost(_ sheet: CostSheet) -> AllReduceCost { HierarchicalAllReduce.cost(sheet) }

  package static func makeStages(_ bucket: BucketContext) throws -> Stages {
    try HierarchicalAllReduce.makeStages(bucket)
  }
}
