import Foundation
import TestSupport
import Testing

/// Runs that stop and go on. `scripts/test-faults` kills them.
@Suite(.serialized) struct ResumeTests {
  private func hash(_ outcome: Command.Outcome) -> String? {
    outcome.output.split(separator: "\n").last { $0.hasPrefix("weights_sha256 ") }.map(String.init)
  }

  @Test("SIGUSR1 to the ranks: saved, stopped.json, exit code 75, and the same command goes on", arguments: [1, 3])
  func stopped(ranks: Int) throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let long = ["configs/digits.json", "--quiet", "--threads", "1", "--set", "training.epochs=100000", "--output", run]
    let launch = ranks == 1 ? "" : "mpirun -n \(ranks) --bind-to none "
    let line = ([Command.ptrain] + long).map { "'\($0)'" }.joined(separator: " ")
    // The first figures are written after some steps.
    let trains = "until [ -s '\(run)/metrics.jsonl' ]; do kill -0 $! || exit 1; sleep 0.05; done"
    let outcome = try Command.run(["sh", "-c", "\(launch)\(line) & \(trains); kill -USR1 $!; wait $!"], seconds: 240)
    #expect(outcome.status == 75, "\(outcome.errors)")
    #expect(outcome.complaints.count == 1 && outcome.complaints[0].contains("stopped on request (SIGUSR1) after step "))
    let note = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: run + "/stopped.json")))
        as? [String: Any])
    let step = try #require(note["step"] as? Int)
    #expect(step > 0 && note["reason"] as? String == "SIGUSR1")
    #expect(FileManager.default.fileExists(atPath: run + "/checkpoints"))
    // Fewer epochs than it has trained: it goes on after its step, and has nothing left to do.
    let again = try Command.ptrain([
      "configs/digits.json", "--set", "training.epochs=100000", "--set", "training.time_limit=0.2", "--output", run,
    ])
    #expect(again.status == 78 || again.output.contains("going on after step \(step)"), "\(again.errors)")
  }

  @Test("a time limit stops the run in time, with its state saved")
  func timeLimit() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let long = [
      "configs/digits.json", "--quiet", "--set", "training.epochs=4000", "--set", "training.time_limit=0.5", "--output",
      run,
    ]
    for _ in 0..<2 {
      let outcome = try Command.ptrain(long, ranks: 2)
      #expect(outcome.status == 75 && outcome.complaints.first?.contains("(time limit)") == true, "\(outcome.errors)")
    }
    let notes = try String(contentsOfFile: run + "/stopped.json", encoding: .utf8)
    #expect(notes.contains("time limit"))
  }

  @Test("a finished run says so and trains nothing; --resume never starts anew")
  func finished() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let line = ["configs/digits.json", "--set", "training.epochs=2", "--threads", "1", "--output", run]
    let first = try Command.ptrain(line, ranks: 2)
    let again = try Command.ptrain(line)
    #expect(again.status == 0 && again.output.contains("this run is finished"), "\(again.errors)")
    #expect(hash(first) == hash(again))
    let anew = try Command.ptrain(line + ["--resume", "never"], ranks: 2)
    #expect(anew.status == 0 && anew.output.contains("epoch 2/2") && hash(first) == hash(anew))
    #expect(FileManager.default.fileExists(atPath: run + ".old-1/summary.json"))
    // More epochs: the finished run's end is not the end any more.
    let more = try Command.ptrain(line + ["--set", "training.epochs=3"])
    let whole = try Command.ptrain(
      ["configs/digits.json", "--set", "training.epochs=3", "--threads", "1", "--output", folder.path + "/whole"])
    #expect(hash(more) == hash(whole))
  }

  @Test("another config is refused with what differs; other layouts are not")
  func otherConfig() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    let line = ["configs/digits.json", "--quiet", "--set", "training.epochs=1", "--output", run]
    #expect(try Command.ptrain(line).status == 0)
    let other = try Command.ptrain(line + ["--set", "optimizer.learning_rate=0.05"], ranks: 2)
    #expect(other.status == 78)
    #expect(other.complaints.count == 1)
    #expect(
      other.complaints.first?.contains("holds a run of another config: optimizer.learning_rate was 0.1, is 0.05")
        == true,
      "\(other.complaints)")
    #expect(try Command.ptrain(line + ["--set", "parallel.allreduce=ordered"], ranks: 2).status == 0)
  }

  @Test("changed data are noticed")
  func otherData() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    try folder.write(ErrorTests.goodTable, to: "data.csv")
    let config = try folder.write(ErrorTests.goodConfig, to: "config.json")
    let line = [config, "--output", run, "--set", "training.epochs=100000", "--set", "checkpoint.every_steps=5"]
    #expect(try Command.ptrain(line + ["--set", "training.time_limit=0.3"]).status == 75)
    try folder.write("a,b,y\n1,2,0\n3,4,1\n5,7,0\n", to: "data.csv")
    let outcome = try Command.ptrain(line)
    #expect(
      outcome.status == 65 && outcome.complaints.first?.contains("the data are not those") == true, "\(outcome.errors)")
  }

  @Test("weights from a checkpoint or a model into a new run, those that fit")
  func warmStart() throws {
    let folder = try TemporaryFolder()
    let first = ["configs/digits.json", "--quiet", "--set", "training.epochs=2", "--output", folder.path + "/first"]
    #expect(try Command.ptrain(first + ["--set", "checkpoint.every_steps=10"]).status == 0)
    for source in ["/first/model.safetensors", "/first/checkpoints/step-0000000030"] {
      let outcome = try Command.ptrain(
        [
          "configs/digits.json", "--set", "training.epochs=0", "--output", folder.path + "/second", "--resume",
          folder.path + source, "--force", "--set", "model.layers[2].units=32",
        ], ranks: 2)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(
        outcome.output.contains("begun anew: layers.2.weight, layers.2.bias, layers.3.weight"), "\(outcome.output)")
    }
  }

  @Test("a run that diverges ends with the place, and keeps its last checkpoint")
  func divergence() throws {
    let folder = try TemporaryFolder(), run = folder.path + "/run"
    // The learning rate explodes after the checkpoint of step 25.
    let outcome = try Command.ptrain(
      [
        "configs/digits.json", "--quiet", "--output", run, "--set", "checkpoint.every_steps=25", "--set",
        #"optimizer={"type": "sgd", "learning_rate": 0.1, "schedule": {"type": "multi_step", "at_steps": [29], "factor": 1e38}}"#,
      ], ranks: 2)
    #expect(outcome.status == 76, "\(outcome.errors)")
    #expect(
      outcome.complaints.count == 1
        && outcome.complaints[0].contains("step 30: the loss is not finite (rank 0, shard 0, "), "\(outcome.complaints)"
    )
    let kept = try FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints").sorted()
    #expect(kept == ["step-0000000025"], "\(kept)")
    #expect(!FileManager.default.fileExists(atPath: run + "/model.safetensors"))
  }

  @Test("a disk that fills up: warnings, the run ends with its weights, and the last good checkpoint can be read")
  func fullDisk() throws {
    let folder = try TemporaryFolder(), disk = folder.path + "/disk"
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    // Room for the four checkpoints of 140 kB that the run may come to have, until somebody else takes it.
    guard try Command.run(["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", disk]).status == 0 else {
      print("LEFT OUT: a disk that fills up, because this user may not mount one")
      return
    }
    defer { _ = try? Command.run(["umount", disk]) }
    let line = [
      "configs/digits.json", "--quiet", "--set", "checkpoint.every_steps=100", "--set",
      "checkpoint.directory=\"\(disk)/checkpoints\"", "--output", folder.path + "/run",
    ]
    let start = ["mpirun", "-n", "2", "--bind-to", "none", Command.ptrain] + line
    let outcome = try Command.run(start + ["--set", "training.epochs=100"]) {
      #expect(Processes.wait { Files.hold(disk + "/checkpoints/step-0000000100") })
      _ = try Command.run(["dd", "if=/dev/zero", "of=\(disk)/others", "bs=1k"])
    }
    #expect(outcome.status == 0 && hash(outcome) != nil, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("warning: no checkpoint of step ") && outcome.errors.contains("No space left"),
      "\(outcome.errors)")
    // The final state has no room: more epochs go on from the last good checkpoint, when there is room for the next.
    let epochs = ["--set", "training.epochs=102"]
    let refused = try Command.ptrain(line + epochs)
    // What a checkpoint gave back that was begun when the disk filled up may be free; it is too little.
    #expect(
      refused.status == 74
        && refused.errors.firstMatch(of: /of them there already\), and [0-9]+ kB are free/) != nil, "\(refused.errors)")
    try FileManager.default.removeItem(atPath: disk + "/others")
    let whole = try Command.ptrain(["configs/digits.json", "--quiet", "--output", folder.path + "/whole"] + epochs)
    let more = try Command.ptrain(line + epochs)
    #expect(more.status == 0 && hash(more) == hash(whole), "\(more.errors)")
  }

  @Test("a directory that cannot be written: a warning, and training goes on")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    try folder.write("not a directory", to: "file")
    let outcome = try Command.ptrain(
      [
        "configs/digits.json", "--quiet", "--set", "training.epochs=2", "--output", folder.path + "/run", "--set",
        "checkpoint.every_steps=10", "--set", "checkpoint.directory=\"\(folder.path)/file/checkpoints\"",
      ], ranks: 2)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("warning: no checkpoint of step 10: rank 0: "), "\(outcome.errors)")
    #expect(hash(outcome) != nil)
  }
}
