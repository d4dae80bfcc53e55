import Foundation
import TestSupport
import Testing

/// What a command says has to arrive: standard output that cannot be written is an error, code 74.
@Suite struct OutputTests {
  /// A trained run, made once.
  private static let trained = Result {
    let folder = try TemporaryFolder()
    let outcome = try Command.ptrain(["configs/breast_cancer.json", "--quiet", "--output", folder.path + "/run"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    return folder
  }

  private func run(_ arguments: [String], output: String) throws -> Command.Outcome {
    try Command.run(["sh", "-c", #"out=$1; shift; eval 'exec "$@"' "$out""#, "sh", output, Command.ptrain] + arguments)
  }

  @Test(
    "a full device, and a closed one, are code 74 and one line",
    arguments: [
      ["predict", "RUN"], ["evaluate", "RUN"], ["schema"], ["check", "configs/breast_cancer.json"], ["doctor"],
      ["bench", "configs/breast_cancer.json", "--steps", "2"],
      ["bench", "configs/breast_cancer.json", "--losses", "--steps", "1"],
      ["configs/breast_cancer.json", "--output", "NEW"], ["configs/breast_cancer.json", "--quiet", "--output", "NEW"],
      ["configs/breast_cancer.json", "--output", "RUN"], ["--help"], ["--version"], ["cores"],
    ], [">/dev/full", ">&-"])
  func cannotBeWritten(_ arguments: [String], _ output: String) throws {
    let run = try Self.trained.get().path + "/run", folder = try TemporaryFolder(), new = folder.path + "/run"
    let line = arguments.map { $0 == "RUN" ? run : $0 == "NEW" ? new : $0 }
    let outcome = try self.run(line, output: output)
    #expect(outcome.status == 74, "\(outcome.errors)")
    #expect(outcome.complaints.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("standard output: cannot be written ("), "\(outcome.errors)")
    // The training itself is not lost by it.
    if arguments.contains("NEW") { #expect(FileManager.default.fileExists(atPath: new + "/summary.json")) }
  }

  @Test("negative control: with a device that takes all of it the same commands end with 0")
  func canBeWritten() throws {
    let run = try Self.trained.get().path + "/run"
    for line in [["predict", run], ["schema"], ["--help"]] {
      #expect(try self.run(line, output: ">/dev/null").status == 0)
    }
  }

  @Test("a reader that leaves does not end the training")
  func readerLeaves() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let outcome = try Command.run([
      "sh", "-c", #"{ "$1" configs/digits.json --output "$2"; echo "code $?" >&2; } | head -n 1"#, "sh",
      Command.ptrain, run,
    ])
    #expect(outcome.errors.contains("code 74"), "\(outcome.errors)")
    #expect(FileManager.default.fileExists(atPath: run + "/summary.json"))
  }
}

/// `evaluate` and `predict` under mpirun: one output, the same as alone.
@Suite struct SpreadOutputTests {
  @Test("the same bytes on 1, 2 and 3 ranks, to standard output and to files")
  func sameBytes() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    #expect(
      try Command.ptrain(["configs/digits.json", "--quiet", "--set", "training.epochs=1", "--output", run]).status == 0)
    for command in ["evaluate", "predict"] {
      let alone = try Command.ptrain([command, run])
      #expect(alone.status == 0 && alone.output.count > 50, "\(alone.errors)")
      for ranks in [2, 3] {
        let spread = try Command.ptrain([command, run], ranks: ranks)
        #expect(spread.status == 0 && spread.output == alone.output, "\(command) on \(ranks): \(spread.errors)")
      }
    }
    for name in ["p.csv", "p.npy"] {
      let outcome = try Command.ptrain(["predict", run, "--output", folder.path + "/2" + name], ranks: 2)
      #expect(outcome.status == 0 && outcome.output == "359 predictions written to \(folder.path)/2\(name)\n")
      #expect(try Command.ptrain(["predict", run, "--output", folder.path + "/1" + name]).status == 0)
      let (one, two) = ("/1", "/2")
      #expect(
        FileManager.default.contents(atPath: folder.path + one + name)
          == FileManager.default.contents(atPath: folder.path + two + name))
    }
  }

  @Test("one error line, whoever fails", arguments: [0, 2])
  func oneLine(ranks: Int) throws {
    let folder = try TemporaryFolder(), fifo = folder.path + "/model.safetensors"
    #expect(try Command.run(["mkfifo", fifo]).status == 0)
    for (path, code) in [(folder.path, 65), (fifo, 65), ("/dev/zero", 65), (folder.path + "/absent", 66)] {
      for command in ["evaluate", "predict"] {
        let outcome = try Command.ptrain([command, path], ranks: ranks, seconds: 60)
        #expect(outcome.status == code && outcome.complaints.count == 1, "\(command) \(path): \(outcome.errors)")
      }
    }
  }
}
