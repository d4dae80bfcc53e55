import Foundation
import TestSupport
import Testing

/// The README stays true: its commands run.
@Suite(.serialized) struct ReadmeTests {
  /// The lines of the README's blocks of a language, block by block.
  static func blocks(_ language: String) throws -> [String] {
    let text = try String(contentsOfFile: Command.root + "/README.md", encoding: .utf8)
    return text.components(separatedBy: "```\(language)\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
  }

  @Test("every command of the README works, in order")
  func commands() throws {
    let lines = try Self.blocks("sh").joined(separator: "\n").split(separator: "\n").map(String.init)
    #expect(lines.count >= 10)
    // These two are what runs this test; the first ends with the run that later commands read.
    let training = "mpirun -n 4 --bind-to none .build/release/ptrain configs/digits.json"
    #expect(try Command.run(["sh", "-c", training]).status == 0)
    for line in lines where !["scripts/quickstart", "scripts/test"].contains(line) {
      let outcome = try Command.run(["sh", "-c", line])
      #expect(outcome.status == 0, "\(line): \(outcome.errors)")
    }
  }

  @Test("the config of the README is fine")
  func config() throws {
    let path = Command.root + "/configs/readme-test.json"
    try #require(try Self.blocks("json").first).write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let outcome = try Command.ptrain(["check", path])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("five lines of Python compute the hash that ptrain prints")
  func hash() throws {
    let folder = try TemporaryFolder()
    let run = try Command.ptrain([
      "configs/digits.json", "--quiet", "--set", "training.epochs=1", "--output", folder.path + "/run",
    ])
    let program = try folder.write(try #require(try Self.blocks("python").first), to: "hash.py")
    let python = try Command.run(["python3", program, folder.path + "/run/model.safetensors"])
    #expect(run.output == "weights_sha256 " + python.output)
    #expect(python.output.count == 65)
  }
}
