import Foundation
import Glibc
import Kernels
import Specs
import TestSupport
import Testing

@testable import Datasets

/// A view is made once more, bit for bit, of the same rows elsewhere; and what is no view of them is refused.
@Suite struct ViewCopyTests {
  private static func prepare(_ more: String = "", heavy: Double = 1) throws -> PreparedData {
    let directory = try TemporaryDirectory()
    let rows = (0..<60).map {
      "\($0 * 37 % 101).5,k\($0 % 4),\(1_700_000_000 + $0 * 13),\(Double($0 % 17) / 10),\($0 == 7 ? heavy : 1.5)\n"
    }
    try directory.write("t.csv", "a,c,b,y,w\n" + rows.joined())
    return try section(
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y", "categorical": "c", "sample_weight": "w"}\#(more)}"#
    ).prepare(in: directory.context, targets: .values, seed: 5).makePreparedData()
  }

  /// A view as it arrives elsewhere.
  private static func copy(
    _ view: DataView, source: Int? = nil, counts: [Int]? = nil, exponents: [Int]? = nil,
    normalization: Normalization? = nil, targets: Normalization? = nil, lists: [UInt8]? = nil
  ) -> DataView {
    DataView(
      source: source ?? view.source, counts: counts ?? view.counts, weightExponents: exponents ?? view.weightExponents,
      normalization: normalization ?? view.normalization, targetNormalization: targets ?? view.targetNormalization,
      lists: lists ?? view.withLists { [UInt8]($0) })
  }

  /// The bits of all that is fetched of all parts.
  private static func bits(_ data: PreparedData) -> [[UInt32]] {
    DataPart.allCases.map { part in
      guard let rows = data.rows(of: part) else { return [] }
      let all = Array(0..<rows.count), width = rows.featureCount
      var features = [Float](repeating: .nan, count: rows.count * width)
      var weights = [Float](repeating: .nan, count: rows.count), targets = weights
      rows.gatherFeatures(rows: all, count: rows.count, into: &features, stride: width)
      rows.gatherWeights(rows: all, count: rows.count, into: &weights)
      if data.description.targetKind == .values {
        rows.gatherValues(rows: all, count: rows.count, into: &targets, stride: 1)
      }
      return (features + weights + targets).map(\.bitPattern)
    }
  }

  private static func expectSame(_ view: PreparedData, of base: PreparedData) throws {
    let own = try #require(view.dataView), sent = copy(own), made = try base.with(sent)
    #expect(sent == own && made.dataView == own)
    #expect(made.description == view.description && made.layout == view.layout)
    for (a, b) in [
      (made.description.normalization, view.description.normalization),
      (made.description.targetNormalization, view.description.targetNormalization),
    ] {
      #expect((a.shift + a.scale).map(\.bitPattern) == (b.shift + b.scale).map(\.bitPattern) && a.formula == b.formula)
    }
    #expect(bits(made) == bits(view))
  }

  @Test("folds, bootstraps and views of views are made once more of other memory with the same rows")
  func copies() throws {
    let more = #", "test": {"fraction": 0.25}"#
    let whole = try Self.prepare(more, heavy: 1e12), other = try Self.prepare(more, heavy: 1e12)
    #expect(whole.dataView == nil && other.dataView == nil)
    var generator = TestGenerator(state: 9)
    let drawn = (0..<45).map { _ in Int.random(in: 0..<45, using: &generator) }
    let fold = try whole.view(
      of: .train, [Array(9..<45), Array(0..<9), []], normalize: .standard, normalizeTargets: .standard)
    let bootstrap = try whole.view(
      of: .train, [drawn, [3, 3], [44, 0]], normalize: .standard, normalizeTargets: .none)
    let ofTest = try whole.view(
      of: .test, [Array(0..<15) + [2], [], [0]], normalize: .none, normalizeTargets: .standard)
    let again = try bootstrap.view(
      of: .train, [[7, 7, 0, 12], [1], []], normalize: .standard, normalizeTargets: .standard)
    let logarithms = try whole.view(
      of: .train, [drawn, [4], [5]], normalize: .standard, normalizeTargets: .log1p)
    for view in [fold, bootstrap, ofTest, again, logarithms] { try Self.expectSame(view, of: other) }
    // One view of the rows that were read, so that nobody has to know the one between.
    let rows = try #require(again.dataView).withLists { Array($0.bindMemory(to: UInt32.self)) }
    let base = try #require(whole.rows(of: .train))
    #expect(rows == [7, 7, 0, 12, 1].map { UInt32(base.place(drawn[$0])) })
    // Of a view it is the same: that of its base.
    let back = try #require(fold.dataView)
    #expect(try Self.bits(again.with(back)) == Self.bits(fold))
    // Some part has the heavy row, and its weights come with another factor.
    #expect([fold, bootstrap, ofTest].contains { $0.dataView?.weightExponents.contains { $0 != 0 } == true })
  }

