import Foundation
import TestSupport
import Testing

/// What `check` says a run will take, against the greatest memory that the run then had.
@Suite struct MemoryFigureTests {
  /// Runs a command and prints the kilobytes of the most memory it had.
  private static let measure =
    "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode; "
    + "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"

  private static func config(_ units: [Int], batch: Int, rest: String) -> String {
    let hidden = units.map { #"{"type": "dense", "units": \#($0), "activation": "relu"}"# }.joined(separator: ", ")
    return #"""
      {"data": {"train": {"format": "synthetic", "task": "classification", "examples": \#(2 * batch), "features": 20, "classes": 10}},
       "model": {"layers": [\#(hidden), {"type": "dense", "units": 10}]}, "loss": {"type": "categorical_cross_entropy"},
       "output": {"directory": "run"}, \#(rest.replacingOccurrences(of: "BATCH", with: "\(batch)"))}
      """#
  }

  /// Megabytes of the run at its peak, and those that `check` names.
  private static func figures(_ config: String) throws -> (found: Double, planned: Double) {
    let folder = try TemporaryFolder()
    let path = folder.path + "/config.json"
    try config.write(toFile: path, atomically: true, encoding: .utf8)
    let arguments = [path, "--threads", "2", "--output", folder.path + "/run"]
    let check = try Command.ptrain(["check"] + arguments)
    #expect(check.status == 0, "\(check.errors)")
    let line = try #require(check.output.split(separator: "\n").first { $0.hasPrefix("memory") })
    let words = line.split(separator: " ")
    let planned = try #require(Double(words[1])) / (words[2] == "kB" ? 1000 : 1)
    let run = try Command.run(["python3", "-c", measure, Command.ptrain] + arguments + ["--quiet"], seconds: 300)
    #expect(run.status == 0, "\(run.errors)")
    let kilobytes = try #require(Double(run.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    return (kilobytes * 1024 / 1e6, planned)
  }

  @Test("check names what a run takes, beyond what the smallest one does: within 3 % or 8 MB")
  func figures() throws {
    let sgd =
      #""optimizer": {"type": "sgd", "learning_rate": 0.01}, "training": {"epochs": 1, "global_batch_size": BATCH}"#
    let adam =
      #""optimizer": {"type": "adam", "learning_rate": 0.001}, "training": {"epochs": 1, "global_batch_size": BATCH}"#
    let average =
      #""optimizer": {"type": "adam", "learning_rate": 0.001}, "training": {"epochs": 1, "global_batch_size": BATCH, "ema": {"decay": 0.9}}"#
    let least = try Self.figures(Self.config([4], batch: 16, rest: sgd))
    for (units, batch, rest) in [
      ([1000, 1000], 64, sgd), ([500, 500], 8192, sgd), ([2500, 2500], 128, adam), ([1500, 1500], 128, average),
      ([5000, 5000], 64, sgd),
    ] {
      let (found, planned) = try Self.figures(Self.config(units, batch: batch, rest: rest))
      let taken = found - least.found
      #expect(
        abs(planned - taken) <= max(8, 0.03 * taken),
        "\(units), batch \(batch), \(rest.prefix(30)): \(taken) MB, \(planned) were named")
    }
  }
}
