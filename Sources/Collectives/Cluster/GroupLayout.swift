/// Where a rank's group lies among the ranks that it is taken from, as their colors say.
package struct GroupLayout: Equatable {
  /// The group's number among all of a split, counted in the order of their first ranks.
  package let number: Int
  /// Its ranks, as the cluster that is split counts them, ascending.
  package let members: [Int]
  /// This rank, as the group counts.
  package let rank: Int
  /// The ranks of each node, as the group counts; ascending, nodes in the order of their first rank.
  package let nodes: [[Int]]

  /// - Parameters:
  ///   - rank: this rank.
  ///   - colors: of each rank; nil: it takes no part.
  ///   - nodes: the ranks of each node.
  /// - Returns: nil where this rank takes no part.
  package init?(of rank: Int, colors: [Int?], nodes: [[Int]]) {
    guard let color = colors[rank] else { return nil }
    let members = colors.indices.filter { colors[$0] == color }
    // Only the colors before the group's first rank can name a group before it.
    number = Set(colors[..<members[0]].compactMap { $0 }).count
    self.members = members
    self.rank = members.firstIndex(of: rank) ?? 0
    self.nodes = nodes.map { node in members.indices.filter { node.contains(members[$0]) } }.filter { !$0.isEmpty }
      .sorted { $0[0] < $1[0] }
  }
}
