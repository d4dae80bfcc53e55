/// A finished run is safe, and goes on.
extension RunLife {
  private static func epochs(_ count: Int) -> [String] { set("training.epochs=\(count)") }
  /// Stops after the second epoch: nothing is better by so much.
  private static let early = set(
    #"data.validation={"fraction": 0.25}"#, #"training.early_stopping={"patience": 1, "min_delta": 1000}"#)

  static let finishedRuns: [RunLife] = [
    RunLife(
      name: "more epochs", before: [finished()], last: start(epochs(4)), code: 0,
      says: ["going on after step 6 of a finished run, whose model is replaced at the end"], like: epochs(4)),
    RunLife(
      name: "more epochs, no checkpoints but the last",
      before: [finished(set("checkpoint.every_steps=100", "checkpoint.every_minutes=0"))], last: start(epochs(5)),
      code: 0, says: ["going on after step 6"], like: epochs(5),
      after: ["run/checkpoints/step-0000000010/manifest.json"]),
    RunLife(
      name: "more epochs after none", before: [finished(epochs(0))], last: start(), code: 0, like: []),
    RunLife(
      name: "more epochs in a directory of checkpoints", before: [finished(set("checkpoint.directory=F/shared"))],
      last: start(epochs(4) + set("checkpoint.directory=F/shared")), code: 0, says: ["going on after step 6"],
      like: epochs(4)),
    RunLife(
      name: "more epochs, the config lost", before: [finished()], meanwhile: shell("rm run/config.json"),
      last: start(epochs(4)), code: 0, says: ["going on after step 6"], like: epochs(4)),
    RunLife(
      name: "more epochs for a run that was stopped", before: [stopped()], last: start(epochs(4)), code: 0,
      says: ["going on after step 1"], like: epochs(4)),
    RunLife(
      name: "fewer epochs", before: [finished()], last: start(epochs(2)), code: 78,
      says: ["training.epochs was 3, is 2, and a run cannot go on with fewer"],
      after: ["run/summary.json", "run/model.safetensors"]),
    RunLife(
      name: "fewer epochs for a run that was stopped", before: [stopped()], last: start(epochs(2)), code: 78,
      says: ["training.epochs was 3, is 2, and a run cannot go on with fewer"]),
    RunLife(
      name: "more epochs for a schedule over the run",
      before: [finished(set(#"optimizer.schedule={"type": "cosine"}"#))],
      last: start(epochs(4) + set(#"optimizer.schedule={"type": "cosine"}"#)), code: 78,
      says: ["the schedule 'cosine' runs over the whole run: with more epochs all learning rates so far would"],
      after: ["run/summary.json", "run/model.safetensors"]),
    RunLife(
      name: "more epochs for a stopped run with a schedule over the run",
      before: [stopped(set(#"optimizer.schedule={"type": "one_cycle"}"#))],
      last: start(epochs(4) + set(#"optimizer.schedule={"type": "one_cycle"}"#)), code: 78,
      says: ["the schedule 'one_cycle' runs over the whole run"]),
    RunLife(
      name: "more epochs for a schedule of periods",
      before: [finished(set(#"optimizer.schedule={"type": "cosine", "first_period_steps": 4}"#))],
      last: start(epochs(4) + set(#"optimizer.schedule={"type": "cosine", "first_period_steps": 4}"#)), code: 0,
      says: ["going on after step 6"],
      like: epochs(4) + set(#"optimizer.schedule={"type": "cosine", "first_period_steps": 4}"#)),
    RunLife(
      name: "more epochs for a fixed number of steps", before: [finished(set("training.steps=5"))],
      last: start(epochs(4) + set("training.steps=5")), code: 78,
      says: ["training.epochs was 3, is 4, but training.steps ends the run after 5 updates"]),
    RunLife(
      name: "another fixed number of steps", before: [finished(set("training.steps=5"))],
      last: start(set("training.steps=6")), code: 78, says: ["training.steps was 5, is 6"]),
    RunLife(
      name: "more epochs for a run that stopped early", before: [finished(epochs(9) + early)],
      last: start(epochs(12) + early), code: 0, says: ["this run is finished"], like: epochs(12) + early,
      after: ["run/summary.json"]),
    RunLife(
      name: "more epochs for a run that stopped early, its summary lost", before: [finished(epochs(9) + early)],
      meanwhile: shell("rm run/summary.json"), last: start(epochs(12) + early), code: 0, like: epochs(12) + early),
    RunLife(
      name: "more epochs, the checkpoints gone", before: [finished()], meanwhile: shell("rm -r run/checkpoints"),
      last: start(epochs(4)), code: 78,
      says: ["the run is finished, but there is no checkpoint of its final state in F/run/checkpoints"],
      after: ["run/summary.json", "run/model.safetensors"]),
    RunLife(
      name: "nothing but the model is left", before: [finished()],
      meanwhile: shell("rm -r run/checkpoints run/config.json run/summary.json"),
      last: start(set("optimizer.learning_rate=0.05")), code: 0,
      says: ["F/run: holds what is left of an older run; it is now F/run.old-1"],
      like: set("optimizer.learning_rate=0.05"),
      after: ["run.old-1/model.safetensors"]),
    RunLife(
      name: "the last files are lost", before: [finished()],
      meanwhile: shell("rm run/summary.json run/model.safetensors"),
      last: start(), code: 0, says: ["going on after step 6"], like: [], after: ["run/summary.json", "!run.old-1"]),
  ]
}
