/// A checkpoint belongs to its config and its data.
extension RunLife {
  private static let slow = set("optimizer.learning_rate=0.05")
  private static let elsewhere = set("checkpoint.directory=F/shared")
  /// An older run with another learning rate, which got further.
  private static let older = (start(slow, output: "F/older"), Int32(0))

  static let identity: [RunLife] = [
    RunLife(
      name: "config lost, another learning rate", before: [finished(slow)], meanwhile: shell("rm run/config.json"),
      last: start(), code: 78,
      says: ["F/run: holds a checkpoint (step-0000000006) of another config: optimizer.learning_rate was 0.05, is 0.1"],
      after: ["run/checkpoints/step-0000000006/manifest.json", "run/model.safetensors", "!run/config.json"]),
    RunLife(
      name: "config lost, the same config", before: [stopped()], meanwhile: shell("rm run/config.json"), last: start(),
      code: 0, says: ["going on after step 1"], like: []),
    RunLife(
      name: "config lost, shards chosen by the first launch",
      before: [stopped(set("parallel.shards=auto") + ["--threads", "3"])], meanwhile: shell("rm run/config.json"),
      last: start(set("parallel.shards=auto")), code: 0, says: ["going on after step 1"], like: set("parallel.shards=3")
    ),
    RunLife(
      name: "run directory moved", before: [stopped()], meanwhile: shell("mv run other"),
      last: start(output: "F/other"),
      code: 0, says: ["going on after step 1"], like: [], after: ["!run"]),
    RunLife(
      name: "project moved", before: [stopped()], meanwhile: shell("mkdir new; mv config.json data.csv run new"),
      last: start(config: "F/new/config.json", output: "F/new/run"), code: 0, says: ["going on after step 1"]),
    RunLife(
      name: "the same data elsewhere, finished", before: [finished()], meanwhile: shell("mv data.csv moved.csv"),
      last: start(set("data.train.path=moved.csv")), code: 0, says: ["this run is finished"]),
    RunLife(
      name: "other data elsewhere, finished", before: [finished()],
      meanwhile: shell("sed s/3,4,1/3,4,0/ data.csv > other.csv"), last: start(set("data.train.path=other.csv")),
      code: 65, says: ["the run is finished, and the data are not those that it was trained on"]),
    RunLife(
      name: "other data in place, finished", before: [finished()], meanwhile: shell("sed -i s/3,4,1/3,9,1/ data.csv"),
      last: start(), code: 65, says: ["the data are not those that it was trained on"]),
    RunLife(
      name: "other data elsewhere, stopped", before: [stopped()],
      meanwhile: shell("sed s/3,4,1/3,4,0/ data.csv > other.csv"), last: start(set("data.train.path=other.csv")),
      code: 65, says: ["the data are not those that the run began with"]),
    RunLife(
      name: "another name", before: [stopped()], last: start(set("name=u")), code: 0, says: ["going on after step 1"],
      like: []),
    RunLife(
      name: "--resume never with a directory of checkpoints",
      before: [
        (start(slow + elsewhere), 0),
        (start(elsewhere + set("training.time_limit=0.000001") + ["--resume", "never"]), 75),
      ], last: start(elsewhere), code: 0, says: ["going on after step 1"], like: [],
      after: ["shared/set-aside-1/step-0000000006/manifest.json", "run.old-1/summary.json"]),
    RunLife(
      name: "two configs, one directory of checkpoints", before: [(start(slow + elsewhere, output: "F/older"), 0)],
      last: start(elsewhere), code: 78,
      says: [
        "F/shared: holds a checkpoint (step-0000000006) of another config: optimizer.learning_rate was 0.05, is 0.1"
      ],
      after: ["shared/step-0000000006/manifest.json", "!run/config.json"]),
    RunLife(
      name: "two seeds, one directory of checkpoints",
      before: [(start(set("seed=1") + elsewhere, output: "F/older"), 0)],
      last: start(elsewhere), code: 78, says: ["of another config: seed was 1, is 42"]),
    RunLife(
      name: "two numbers of shards, one directory of checkpoints",
      before: [(start(set("parallel.shards=2") + elsewhere, output: "F/older"), 0)], last: start(elsewhere), code: 78,
      says: ["parallel.shards was 2, is 8"]),
    RunLife(
      name: "two schedules over the run, one directory of checkpoints",
      before: [
        (start(set(#"optimizer.schedule={"type": "linear"}"#, "training.epochs=2") + elsewhere, output: "F/older"), 0)
      ], last: start(set(#"optimizer.schedule={"type": "linear"}"#) + elsewhere), code: 78,
      says: ["training.epochs was 2, is 3, but the schedule 'linear' runs over the whole run"]),
    RunLife(
      name: "the same run in another directory, one directory of checkpoints",
      before: [(start(set("training.time_limit=0.000001") + elsewhere, output: "F/older"), 75)], last: start(elsewhere),
      code: 0, says: ["going on after step 1"], like: []),
    RunLife(
      name: "weights from elsewhere are another beginning",
      before: [
        older, (start(["--resume", "F/older/model.safetensors", "--force"] + elsewhere, output: "F/warm"), 0),
      ], last: start(elsewhere), code: 78, says: ["of a run that began with weights from elsewhere"]),
    RunLife(
      name: "a run that began with weights from elsewhere goes on",
      before: [older, stopped(["--resume", "F/older/model.safetensors", "--force"])],
      last: start(), code: 0, says: ["going on after step 1"],
      like: ["--resume", "F/older/model.safetensors", "--force"]),
    RunLife(
      name: "a run that began with weights from elsewhere has no checkpoint",
      before: [older, stopped(["--resume", "F/older/model.safetensors", "--force"])],
      meanwhile: shell("rm -r run/checkpoints"), last: start(), code: 78,
      says: ["began with the weights of F/older/model.safetensors, and there is no checkpoint yet"]),
    RunLife(
      name: "another run's checkpoint between its own", before: [older, stopped()],
      meanwhile: shell("cp -r older/checkpoints/step-0000000005 run/checkpoints"),
      last: start(set("checkpoint.keep=1")), code: 0,
      says: [
        "going on after step 1", "step-0000000005: of another config: optimizer.learning_rate was 0.05", "set aside",
      ],
      like: [], after: ["run/checkpoints/set-aside-1/step-0000000005/manifest.json"]),
    RunLife(
      name: "another run's checkpoint under a name of its own", before: [older, stopped()],
      meanwhile: shell(
        "rm -r run/checkpoints/*; cp -r older/checkpoints/step-0000000004 run/checkpoints/step-0000000001"),
      last: start(), code: 0, says: ["holds a checkpoint of another step than its name says"], like: []),
    RunLife(
      name: "a FIFO, a file, a device, a link, a directory, odd names for checkpoints", before: [older, stopped()],
      meanwhile: shell(
        """
        cd run/checkpoints; mkfifo step-0000000090; echo no >step-0000000091; ln -s /dev/zero step-0000000092
        ln -s ../../older/checkpoints/step-0000000006 step-0000000093; mkdir step-0000000094 step-7 step-x
        mkdir step-0000000095; mkfifo step-0000000095/manifest.json
        mkdir step-0000000096; ln -s /dev/zero step-0000000096/manifest.json
        mkdir -p step-0000000097/manifest.json; mkdir step-0000000098; truncate -s 1T step-0000000098/manifest.json
        """), last: start(), code: 0, says: ["going on after step 1"], like: [],
      after: ["run/checkpoints/set-aside-1/step-0000000091", "run/checkpoints/set-aside-1/step-x"]),
    RunLife(
      name: "a FIFO, a device, a directory, a huge file for a part", before: [finished()],
      meanwhile: shell(
        """
        cd run; rm summary.json; cd checkpoints
        rm step-0000000006/part-0.safetensors; mkfifo step-0000000006/part-0.safetensors
        ln -sf /dev/zero step-0000000005/part-0.safetensors
        truncate -s 1T step-0000000004/part-0.safetensors
        """), last: start(), code: 0, says: ["step-0000000004: part-0.safetensors has 1099511627776 bytes, expected"],
      like: [], after: ["run.old-1/model.safetensors"]),
  ]
}
