import Foundation
import TestSupport
import Testing

/// Layers that look further than a row, and layers with items within rows, in processes that mpirun starts, and that
/// are killed.
@Suite(.serialized) struct ReachRunTests {
  private static let layouts: [ReachRun.Layout] =
    [1, 2, 3].flatMap { ranks in [1, 2].map { .init(ranks: ranks, threads: $0) } } + [
      .init(ranks: 2, overlap: .thread), .init(ranks: 2, threads: 2, overlap: .inline, isSharded: true),
      .init(ranks: 3, overlap: .inline), .init(ranks: 3, threads: 2, overlap: .thread, isSharded: true),
      // Two nodes, of two ranks each, and of two and one; three nodes.
      .init(ranks: 4, ranksPerNode: 2, overlap: .thread),
      .init(ranks: 3, threads: 2, ranksPerNode: 2, overlap: .inline),
      .init(ranks: 3, ranksPerNode: 2, overlap: .thread, isSharded: true),
      .init(ranks: 3, ranksPerNode: 1, overlap: .thread, isSharded: true),
      // More ranks than shards, and than rows of the last batch.
      .init(ranks: 7, overlap: .thread),
    ]

  @Test("one hash for every layout")
  func layouts() throws {
    var hashes: [String: [String]] = [:]
    for layout in Self.layouts {
      hashes[try ReachRun().finish(layout).hash, default: []].append(layout.testDescription)
    }
    #expect(hashes.count == 1, "\(hashes)")
  }

  @Test("two groups of ranks that train beside each other have that hash, each by itself")
  func groups() throws {
    let alone = try ReachRun().finish(.init(ranks: 1)).hash
    for layout: ReachRun.Layout in [
      .init(ranks: 4, overlap: .thread),
      .init(ranks: 4, threads: 2, ranksPerNode: 2, overlap: .inline, isSharded: true),
      .init(ranks: 5, ranksPerNode: 2), .init(ranks: 2, overlap: .thread),
    ] {
      let found = try ReachRun().finishInGroups(layout)
      #expect(found == [alone, alone], "\(layout.testDescription)")
    }
  }

  /// Starts of one run, each killed somewhere else. A start has long saved a state of its own where it has made ten
  /// steps; the first one makes none.
  private static let kills: [(layout: ReachRun.Layout, halt: ReachRun.Halt)] = [
    (.init(ranks: 3, ranksPerNode: 1), .init(rank: 1, place: .message, count: 1, victims: .rank)),
    // In the thread for the exchange, whose share of the messages is the machine's affair: at most 46 a step are all
    // threads'.
    (
      .init(ranks: 2, ranksPerNode: 1, overlap: .thread),
      .init(rank: 1, place: .message, count: 480, thread: "ptrain exchange", victims: .rank)
    ),
    // About 46 messages a step: between sums of layers, and gradients.
    (
      .init(ranks: 3, threads: 2, ranksPerNode: 2, overlap: .inline, isSharded: true),
      .init(rank: 2, place: .message, count: 701, victims: .ranks)
    ),
    (.init(ranks: 4, isSharded: true), .init(rank: 0, place: .checkpoint, count: 5, victims: .everything)),
    (
      .init(ranks: 2, threads: 2, ranksPerNode: 1, overlap: .inline),
      .init(rank: 0, place: .message, count: 303, victims: .rank)
    ),
    (.init(ranks: 1, threads: 2), .init(rank: 0, place: .checkpoint, count: 4, victims: .rank)),
  ]

  @Test(
    "killed in messages and in checkpoints, going on elsewhere: weights, states, averages and log of the undisturbed run"
  )
  func killed() throws {
    let settings = [
      "training.epochs=40", "checkpoint.every_steps=2", #"training.early_stopping={"patience": 40}"#,
    ]
    let whole = try ReachRun(settings), run = try ReachRun(settings)
    let expected = try whole.finish(.init(ranks: 1))
    var firsts: [Int] = []
    for (layout, halt) in Self.kills { firsts.append(try run.kill(layout, halt)) }
    let found = try run.finish(.init(ranks: 3, ranksPerNode: 1, overlap: .thread, isSharded: true))
    firsts.append(found.first)
    // Two begin, and each of the others goes on from what the one before has saved.
    #expect(firsts[...1] == [0, 0] && zip(firsts.dropFirst(), firsts.dropFirst(2)).allSatisfy { $0 < $1 }, "\(firsts)")
    #expect(firsts.allSatisfy { $0 < 160 }, "\(firsts)")
    #expect(found.hash == expected.hash)
    #expect(try run.tensors() == whole.tensors())
    #expect(try run.log() == whole.log())
  }

  @Test("ids, lengths and numbers as inputs of their own: one hash for every layout, killed or not")
  func inputs() throws {
    let settings = ["training.epochs=12", "checkpoint.every_steps=2"]
    let whole = try ReachRun(settings, subject: ReachRun.inputs), run = try ReachRun(settings, subject: ReachRun.inputs)
    let expected = try whole.finish(.init(ranks: 1))
    for layout in Self.layouts where layout.ranks > 1 && (layout.overlap != .off || layout.threads == 2) {
      let found = try ReachRun(settings, subject: ReachRun.inputs).finish(layout)
      #expect(found.hash == expected.hash, "\(layout.testDescription)")
    }
    let kills: [(ReachRun.Layout, ReachRun.Halt)] = [
      (
        .init(ranks: 3, threads: 2, ranksPerNode: 2, overlap: .inline, isSharded: true),
        .init(rank: 2, place: .message, count: 301, victims: .ranks)
      ), (.init(ranks: 2), .init(rank: 0, place: .checkpoint, count: 4, victims: .everything)),
    ]
    for (layout, halt) in kills { _ = try run.kill(layout, halt) }
    let found = try run.finish(.init(ranks: 2, ranksPerNode: 1, overlap: .thread))
    #expect(found.first > 0 && found.first < 48, "\(found)")
    #expect(found.hash == expected.hash)
    #expect(try run.tensors() == whole.tensors())
    #expect(try run.log() == whole.log())
  }

  @Test("negative control: a layer that reads another shard's sums depends on the number of ranks")
  func control() throws {
    let hashes = try [1, 2, 3].map {
      try ReachRun(["model.layers[2].flaw=readsFirstShard"]).finish(.init(ranks: $0)).hash
    }
    #expect(Set(hashes).count == 3, "\(hashes)")
  }
}
