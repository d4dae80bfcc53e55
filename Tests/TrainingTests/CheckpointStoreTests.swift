import Foundation
import Kernels
import Specs
import Synchronization
import TestSupport
import Testing

@testable import Training

/// Checkpoints are whole or absent, whatever the storage does.
@Suite struct CheckpointStoreTests {
  private static func sources(_ tensors: [NamedTensor]) -> [CheckpointStore.Source] {
    tensors.map { tensor in .init(name: tensor.name, shape: tensor.shape, count: tensor.values.count) { tensor.values }
    }
  }

  private static func tensors(_ seed: UInt64) -> [NamedTensor] {
    (0..<3).map { index in
      NamedTensor(
        name: "parameters/t\(index)", shape: [7, index + 1],
        values: (0..<7 * (index + 1)).map {
          Float(bitPattern: UInt32(truncatingIfNeeded: (seed &+ UInt64($0)) &* 2_654_435_761))
        })
    }
  }

  private static func write(_ store: CheckpointStore, step: Int, keep: Int = 10, best: Int? = nil) throws {
    let parts = try [0, 1].map { rank in
      try store.writePart(rank == 0 ? Self.sources(Self.tensors(UInt64(step))) : [], rank: rank, step: step)
    }
    try store.commit(
      step: step, parts: parts, members: [.init("state", .object([.init("x", .integer(step))]))], keep: keep, best: best
    )
  }

  private static func bits(_ tensors: [NamedTensor]) -> [[UInt32]] { tensors.map { $0.values.map(\.bitPattern) } }

  @Test("what is written comes back, every bit, NaN payloads too; the newest and the best are kept")
  func roundTrip() throws {
    let folder = try TemporaryFolder(), store = CheckpointStore(directory: folder.path + "/c")
    for step in [5, 10, 15, 20] { try Self.write(store, step: step, keep: 2, best: 5) }
    #expect(try store.steps() == [5, 15, 20])
    let found = try #require(try store.newest { _ in })
    #expect(found.step == 20 && Self.bits(found.tensors) == Self.bits(Self.tensors(20)))
    #expect(found.manifest["state"]?["x"] == .integer(20))
    try store.removeAll(after: 10)
    #expect(try store.steps() == [5])
  }

  @Test("a byte changed, a file cut short or gone: the next older checkpoint, with a line")
  func damage() throws {
    for file in ["part-0.safetensors", "manifest.json"] {
      for kind in 0..<4 {
        let folder = try TemporaryFolder(), store = CheckpointStore(directory: folder.path + "/c")
        for step in [1, 2] { try Self.write(store, step: step) }
        let path = folder.path + "/c/step-0000000002/" + file
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        switch kind {
        case 0: bytes[bytes.count / 2] ^= 1
        case 1: bytes.removeLast(bytes.count / 3)
        case 2: bytes = []
        default: break
        }
        if kind == 3 {
          try FileManager.default.removeItem(atPath: path)
        } else {
          try Data(bytes).write(to: URL(fileURLWithPath: path))
        }
        let lines = Mutex<[String]>([])
        let found = try store.newest { line in lines.withLock { $0.append(line) } }
        #expect(found?.step == 1, "\(file), \(kind)")
        #expect(lines.withLock { $0.count } == 1)
      }
    }
  }

  @Test("a run killed while writing leaves nothing that counts, and it is swept away")
  func halfWritten() throws {
    let folder = try TemporaryFolder(), store = CheckpointStore(directory: folder.path + "/c")
    try Self.write(store, step: 1)
    _ = try store.writePart(Self.sources(Self.tensors(2)), rank: 0, step: 2)
    #expect(try store.steps() == [1])
    try store.clean()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/c") == ["step-0000000001"])
  }

  /// A file system whose calls fail from one on, as a full or dying disk's do.
  private final class FailingStorage: Storage {
    private let disk = DiskStorage()
    private let left: Mutex<Int>

    init(after calls: Int) { left = Mutex(calls) }

    private func spend() throws {
      let isGone = left.withLock { left in
        left -= 1
        return left < 0
      }
      if isGone { throw RunError(.inputOutput, "disk full") }
    }

