"""Trains the same configs with two programs; hashes, logs (but for times) and predictions must be the same.

    python3 Tests/Builds/compare.py OLD NEW [--only TEXT] [--seed 1] [--list]

The kinds come from the new program's schema: every loss (the example of configs/ that has it), optimizer, schedule and activation; then
overlap × update, micro_steps, shared weights, averaged weights, early stopping, and runs that are killed and go on. Each config is
trained on 1 to 4 ranks with 1 to 3 threads, drawn anew by its name and the seed, the same for both programs. Exit code 1 names every
difference.
"""

import argparse
import glob
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DIGITS = ROOT + "/configs/digits.json"
# Settings without which a kind is refused or does nothing within the few epochs trained here.
NEEDED = {
    "step": {"every_epochs": 1},
    "multi_step": {"at_epochs": [1, 2]},
    "cosine": {"warmup_steps": 5},
    "reduce_on_plateau": {"patience": 0, "threshold": 0.5},
    "lars": {"learning_rate": 0.5},
    "lion": {"learning_rate": 0.001},
    "lamb": {"learning_rate": 0.01},
}
# What is trained, and the config's name and settings.
Case = tuple


def fail(text):
    print("compare-builds: " + text, file=sys.stderr)
    sys.exit(2)


def kinds(schema, *path):
    """The values of "type" at a place of the schema, or the names in its first list."""
    for key in path:
        schema = schema[key]
    found = []
    for branch in schema.get("anyOf", [schema]):
        found += branch.get("enum", [])
        kind = branch.get("properties", {}).get("type", {}).get("const")
        if kind:
            found.append(kind)
    return list(dict.fromkeys(found))


def branch(schema, kind):
    return next(part for part in schema["anyOf"] if part.get("properties", {}).get("type", {}).get("const") == kind)


def setting(key, value):
    return key + "=" + json.dumps(value)


def examples():
    """Configs for each loss: those of configs/ whose data are there, by the loss's kind."""
    found = {}
    for path in sorted(glob.glob(ROOT + "/configs/*.json") + glob.glob(ROOT + "/configs/losses/*.json")):
        with open(path) as file:
            config = json.load(file)
        source, loss = config["data"]["train"], config["loss"]
        if not os.path.exists(os.path.join(os.path.dirname(path), source.get("path") or source["features"])):
            continue  # MNIST is fetched by hand
        found.setdefault(loss if isinstance(loss, str) else loss["type"], []).append(path)
    return found


def cases(schema):
    properties = schema["properties"]
    few = ["training.epochs=3"]
    configs = examples()
    for kind in kinds(properties, "loss"):
        if kind not in configs:
            fail(f"loss {kind}: no config under configs/ has it; add an example")
        for path in configs[kind]:
            yield f"loss {kind} ({os.path.basename(path)})", path, few
    optimizers = kinds(properties, "optimizer")
    for kind in optimizers:
        yield f"optimizer {kind}", DIGITS, few + [setting("optimizer", {"type": kind, **NEEDED.get(kind, {})})]
    schedule = branch(properties["optimizer"], optimizers[0])["properties"]["schedule"]
    for kind in kinds(schedule):
        options = {"type": "sgd", "learning_rate": 0.1, "schedule": {"type": kind, **NEEDED.get(kind, {})}}
        yield f"schedule {kind}", DIGITS, few + [setting("optimizer", options)]
    layers = properties["model"]["properties"]["layers"]["items"]
    for kind in kinds(branch(layers, "dense")["properties"]["activation"]):
        net = [{"type": "dense", "units": 48, "activation": kind}, {"type": "dense", "units": 10}]
        yield f"activation {kind}", DIGITS, few + [setting("model.layers", net), "optimizer.learning_rate=0.02"]
    for overlap in ["false", "true"]:
        for update in branch_names(properties["parallel"]["properties"]["update"]):
            yield f"overlap {overlap}, update {update}", DIGITS, few + [
                "parallel.overlap=" + overlap, "parallel.update=" + update, "parallel.bucket_mb=0.05",
                setting("optimizer", {"type": "adam"}),
            ]
    for allreduce in branch_names(properties["parallel"]["properties"]["allreduce"]):
        yield f"allreduce {allreduce}", DIGITS, few + ["parallel.allreduce=" + allreduce, "training.epochs=1"]
    for steps in [2, 3, 8]:
        yield f"micro_steps {steps}", DIGITS, few + [f"training.micro_steps={steps}"]
    shared = [
        {"type": "dense", "units": 64, "activation": "relu"},
        {"type": "dense", "units": 64, "activation": "tanh", "name": "again"},
        {"type": "dense", "units": 64, "activation": "tanh", "share_weights_with": "again"},
        {"type": "dense", "units": 10},
    ]
    yield "shared weights", DIGITS, few + [setting("model.layers", shared), "optimizer.learning_rate=0.02"]
    yield "averaged weights", DIGITS, few + ['training.ema={"decay": 0.9}']
    yield "early stopping", DIGITS, ["training.epochs=12", 'training.early_stopping={"patience": 1, "metric": "accuracy"}']
    yield "best weights", DIGITS, ["training.epochs=6", "training.restore_best=true", "optimizer.learning_rate=0.3"]
    yield "clipping by norm", DIGITS, few + ["training.gradient_clip_norm=0.5"]
    yield "clipping by value", DIGITS, few + ["training.gradient_clip_value=0.01"]
    yield "16 bits on the wire", DIGITS, few + ["parallel.wire=bfloat16", "parallel.invariant=false"]
    yield "noise on the rows", DIGITS, few + ['data.augmentation=[{"type": "gaussian_noise", "deviation": 0.05}]']
    yield "balanced classes", DIGITS, few + ['loss={"type": "categorical_cross_entropy", "class_weights": "balanced"}']
    yield "penalties", DIGITS, few + ["optimizer.l1=1e-5", "optimizer.l2=1e-4"]
    yield "killed, momentum", DIGITS, ["training.epochs=30"]
    yield "killed, adam, average", DIGITS, ["training.epochs=30", setting("optimizer", {"type": "adam"}), 'training.ema={"decay": 0.9}']


