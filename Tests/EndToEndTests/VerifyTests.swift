import Foundation
import Specs
import TestSupport
import Testing

/// `ptrain verify`: a run that is trained again has the same bits on other ranks, and one that is not what it says is
/// told.
@Suite struct VerifyTests {
  /// Thirty steps, with checkpoints after each ten, trained alone.
  private static func train(_ folder: TemporaryFolder, _ extra: String = "") throws -> String {
    let rows = (0..<80).map { row in "\(row * 37 % 101),\(row * 11 % 17),\(row * 5 % 13)\n" }.joined()
    try folder.write("a,b,y\n" + rows, to: "t.csv")
    let config = try folder.write(
      """
      {"data": {"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": {"fraction": 0.2}},
       "model": {"layers": [{"type": "dense", "units": 6, "activation": "tanh"}, {"type": "dense", "units": 1}]},
       "loss": "mse", "optimizer": {"type": "adam", "learning_rate": 0.01},
       "training": {"epochs": 6, "global_batch_size": 13\(extra)}, "parallel": {"shards": 4},
       "checkpoint": {"every_steps": 10, "keep": 5}}
      """, to: "config.json")
    let run = folder.path + "/run"
    let outcome = try Command.ptrain([config, "--output", run, "--threads", "1", "--quiet"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return run
  }

  private static func files(_ run: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: run).sorted()
  }

  @Test("the whole run and one stretch, alone and on 2 ranks; nothing is written")
  func same() throws {
    let folder = try TemporaryFolder(), run = try Self.train(folder, #", "ema": {"decay": 0.9}"#)
    let hash = try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: "s")[
      "weights_sha256"]
    guard case .string(let hash)? = hash else { return #expect(Bool(false), "no hash") }
    let before = try Self.files(run)
    for (ranks, threads) in [(0, "2"), (2, "1")] {
      let whole = try Command.ptrain(["verify", run, "--threads", threads], ranks: ranks)
      #expect(whole.status == 0, "\(whole.errors)")
      #expect(
        whole.output
          == "\(run): steps 1 to 30 made again; the weights are the same bits after 3 steps, the last 30, and so is the model\n"
          + "weights_sha256 \(hash)\n")
    }
    let part = try Command.ptrain(["verify", run, "--steps", "10"], ranks: 2)
    #expect(
      part.output.hasPrefix(
        "\(run): steps 21 to 30 made again; the weights are the same bits after step 30, and so is the model"),
      "\(part.output)\(part.errors)")
    try FileManager.default.removeItem(atPath: run + "/summary.json")
    let unfinished = try Command.ptrain(["verify", run, "--steps", "12"])
    #expect(
      unfinished.output == "\(run): steps 21 to 30 made again; the weights are the same bits after step 30\n",
      "\(unfinished.errors)")
    #expect(try Self.files(run) == before.filter { $0 != "summary.json" })
  }

  @Test("weights that the run did not learn are told, with the step, the tensor and the element")
  func different() throws {
    let folder = try TemporaryFolder(), run = try Self.train(folder)
    // One bit of the model, and the summary that says its hash.
    let path = run + "/model.safetensors"
    var model = try Data(contentsOf: URL(fileURLWithPath: path))
    model[model.count - 4] ^= 1
    try model.write(to: URL(fileURLWithPath: path))
    let summary = try String(contentsOfFile: run + "/summary.json", encoding: .utf8)
    let hash = try #require(summary.firstMatch(of: #/"weights_sha256": "([0-9a-f]{64})"/#)?.1)
    try summary.replacingOccurrences(of: hash, with: String(repeating: "0", count: 64)).write(
      toFile: run + "/summary.json", atomically: true, encoding: .utf8)
    for ranks in [0, 2] {
      let outcome = try Command.ptrain(["verify", run], ranks: ranks)
      #expect(outcome.status == 70, "\(outcome.output)")
      #expect(
        outcome.complaints.first?.contains(": after step 30 (the same after step 30) ") == true
          && outcome.complaints.first?.contains(" is the first that differs, in element ") == true,
        "\(outcome.errors)")
    }
  }

  @Test("of several tensors that differ the first is told, with its first element and both values")
  func firstElement() throws {
    let folder = try TemporaryFolder(), run = try Self.train(folder), path = run + "/model.safetensors"
    var model = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let start = 8 + model[..<8].enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let header = try ConfigValue.parse(Data(model[8..<start]), file: path)
    /// The place of an element of a tensor in the file.
    func place(_ tensor: String, _ element: Int) throws -> Int {
      guard case .array(let offsets)? = header[tensor]?["data_offsets"],
        case .integer(let first)? = offsets.first
      else { throw CocoaError(.fileReadCorruptFile) }
      return start + first + 4 * element
    }
    func value(_ place: Int) -> Float {
      Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(model[place + $1]) << (8 * UInt32($1)) })
    }
    // Behind the first of them in the network, and in the tensor.
    for (tensor, element) in [("layers.1.bias", 0), ("layers.0.weight", 9), ("layers.0.weight", 7)] {
      let changed = try place(tensor, element), before = value(changed)
      model[changed + 1] ^= 4
      try Data(model).write(to: URL(fileURLWithPath: path))
      let outcome = try Command.ptrain(["verify", run])
      let says =
        ": after step 30 (the same after step 30) \(tensor) is the first that differs, in element \(element): "
        + "\(before) here, \(value(changed)) there; "
      #expect(outcome.status == 70 && outcome.errors.contains(says), "\(says)\n\(outcome.errors)")
    }
  }

  @Test("a model's file that was changed, one that is gone, and a run that began with weights of another")
  func files() throws {
    let folder = try TemporaryFolder(), run = try Self.train(folder), path = run + "/model.safetensors"
    let begun = folder.path + "/begun"
    let warm = try Command.ptrain([
      folder.path + "/config.json", "--output", begun, "--resume", path, "--force", "--threads", "1", "--quiet",
    ])
    #expect(warm.status == 0, "\(warm.errors)")
    let part = try Command.ptrain(["verify", begun, "--steps", "10"])
    #expect(part.output.hasPrefix("\(begun): steps 21 to 30 made again"), "\(part.output)\(part.errors)")
    let model = try Data(contentsOf: URL(fileURLWithPath: path))
    var changed = model
    changed[changed.count - 4] ^= 1
    try changed.write(to: URL(fileURLWithPath: path))
    let other = try Command.ptrain(["verify", run])
    #expect(other.status == 70 && other.errors.contains("is the first that differs"), "\(other.output)\(other.errors)")
    try FileManager.default.removeItem(atPath: path)
    let gone = try Command.ptrain(["verify", run])
    #expect(gone.status == 0 && gone.output.contains("and no model is there"), "\(gone.output)\(gone.errors)")
    try String(contentsOfFile: run + "/config.json", encoding: .utf8).replacing("0.01", with: "0.02").write(
      toFile: run + "/config.json", atomically: true, encoding: .utf8)
    let config = try Command.ptrain(["verify", run])
    #expect(
      config.status == 78 && config.errors.contains("its checkpoints belong to another config"), "\(config.errors)")
  }

  @Test("a run that began with weights of a relative path is verified from anywhere, and moved together with them")
  func beginnings() throws {
    let folder = try TemporaryFolder(), run = try Self.train(folder), files = FileManager.default
    try files.createDirectory(atPath: folder.path + "/both", withIntermediateDirectories: true)
    try files.moveItem(atPath: run, toPath: folder.path + "/both/run")
    let start = "--resume run/model.safetensors --force --threads 1 --quiet"
    let line = "cd '\(folder.path)/both' && '\(Command.ptrain)' ../config.json --output begun \(start)"
    let begun = try Command.run(["sh", "-c", line])
    #expect(begun.status == 0, "\(begun.errors)")
    func expectSame(_ directory: String, ranks: Int = 0) throws {
      let outcome = try Command.ptrain(["verify", directory], ranks: ranks)
      #expect(outcome.status == 0 && outcome.output.contains("steps 1 to 30"), "\(outcome.output)\(outcome.errors)")
    }
    try expectSame(folder.path + "/both/begun", ranks: 2)
    // Both: found as far away as before. The run alone: found where it was.
    try files.moveItem(atPath: folder.path + "/both", toPath: folder.path + "/moved")
    try expectSame(folder.path + "/moved/begun")
    try files.moveItem(atPath: folder.path + "/moved", toPath: folder.path + "/both")
    try files.moveItem(atPath: folder.path + "/both/begun", toPath: folder.path + "/alone")
    try expectSame(folder.path + "/alone")
    try files.removeItem(atPath: folder.path + "/both/run/model.safetensors")
    let gone = try Command.ptrain(["verify", folder.path + "/alone"])
    #expect(
      gone.status == 66 && gone.errors.contains("/both/run/model.safetensors: the weights that the run"),
      "\(gone.errors)")
  }

  @Test("what cannot be verified is one sentence")
  func refused() throws {
    let folder = try TemporaryFolder(), run = try Self.train(folder)
    func expect(_ arguments: [String], _ code: Int32, says: String) throws {
      let outcome = try Command.ptrain(["verify"] + arguments)
      #expect(outcome.status == code, "\(arguments): \(outcome.output)\(outcome.errors)")
      #expect(outcome.complaints.count == 1 && outcome.errors.contains(says), "\(outcome.errors)")
    }
    try expect(
      [folder.path + "/none"], 66,
      says: "/none/config.json: cannot be read (No such file or directory); give the directory of a run")
    try expect(
      [run, "--steps", "9"], 64,
      says: "--steps 9: from one checkpoint of \(run) to the next, or to its end, it is 10 steps")
    try expect([""], 64, says: "an empty text names no directory; give that of a run")
    try expect([run, "--steps", "0"], 64, says: "--steps takes a whole number from 1 on, found 0")
    let table = try String(contentsOfFile: folder.path + "/t.csv", encoding: .utf8)
    try folder.write(table + "1,2,3\n", to: "t.csv")
    try expect([run], 65, says: "the data are not those that the run was trained on; put them back")
    try folder.write(table, to: "t.csv")
    try FileManager.default.removeItem(atPath: run + "/checkpoints")
    try FileManager.default.removeItem(atPath: run + "/summary.json")
    try expect([run], 65, says: "has neither checkpoints nor a finished run to compare with")
  }
}
