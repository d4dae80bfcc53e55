import Foundation
import Specs
import TestSupport
import Testing

/// What earlier builds have left, `Tests/Compatibility`: models predict as they did, checkpoints are told apart.
@Suite struct CompatibilityTests {
  static let folder = Command.root + "/Tests/Compatibility"
  static let states = names("states")

  /// A state and a case that it has.
  struct Kept: Sendable, CustomTestStringConvertible {
    var state: String
    var name: String
    var path: String { "\(CompatibilityTests.folder)/states/\(state)/\(name)" }
    var testDescription: String { "\(state)/\(name)" }
  }

  static let kept = states.flatMap { state in names("states/" + state).map { Kept(state: state, name: $0) } }

  private static func names(_ place: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + place)) ?? []).sorted()
  }

  /// The state's files as a run's directory of this clone.
  private static func run(_ kept: Kept, in folder: TemporaryFolder) throws -> String {
    let run = folder.path + "/run"
    try FileManager.default.copyItem(atPath: kept.path, toPath: run)
    let config = try text(run + "/config.json").replacingOccurrences(of: "@FOLDER@", with: Self.folder)
    try folder.write(config, to: "run/config.json")
    return run
  }

  private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test("the kept states are there")
  func complete() {
    #expect(Self.states.contains("1"))
    #expect(Self.kept.count { $0.state == "1" } == 12)
  }

  @Test("models of earlier builds predict and evaluate as they did", arguments: kept)
  func predicts(_ kept: Kept) throws {
    let folder = try TemporaryFolder(), run = try Self.run(kept, in: folder)
    let evaluated = try Command.ptrain(["evaluate", run, "--threads", "2"])
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let problems = Self.differences(evaluation: try Self.text(kept.path + "/evaluate.json"), evaluated.output)
    #expect(problems.isEmpty, "\(problems)")
    let predicted = try Command.ptrain(["predict", run, "--threads", "2"])
    #expect(predicted.status == 0, "\(predicted.errors)")
    let others = Self.differences(table: try Self.text(kept.path + "/predictions.csv"), predicted.output)
    #expect(others.isEmpty, "\(others)")
  }

  @Test("negative control: another number, label or column is noticed")
  func notices() {
    #expect(Self.differences(table: "a,b\n1,2\n", "a,b\n1,2.0000001\n").isEmpty)
    for other in ["a,b\n1,2.00001\n", "a,c\n1,2\n", "a,b\nx,2\n", "a,b\n1,2\n1,2\n", "a\n1\n", "a,b\n1,nan\n"] {
      #expect(!Self.differences(table: "a,b\n1,2\n", other).isEmpty, "\(other)")
    }
    let old = #"{"samples": 3, "loss": 0.5}"#
    #expect(Self.differences(evaluation: old, #"{"samples": 3, "loss": 0.5, "new": 1}"#).isEmpty)
    for other in [#"{"samples": 3}"#, #"{"samples": 3, "loss": 0.500001}"#, #"{"samples": 3, "loss": null}"#] {
      #expect(!Self.differences(evaluation: old, other).isEmpty, "\(other)")
    }
  }

  @Test("configs of earlier builds are read", arguments: kept)
  func configs(_ kept: Kept) throws {
    let folder = try TemporaryFolder(), run = try Self.run(kept, in: folder)
    let outcome = try Command.ptrain(["check", run + "/config.json"])
    #expect(outcome.status == 0 && outcome.output.hasSuffix("the config is fine\n"), "\(outcome.errors)")
  }

  @Test("a checkpoint of another arithmetic is refused; --force goes on and says so", arguments: [0, 2])
  func checkpoint(ranks: Int) throws {
    let folder = try TemporaryFolder(), run = try Self.run(Kept(state: "1", name: "unfinished"), in: folder)
    let line = [Self.folder + "/cases/unfinished.json", "--threads", "1", "--output", run]
    if ranks == 0 {
      // Finished, it is none of this build's business.
      let again = try Command.ptrain(line)
      #expect(again.status == 0 && again.output.contains("this run is finished"), "\(again.errors)")
      let summary = try ConfigValue.parse(Data(contentsOf: URL(fileURLWithPath: run + "/summary.json")), file: run)
      guard case .string(let hash)? = summary["weights_sha256"] else {
        Issue.record("no hash in the kept summary")
        return
      }
      #expect(again.output.hasSuffix("weights_sha256 \(hash)\n"))
    }
    try FileManager.default.removeItem(atPath: run + "/summary.json")
    let before = try Self.text(run + "/config.json")
    let refused = try Command.ptrain(line, ranks: ranks)
    #expect(refused.status == 78 && refused.complaints.count == 1, "\(refused.errors)")
    #expect(
      refused.complaints.first?.contains("was saved by a build with arithmetic number 1, this build has ") == true
        && refused.complaints.first?.contains("--force") == true, "\(refused.complaints)")
    // Nothing is touched by what is refused.
    #expect(try Self.text(run + "/config.json") == before)
    #expect(FileManager.default.fileExists(atPath: run + "/checkpoints/step-0000000010/manifest.json"))
    let forced = try Command.ptrain(line + ["--force"], ranks: ranks)
    #expect(forced.status == 0 && forced.output.contains("going on after step 10"), "\(forced.errors)\(forced.output)")
    #expect(
      forced.errors.split(separator: "\n").count { $0.contains("going on all the same") } == 1, "\(forced.errors)")
  }

  // MARK: - Comparison

  /// 4 units in the last place of a float32 of this size.
  private static func tolerance(_ size: Double) -> Double { 4 * 0x1p-23 * size }

  /// How a table of predictions differs from a kept one.
  private static func differences(table old: String, _ new: String) -> [String] {
    let (a, b) = (rows(old), rows(new))
    guard a.count == b.count, a.first == b.first, let header = a.first else {
      return ["\(a.count) lines with header \(a.first ?? []) became \(b.count) with \(b.first ?? [])"]
    }
    var found: [String] = []
    for column in header.indices {
      let size = a.dropFirst().compactMap { $0.indices.contains(column) ? Double($0[column]) : nil }.map(abs).max() ?? 0
      for (one, other) in zip(a, b).dropFirst() {
        guard one.count == other.count, one.indices.contains(column) else { return found + ["\(one) became \(other)"] }
        let isSame =
          one[column] == other[column]
          || (Double(one[column]).flatMap { x in Double(other[column]).map { abs(x - $0) <= tolerance(size) } } ?? false)
        if !isSame { found.append("\(header[column]): \(one[column]) became \(other[column])") }
      }
    }
    return found
  }

  /// The cells of a table none of whose cells has a comma.
  private static func rows(_ text: String) -> [[String]] {
    text.split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// How an evaluation differs from a kept one; it may say more.
  private static func differences(evaluation old: String, _ new: String) -> [String] {
    guard case .object(let members)? = try? ConfigValue.parse(Data(old.utf8), file: "old"),
      let other = try? ConfigValue.parse(Data(new.utf8), file: "new")
    else { return ["not JSON"] }
    return members.compactMap { member in
      let (a, b) = (number(member.value), number(other[member.key]))
      let isSame = a == b || (a.flatMap { a in b.map { abs(a - $0) <= tolerance(abs(a)) } } ?? false)
      return isSame ? nil : "\(member.key): \(member.value.compactText) became \(other[member.key]?.compactText ?? "-")"
    }
  }

  private static func number(_ value: ConfigValue?) -> Double? {
    switch value {
    case .integer(let number)?: Double(number)
    case .number(let number)?: number
    default: nil
    }
  }
}
