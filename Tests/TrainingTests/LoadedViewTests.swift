import Collectives
import Datasets
import Testing

@testable import Training

/// Views of data that all ranks have loaded: the same wherever they are made or received.
@Suite struct LoadedViewTests {
  @Test(
    "a view has one fingerprint and one content wherever it is made or received, and other views have others",
    arguments: [(1, 1), (2, 2), (3, 2), (4, 2), (4, 1)])
  func fingerprints(ranks: Int, ranksPerNode: Int) throws {
    let folder = try LoadedViews.folder(), config = try LoadedViews.config()
    let found = try InProcessCluster.run(size: ranks, ranksPerNode: ranksPerNode) { cluster in
      let base = try LoadedViews.load(config, folder, cluster)
      let rows = Array(0..<30)
      func view(
        _ parts: [[Int]], _ method: NormalizationMethod = .standard, targets: TargetTransform = .none,
        of base: LoadedData
      ) throws -> LoadedData {
        try base.view(of: .train, parts, normalize: method, normalizeTargets: targets)
      }
      let fold = try view([rows, [30, 31], []], of: base)
      var views = [
        fold, try view([rows, [30, 31], []], .none, of: base),
        try view([rows, [30, 31], []], targets: .standard, of: base), try view([rows, [31, 30], []], of: base),
        try view([rows, [], [30, 31]], of: base), try view([rows + [30], [31], []], of: base),
        try view([rows + rows, [30, 31], []], of: base), try view([rows.reversed(), [30, 31], []], of: base),
      ]
      views.append(try view([Array(5..<20), [0], []], of: views[7]))
      for transform in [TargetTransform.standard, .log1p] {
        views.append(try view([Array(14..<30), [31], []], targets: transform, of: base))
      }
      // A view of a view is one of the rows that were read.
      let same = try view([(5..<20).map { 29 - $0 }, [29], []], of: base)
      var isSame = same.fingerprint == views[8].fingerprint && LoadedViews.bits(same) == LoadedViews.bits(views[8])
      for (index, own) in views.enumerated() {
        let sent = try cluster.broadcast(own.prepared.dataView, from: index % cluster.size)
        guard let sent else { return ["a view has no view"] }
        for base in [base, fold] {
          let received = try base.with(sent)
          isSame = isSame && received.fingerprint == own.fingerprint && received.description == own.description
          isSame =
            isSame && LoadedViews.bits(received) == LoadedViews.bits(own)
            && received.prepared.dataView == own.prepared.dataView
        }
      }
      return ["\(isSame)", base.fingerprint] + views.map(\.fingerprint)
    }
    #expect(Set(found).count == 1, "\(found)")
    #expect(found[0][0] == "true" && Set(found[0].dropFirst()).count == 12, "\(found[0])")
    // Other data have other views.
    let other = try LoadedViews.folder(heavy: "2")
    let fingerprint = try LoadedViews.fold(
      LoadedViews.load(config, other, SoloCluster()), [Array(0..<30), [30, 31], []]
    ).fingerprint
    #expect(fingerprint != found[0][2])
  }

  @Test("a training that goes on looks at no row again, and ranks that differ in that meet all the same")
  func goingOn() throws {
    let config = try LoadedViews.config(), folder = try LoadedViews.folder()
    /// Which of four ranks on two nodes are told that the rows were looked at.
    func check(_ marked: Set<Int>) throws -> [String?] {
      try InProcessCluster.run(size: 4, ranksPerNode: 2) { cluster in
        var view = try LoadedViews.fold(LoadedViews.load(config, folder, cluster), [[1, 13], [], []])
        if marked.contains(cluster.rank) { view = view.withoutChecks() }
        guard view.isChecked == marked.contains(cluster.rank) else { return "not marked" }
        return try LoadedViews.targets(of: view, config, cluster)
          ?? LoadedViews.sentence { try view.checkWeights([1], cluster: cluster) }
      }
    }
    #expect(try check([0, 1, 2, 3]) == LoadedViews.four(nil) && check([0, 2]) == LoadedViews.four(nil))
    for marked in [[], [0], [2], [1, 3], [1, 2, 3]] as [Set<Int>] {
      let found = try check(marked)
      #expect(
        Set(found).count == 1 && found[0]?.hasPrefix("t.csv: line \(LoadedViews.line(13)): ") == true,
        "\(marked) \(found)")
    }
    // Views are checked anew.
    let base = try LoadedViews.load(config, folder, SoloCluster()).withoutChecks(),
      view = try LoadedViews.fold(base, [[1], [], []])
    #expect(try !view.isChecked && !base.with(#require(view.prepared.dataView)).isChecked)
  }
}