def branch_names(schema):
    return kinds(schema) or [schema["default"]]


def text(path):
    with open(path) as file:
        return file.read()


class Program:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def line(self, layout, *arguments):
        ranks, threads = layout
        start = [] if ranks == 1 else ["mpirun", "-n", str(ranks)]
        return [*start, self.path, *arguments, "--threads", str(threads)]

    def train(self, name, path, settings, layouts):
        """Trains, killed once for each layout but the last; returns what is compared."""
        run = os.path.join(self.folder, re.sub(r"\W+", "-", name))
        shutil.rmtree(run, ignore_errors=True)
        line = [path, "--quiet", "--output", run]
        for value in settings:
            line += ["--set", value]
        if len(layouts) > 1:
            line += ["--set", "checkpoint.every_steps=20"]
        for layout in layouts[:-1]:
            self.kill_after_checkpoint(self.line(layout, *line), run)
        done = subprocess.run(self.line(layouts[-1], *line), capture_output=True, text=True, timeout=600)
        if done.returncode != 0:
            lines = [line for line in done.stderr.splitlines() if line.startswith("ptrain: ")]
            return {"exit code": str(done.returncode), "error": "\n  ".join(lines).replace(self.folder, "")}
        log = re.sub(r', "(samples_per_second|seconds)": [0-9.e+-]+', "", text(run + "/metrics.jsonl"))
        predictions = run + "/predictions.csv"
        subprocess.run([self.path, "predict", run, "--output", predictions], stdout=subprocess.DEVNULL, check=True, timeout=600)
        return {
            "weights": re.findall(r"^weights_sha256 ([0-9a-f]{64})$", done.stdout, re.M)[-1],
            "metrics.jsonl": log, "predictions": text(predictions),
        }

    def kill_after_checkpoint(self, line, run):
        process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        limit = time.monotonic() + 300
        while process.poll() is None and time.monotonic() < limit:
            if glob.glob(run + "/checkpoints/step-*"):
                os.killpg(process.pid, 9)
                break
            time.sleep(0.002)
        process.wait()
        for path in glob.glob("/proc/[0-9]*/cmdline"):  # ranks are in groups of their own
            try:
                with open(path, "rb") as file:
                    if run.encode() in file.read().split(b"\0"):
                        os.kill(int(path.split("/")[2]), 9)
            except (OSError, ValueError):
                pass


def main():
    parser = argparse.ArgumentParser(prog="scripts/compare-builds")
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--only", default="", help="a text that the names of configs contain")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="print the names of configs")
    options = parser.parse_args()
    for path in [options.old, options.new]:
        if not os.access(path, os.X_OK):
            fail(f"{path}: no program; build it with scripts/build")
    done = subprocess.run([options.new, "schema"], capture_output=True, text=True, check=True)
    chosen = [case for case in cases(json.loads(done.stdout)) if options.only in case[0]]
    if options.list:
        for name, _, _ in chosen:
            print(name)
        return
    different, begin = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        programs = {}
        for role in ["old", "new"]:
            os.mkdir(folder + "/" + role)
            programs[role] = Program(os.path.abspath(getattr(options, role)), folder + "/" + role)
        for name, path, settings in chosen:
            draw = random.Random(f"{options.seed} {name}")
            layouts = [(draw.randint(1, 4), draw.randint(1, 3)) for _ in range(3 if name.startswith("killed") else 1)]
            old, new = (programs[role].train(name, path, settings, layouts) for role in ["old", "new"])
            both_failed = "error" in old and "error" in new
            found = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
            if found or both_failed:
                different += 1
            where = ", ".join(f"{ranks}×{threads}" for ranks, threads in layouts)
            verdict = "the same" if not found else "DIFFERENT: " + ", ".join(found)
            if both_failed:
                verdict = "REFUSED: " + new["error"].strip()
            elif "error" in new or "error" in old:
                verdict += "\n  " + (new.get("error") or old.get("error")).strip()
            print(f"{name} [{where}]: {verdict}", flush=True)
    print(f"compare-builds: {len(chosen) - different} of {len(chosen)} configs the same, {time.monotonic() - begin:.0f} s")
    if different or not chosen:
        sys.exit(1)


if __name__ == "__main__":
    main()
