import Foundation
import Specs
import Synchronization
import TestSupport
import Testing

@testable import Training

/// Whose a checkpoint is, from what its manifest says; and that others' are neither read nor removed.
@Suite struct CheckpointIdentityTests {
  private static func config(_ settings: [String] = []) throws -> ConfigValue {
    var value = try ConfigValue.parse(
      Data(
        #"""
        {"data": {"train": {"format": "csv", "path": "a.csv", "targets": "y"}}, "model": {"layers": [{"type": "dense",
         "units": 2}]}, "loss": {"type": "categorical_cross_entropy"}, "optimizer": {"type": "sgd", "learning_rate": 0.1}}
        """#.utf8), file: "t")
    for setting in settings { value = try value.overriding(setting) }
    let config = try RunConfig(value)
    return config.stored(shards: config.parallel.shards ?? 3, baseDirectory: "/project")
  }

  private static func identity(_ settings: [String] = [], data: String = "d") throws -> CheckpointIdentity {
    CheckpointIdentity(config: try config(settings), fingerprint: data, origin: nil)
  }

  /// Writes a checkpoint as a run does.
  private static func write(
    _ store: CheckpointStore, step: Int, members: [ConfigValue.Member], keep: Int = 10
  ) throws {
    let part = try store.writePart([.init(name: "a", shape: [1], count: 1) { [Float(step)] }], rank: 0, step: step)
    try store.commit(step: step, parts: [part], members: members, keep: keep, best: nil)
  }

  @Test("what may change is no part of it; all else is")
  func parts() throws {
    let plain = try Self.identity()
    let same = [
      ["name=other"], ["output.directory=x"], ["output.log_every_steps=3"], ["checkpoint.keep=1"],
      ["checkpoint.directory=\"x\""], ["training.epochs=99"], ["training.time_limit=3"], ["parallel.allreduce=ordered"],
      ["parallel.threads_per_rank=3"], ["parallel.watchdog_seconds=3"], ["data.train.path=elsewhere/b.csv"],
    ]
    for settings in same {
      let other = try Self.identity(settings)
      #expect(plain.mismatch(of: other) == nil && plain.hash == other.hash, "\(settings)")
    }
    let others = [
      ["seed=1"], ["parallel.shards=4"], ["optimizer.learning_rate=0.2"], ["model.layers[0].units=3"],
      ["data.train.targets=z"], ["data.shuffle=false"], ["training.global_batch_size=3"], ["training.steps=9"],
      ["loss.label_smoothing=0.1"], [#"optimizer={"type": "adam"}"#], [#"data.validation={"fraction": 0.2}"#],
    ]
    for settings in others {
      let other = try Self.identity(settings)
      guard case .other(let words)? = plain.mismatch(of: other) else {
        Issue.record("\(settings): the same")
        continue
      }
      #expect(words.hasPrefix("another config: ") && plain.hash != other.hash, "\(settings): \(words)")
    }
    #expect(try plain.mismatch(of: Self.identity(data: "e")) == .data)
    let older = CheckpointIdentity(config: plain.config, fingerprint: "d", origin: nil, arithmetic: 1)
    #expect(plain.mismatch(of: older) == .arithmetic(1))
    let warm = CheckpointIdentity(config: plain.config, fingerprint: "d", origin: "abc")
    #expect(plain.mismatch(of: warm) != nil && warm.mismatch(of: plain) != nil)
  }

  @Test("a config's hash is of what decides on a finished run's weights: epochs too, and what is not invariant")
  func configHashes() throws {
    func hash(_ settings: [String] = [], data: String = "d") throws -> String {
      try Self.identity(settings, data: data).configHash
    }
    let plain = try hash()
    #expect(plain.count == 64)
    let same = [
      ["name=other"], ["output.directory=x"], ["checkpoint.every_steps=3"], ["training.time_limit=3"],
      ["parallel.threads_per_rank=3"], ["parallel.allreduce=ordered"], ["data.train.path=elsewhere/b.csv"],
      ["data.cache_directory=x"],
    ]
    for settings in same { #expect(try hash(settings) == plain, "\(settings)") }
    #expect(try hash(data: "e") == plain)
    var others = [plain]
    for settings in [
      ["training.epochs=11"], ["training.steps=9"], ["seed=1"], ["parallel.shards=4"], ["data.train.targets=z"],
      ["parallel.invariant=false"], ["parallel.invariant=false", "parallel.wire=bfloat16"],
      ["parallel.invariant=false", "parallel.allreduce=ring"],
    ] {
      let other = try hash(settings)
      #expect(!others.contains(other), "\(settings)")
      others.append(other)
    }
  }

  @Test("what a model says of where it comes from is read again; models of earlier builds say nothing")
  func modelProvenance() throws {
    for origin in [nil, "0b"] {
      let provenance = ModelProvenance(configHash: "0a", dataFingerprint: "d", originHash: origin)
      #expect(provenance.metadata.map(\.key).count == (origin == nil ? 3 : 4))
      #expect(ModelProvenance(metadata: [ArithmeticNumber.metadata] + provenance.metadata) == provenance)
    }
    #expect(ModelProvenance(metadata: [ArithmeticNumber.metadata]) == nil)
  }

  @Test(
    "a manifest tells it, with the keys that earlier builds did not know at their defaults; a contradiction is none")
  func manifests() throws {
    let plain = try Self.identity()
    let manifest = ConfigValue.object(plain.members + [.init("shards", .integer(8))])
    #expect(CheckpointIdentity(manifest: manifest) == plain)
    func changed(_ key: String, _ value: ConfigValue?) -> ConfigValue {
      guard case .object(var members) = manifest else { return manifest }
      members.removeAll { $0.key == key }
      return .object(members + (value.map { [.init(key, $0)] } ?? []))
    }
    let forged: [(String, ConfigValue?)] = [
      ("config", try Self.config(["seed=1"])), ("data_fingerprint", .string("e")), ("arithmetic", .integer(99)),
      ("origin", .string("x")), ("identity", .string("x")), ("shards", .integer(7)), ("config", nil),
      ("origin", .integer(1)),
      ("data_fingerprint", .integer(3)), ("arithmetic", .string("x")), ("config", .array([])),
    ]
    for (key, value) in forged {
      #expect(CheckpointIdentity(manifest: changed(key, value)) == nil, "\(key) \(value?.compactText ?? "gone")")
    }
    // An earlier build: no identity, and a config without a key.
    guard case .object(var members) = plain.config else { return }
    members.removeAll { $0.key == "metrics" }
    guard case .object(let all) = changed("identity", nil) else { return }
    let older = ConfigValue.object(
      all.map { $0.key == "config" ? ConfigValue.Member("config", .object(members)) : $0 })
    let found = try #require(CheckpointIdentity(manifest: older))
    #expect(plain.mismatch(of: found) == nil)
  }

  @Test("another run's checkpoint is neither read, nor removed by keep, nor overwritten")
  func others() throws {
    let folder = try TemporaryFolder(), path = folder.path + "/c"
    let own = CheckpointStore(directory: path, storage: DiskStorage(), identity: try Self.identity())
    let other = CheckpointStore(directory: path, storage: DiskStorage(), identity: try Self.identity(["seed=1"]))
    func members(_ store: CheckpointStore) -> [ConfigValue.Member] { store.identity?.members ?? [] }
    for step in [2, 7] { try Self.write(other, step: step, members: members(other)) }
    for step in [1, 3, 4] { try Self.write(own, step: step, members: members(own), keep: 2) }
    #expect(try own.steps() == [2, 3, 4, 7])
    #expect(try own.newest { Issue.record("\($0)") }?.step == 4)
    #expect(try other.newest { Issue.record("\($0)") }?.step == 7)
    try own.removeAll(after: 3)
    #expect(try own.steps() == [2, 3, 7])
    try Self.write(own, step: 7, members: members(own), keep: 1)
    #expect(try own.steps() == [2, 7])
    let aside = CheckpointStore(directory: path + "/set-aside-1", storage: DiskStorage(), identity: other.identity)
    #expect(try own.newest { _ in }?.step == 7 && aside.newest { _ in }?.step == 7)
  }

  @Test("a checkpoint under another step's name is not that step's")
  func renamed() throws {
    let folder = try TemporaryFolder(), path = folder.path + "/c"
    let store = CheckpointStore(directory: path, storage: DiskStorage(), identity: try Self.identity())
    for step in [1, 2] { try Self.write(store, step: step, members: store.identity?.members ?? []) }
    try FileManager.default.moveItem(atPath: path + "/step-0000000001", toPath: path + "/step-0000000009")
    let lines = Mutex<[String]>([])
    #expect(try store.newest { line in lines.withLock { $0.append(line) } }?.step == 2)
    #expect(lines.withLock { $0.count == 1 && $0[0].contains("of another step than its name says") })
  }
}