    func createDirectory(_ path: String) throws {
      try spend()
      try disk.createDirectory(path)
    }
    /// A torn write leaves half a file.
    func write(to path: String, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
      var bytes: [UInt8] = []
      try body { bytes.append(contentsOf: $0) }
      do { try spend() } catch {
        try? disk.write(Array(bytes.prefix(bytes.count / 2)), to: path)
        throw error
      }
      try disk.write(bytes, to: path)
    }
    func flushDirectory(_ path: String) throws {
      try spend()
      try disk.flushDirectory(path)
    }
    func rename(_ path: String, to other: String) throws {
      try spend()
      try disk.rename(path, to: other)
    }
    func names(in path: String) throws -> [String] { try disk.names(in: path) }
    func read(_ path: String) throws -> [UInt8] { try disk.read(path) }
    func remove(_ path: String) throws {
      try spend()
      try disk.remove(path)
    }
  }

  @Test("whatever call of the storage fails first, the last good checkpoint can be read")
  func storageFaults() throws {
    var failures = 0
    for calls in 0..<24 {
      let folder = try TemporaryFolder(), path = folder.path + "/c"
      let good = CheckpointStore(directory: path)
      for step in [1, 2] { try Self.write(good, step: step) }
      let failing = CheckpointStore(directory: path, storage: FailingStorage(after: calls))
      do { try Self.write(failing, step: 3, keep: 2) } catch { failures += 1 }
      let found = try #require(try good.newest { _ in })
      #expect(found.step >= 2 && Self.bits(found.tensors) == Self.bits(Self.tensors(UInt64(found.step))), "\(calls)")
    }
    #expect(failures > 5 && failures < 24, "some of these fail, some do not: \(failures)")
  }

  /// Lists directories as they were two changes ago, as a network file system's cache may.
  private final class LateStorage: Storage {
    private let disk = DiskStorage()
    private let listings = Mutex<[[String]]>([])

    func createDirectory(_ path: String) throws { try disk.createDirectory(path) }
    func write(to path: String, _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
      try disk.write(to: path, body)
    }
    func flushDirectory(_ path: String) throws { try disk.flushDirectory(path) }
    func rename(_ path: String, to other: String) throws {
      let before = try disk.names(in: (path as NSString).deletingLastPathComponent)
      listings.withLock { $0.append(before) }
      try disk.rename(path, to: other)
    }
    func names(in path: String) throws -> [String] {
      listings.withLock { $0.count >= 2 ? $0[$0.count - 2] : [] }
    }
    func read(_ path: String) throws -> [UInt8] { try disk.read(path) }
    func remove(_ path: String) throws { try disk.remove(path) }
  }

  @Test("listings that lag behind cost no checkpoint, and in the end the older ones go")
  func lateListings() throws {
    let folder = try TemporaryFolder(), path = folder.path + "/c"
    let late = CheckpointStore(directory: path, storage: LateStorage())
    for step in 1...8 { try Self.write(late, step: step, keep: 2) }
    let store = CheckpointStore(directory: path)
    let newest = try store.newest { _ in }
    #expect(newest?.step == 8)
    let steps = try store.steps()
    #expect(steps.count <= 5, "\(steps)")
    try Self.write(store, step: 9, keep: 2)
    #expect(try store.steps() == [8, 9])
  }

  @Test("the state of a run comes back from its text, every bit")
  func runState() throws {
    var state = RunState()
    (state.step, state.stepsDone, state.emptySteps, state.skippedSteps) = (17, 16, 1, 2)
    state.epochMean = LossMean(loss: 0.1 + 0.2, weight: -0.0, samples: 3)
    state.interval = LossMean(loss: .nan, weight: .infinity, samples: 0)
    state.best = (Double.leastNonzeroMagnitude, 9, 4)
    state.seconds = 12.5
    let text = state.value.compactText
    let back = try #require(RunState(try ConfigValue.parse(Data(text.utf8), file: "t")))
    #expect(back == state && back.value.compactText == text)
    #expect(RunState(nil) == nil && RunState(.object([])) == nil)
  }
}
