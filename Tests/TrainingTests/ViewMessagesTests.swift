import Datasets
import Kernels
import TestSupport
import Testing

@testable import Collectives
@testable import Training

/// What ranks tell each other of views and of where rows come from: it arrives as it was, and what is forged is
/// refused.
@Suite struct ViewMessagesTests {
  @Test(
    "forged bytes of a view are refused or are a view of the rows, and never the end of the process",
    arguments: [NormalizationMethod.standard, .robust, .quantile])
  func forged(method: NormalizationMethod) throws {
    let base = try LoadedViews.load(LoadedViews.config(), LoadedViews.folder(), SoloCluster())
    let fold = try base.view(
      of: .train, [[0, 12, 39, 12], [4, 5], []], normalize: method, normalizeTargets: .none)
    let view = try #require(fold.prepared.dataView)
    #expect(view.treatments.isEmpty == (method == .standard))
    let plain = try LoadedViews.fold(base, [[0, 12, 39, 12], [4, 5], []])
    #expect((fold.fingerprint == plain.fingerprint) == (method == .standard))
    let bytes = PortableMessage.seal(view), sent: DataView = try PortableMessage.open(bytes, from: 0)
    #expect(sent == view)
    #expect(
      (sent.normalization.shift + sent.normalization.scale).map(\.bitPattern)
        == (view.normalization.shift + view.normalization.scale).map(\.bitPattern))
    for length in bytes.indices {
      #expect(throws: ClusterError.self) {
        let _: DataView = try PortableMessage.open(Array(bytes[..<length]), from: 3)
      }
    }
    var generator = TestGenerator(state: 17), refusals: Set<String> = []
    for _ in 0..<4000 {
      var bytes = bytes
      // Behind the mark of the type, which would refuse all of it.
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: 8..<bytes.count, using: &generator)] =
          [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)].randomElement(using: &generator) ?? 0
      }
      do {
        let sent: DataView = try PortableMessage.open(bytes, from: 3)
        _ = LoadedViews.bits(try base.with(sent))
      } catch let error as ClusterError {
        guard case .unreadable(from: 3, value: "DataView", _) = error else { throw error }
        refusals.insert("bytes")
      } catch let error as DataError {
        guard case .foreignView = error else { throw error }
        refusals.insert("view")
      }
    }
    #expect(refusals == ["bytes", "view"])
  }

  @Test("where rows come from is known on every rank, and forged lines are refused")
  func origins() throws {
    let config = try LoadedViews.config(
      data:
        #", "test": {"format": "csv", "path": "u.csv", "targets": "y", "features": ["c", "x", "t"], "categorical": "c"}"#
    )
    let folder = try LoadedViews.folder()
    try folder.write("c,x,t,y\nk,1,1,0\nk,2,2,1\n", to: "u.csv")
    let found = try InProcessCluster.run(size: 3, ranksPerNode: 2) { cluster in
      var data = try LoadedViews.load(config, folder, cluster)
      let before = data.origins
      try data.checkTargets(LoadedViews.squares(data.description), cluster: cluster)
      return (before, data.origins)
    }
    let all = found[0].0
    #expect(all.sources.map { $0?.features.file } == ["t.csv", "u.csv"])
    #expect(found.allSatisfy { $0.0 == all && $0.1.sources == [all.sources[0], nil] })
    let bytes = PortableMessage.seal(all)
    #expect(try PortableMessage.open(bytes, from: 0) == all)
    var generator = TestGenerator(state: 18)
    let rows = try #require(LoadedViews.load(config, folder, SoloCluster()).prepared.rows(of: .train))
    for _ in 0..<2000 {
      var bytes = bytes
      bytes[Int.random(in: 8..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      do {
        let origins: RowOrigins = try PortableMessage.open(bytes, from: 3)
        for row in 0..<rows.count { _ = origins.place(ofRow: row, in: rows) }
      } catch { #expect(error is ClusterError) }
    }
  }
}