  @Test("rows that stay in their file")
  func mapped() throws {
    let directory = try TemporaryDirectory()
    let values = (0..<40 * 3).map { (index: Int) -> Float in Float(index * 7919 % 251) / 8 }
    try directory.write("x.npy", MappingTests.file("<f4", rows: 40, width: 3, MappingTests.bytes(values)))
      .write("y.npy", npy("|u1", "(40,)", (0..<40).map { UInt8($0 % 2) }))
    func prepare() throws -> PreparedData {
      try section(
        #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}, "mapping": "always"}"#
      ).prepare(in: directory.context, targets: .classes, seed: 1).makePreparedData()
    }
    let base = try prepare()
    #expect(base.layout.mapped.count == 1)
    let view = try base.view(
      of: .train, [[39, 0, 17, 17], [5], []], normalize: .standard, normalizeTargets: .none)
    try Self.expectSame(view, of: prepare())
  }

  @Test("rows of a source of 2³² take 8 bytes each")
  func long() throws {
    // Pages that nobody has written are no memory.
    let count = 1 << 32 + 5, page = Int(sysconf(Int32(_SC_PAGESIZE))), size = (count + page - 1) / page * page
    let base = try #require(mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))
    try #require(base != MAP_FAILED)
    defer { munmap(base, size) }
    #expect(mprotect(base + size - page, page, PROT_READ | PROT_WRITE) == 0)
    for row in count - 3..<count { base.storeBytes(of: UInt8(row - count + 100), toByteOffset: row, as: UInt8.self) }
    let description = DataDescription(
      featureShape: Shape([1]), columns: [], naming: .place, targetKind: .none, classNames: [], labelKind: .numbers,
      targetNames: [], hasSampleWeights: false, normalization: .identity, targetNormalization: .identity,
      counts: [count, 0, 0])
    let source = SourceLayout(
      rows: count, features: [.init(element: .uint8, width: 1)],
      runs: [.init(features: 0..<1, block: 0, first: 0, isCode: false)], targets: nil, weight: nil)
    let layout = DataLayout(
      sources: [source],
      parts: [count, 0, 0].map { .init(source: 0, count: $0, isWhole: true, weightExponent: 0) })
    let data = PreparedData(
      description, layout: layout, region: UnsafeRawBufferPointer(start: base, count: (count + 63) / 64 * 64))
    let view = try data.view(
      of: .train, [[count - 1, 0, 1 << 32 - 1], [count - 3], []], normalize: .none, normalizeTargets: .none)
    let expected: [[Float]] = [[99, 0, 0, 1, 1, 1, .nan, .nan, .nan], [97, 1, .nan], []]
    #expect(Self.bits(view) == expected.map { $0.map(\.bitPattern) })
    let own = try #require(view.dataView)
    #expect(own.byteCount == 32 && own.withLists { $0.load(as: UInt64.self) } == UInt64(count - 1))
    try Self.expectSame(view, of: data)
    for row in [UInt64(count), .max] {
      let lists = [row, 0, 0, 0].withUnsafeBytes { [UInt8]($0) }
      #expect(throws: DataError.foreignView("it lists row \(row), and the source has \(count), counted from 0")) {
        try data.with(Self.copy(own, lists: lists))
      }
    }
  }

  @Test("what is no view of the rows is refused, and traps nowhere")
  func foreign() throws {
    let data = try Self.prepare()
    let view = try #require(
      data.view(of: .train, [[0, 59, 3], [1], []], normalize: .standard, normalizeTargets: .standard).dataView)
    func problem(_ view: DataView) -> String? {
      do { _ = try data.with(view) } catch {
        if case .foreignView(let problem) = error { return problem }
        return "\(error)"
      }
      return nil
    }
    func lists(_ rows: [UInt32]) -> [UInt8] { rows.withUnsafeBytes { [UInt8]($0) } }
    #expect(problem(Self.copy(view)) == nil)
    let one = Normalization.identity, own = view.targetNormalization
    for copy in [
      Self.copy(view, normalization: Normalization(.divided, shift: [0], scale: [1], function: .log)),
      Self.copy(view, targets: Normalization(.float32, shift: own.shift, scale: own.scale, function: .log1p)),
    ] { #expect(problem(copy)?.contains("that goes with no formula of theirs") == true) }
    #expect(
      problem(Self.copy(view, targets: Normalization(.divided, shift: one.shift, scale: one.scale, function: .log1p)))
        == nil)
    for source in [1, -1, .max] {
      #expect(
        problem(Self.copy(view, source: source)) == "it is of source \(source) (counted from 0), and there are 1")
    }
    #expect(
      problem(Self.copy(view, lists: lists([0, 59, 60, 1]))) == "it lists row 60, and the source has 60, counted from 0"
    )
    #expect(problem(Self.copy(view, lists: lists([0, 59, .max, 1])))?.hasPrefix("it lists row 4294967295, ") == true)
    for counts in [[4, 0, 1], [-1, 5, 0], [.max, 1, 0], [.max, .max, 2], [5, 0, -1]] {
      #expect(
        problem(Self.copy(view, counts: counts)) == "its parts have more rows than the 4 that it lists", "\(counts)")
    }
    #expect(problem(Self.copy(view, counts: [3, 0, 0])) == "its lists have 16 bytes, and its parts 3 rows of 4")
    #expect(
      problem(Self.copy(view, lists: lists([0, 59, 3, 1]) + [0]))
        == "its lists have 17 bytes, and its parts 4 rows of 4")
    for count in [[], [4], [3, 1, 0, 0]] {
      #expect(problem(Self.copy(view, counts: count))?.hasPrefix("it has \(count.count) parts and 3 exponents") == true)
    }
    #expect(problem(Self.copy(view, exponents: [0]))?.hasPrefix("it has 3 parts and 1 exponents") == true)
    for exponent in [1075, -1024, .min, .max] {
      #expect(problem(Self.copy(view, exponents: [0, exponent, 0])) == "an exponent of weights is none")
    }
    func pairs(_ shift: [Double], _ scale: [Double]) -> Normalization {
      Normalization(.divided, shift: shift, scale: scale)
    }
    let many = [Double](repeating: 1, count: 7)
    #expect(
      problem(Self.copy(view, normalization: pairs(many, many)))
        == "it brings 7 features to a common scale where there are 6")
    #expect(
      problem(Self.copy(view, targets: pairs(many, many))) == "it brings 7 targets to a common scale where there are 1")
    for (shift, scale) in [(.nan, 1), (.infinity, 1), (0, 0), (0, -1), (0, .nan), (0, .infinity)] as [(Double, Double)]
    {
      #expect(
        problem(Self.copy(view, normalization: pairs([shift], [scale])))
          == "of features a shift is not finite, or a scale is not above 0")
      #expect(
        problem(Self.copy(view, targets: pairs([shift], [scale])))
          == "of targets a shift is not finite, or a scale is not above 0")
    }
    let error = DataError.foreignView("it is of source 1 (counted from 0), and there are 1")
    #expect(error.exitCode == .internalError)
    #expect(
      error.sentence
        == "the data: another rank has sent a view that is none of the rows here: it is of source 1 (counted from 0), and there are 1; start all ranks with the same build of ptrain and the same data"
    )
  }
}
