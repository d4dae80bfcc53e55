import Foundation
import TestSupport
import Testing

/// The README and the articles stay true: their commands run, their configs are fine.
@Suite(.serialized) struct ReadmeTests {
  static let documents = try? Documents()
  static let articles = documents?.articles ?? []

  /// The lines of a file's blocks of shell commands.
  static func commands(_ path: String) -> [String] {
    (documents?.blocks("sh", of: path) ?? []).flatMap { $0.split(separator: "\n").map(String.init) }
  }

  /// The run that commands of any file read.
  static let training = Result {
    try Command.run(["sh", "-c", "mpirun -n 4 --bind-to none .build/release/ptrain configs/digits.json"]).status
  }

  @Test("every command works, in the order of the file", arguments: articles)
  func commands(_ path: String) throws {
    #expect(try Self.training.get() == 0)
    // These two are what runs this test; the first ends with the run that later commands read.
    for line in Self.commands(path) where !["scripts/quickstart", "scripts/test"].contains(line) {
      let outcome = try Command.run(["sh", "-c", line])
      #expect(outcome.status == 0, "\(path): \(line): \(outcome.errors)")
    }
  }

  @Test("there are commands, in the README and in the articles, and those two among them")
  func found() {
    let all = Self.articles.flatMap(Self.commands)
    #expect(all.count >= 20)
    #expect(Self.articles.filter { !Self.commands($0).isEmpty }.count >= 6)
    #expect(Set(["scripts/quickstart", "scripts/test"]).isSubset(of: all))
  }

  @Test("every config is fine")
  func configs() throws {
    let configs = Self.articles.flatMap { path in (Self.documents?.blocks("json", of: path) ?? []).map { (path, $0) } }
    #expect(!configs.isEmpty)
    for (document, config) in configs {
      let path = Command.root + "/configs/readme-test.json"
      try config.write(toFile: path, atomically: true, encoding: .utf8)
      defer { try? FileManager.default.removeItem(atPath: path) }
      let outcome = try Command.ptrain(["check", path])
      #expect(outcome.status == 0, "\(document): \(outcome.errors)")
    }
  }

  @Test("five lines of Python compute the hash that ptrain prints")
  func hash() throws {
    let folder = try TemporaryFolder()
    let run = try Command.ptrain([
      "configs/digits.json", "--quiet", "--set", "training.epochs=1", "--output", folder.path + "/run",
    ])
    let programs = Self.articles.flatMap { Self.documents?.blocks("python", of: $0) ?? [] }
    #expect(programs.count == 1)
    let program = try folder.write(try #require(programs.first), to: "hash.py")
    let python = try Command.run(["python3", program, folder.path + "/run/model.safetensors"])
    #expect(run.output == "weights_sha256 " + python.output)
    #expect(python.output.count == 65)
  }
}
