"""Kills searches and comparisons at random instants and lets them go on elsewhere: sweep.json and compare.json must be
those of undisturbed ones.

    python3 Tests/Faults/selections.py --kills 20 --seed 1 [--command compare]

Each session is one search (by halving or Hyperband, by validation rows or folds, with trials of very different width) or
one comparison (of losses, of a key, with repeats that are added until sure, with costs). It is started on 1 to 4 ranks
with 1 or 2 threads, chosen anew each time, and killed with SIGKILL (one rank, or all), stopped with SIGTERM, or has
files of its states or the ends of its logs cut off, until it has been disturbed often enough; then it may end. --kills
is the number for each command.
"""

import argparse
import glob
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

from runs import ENVIRONMENT, PTRAIN, ROOT, fail

SEARCH = ["configs/diabetes.json", "--search", "optimizer.learning_rate=1e-3..1:log", "--search",
          "model.layers[0].units=16..256:int:log"]
COSTS = 'loss={"type":"binary_cross_entropy","cost":{"false_positive":1,"false_negative":5}}'
# A comparison takes some seconds: most instants lie within it.
KINDS = {
    "sweep": [
        [*SEARCH, "--halving", "--trials", "9", "--method", "sobol", "--budget", "180", "epochs"],
        [*SEARCH, "--hyperband", "--budget", "900", "steps", "--min-budget", "100"],
        [*SEARCH, "--halving", "--trials", "6", "--eta", "2", "--folds", "3", "--budget", "80", "epochs"],
        [*SEARCH, "--trials", "5", "--method", "random", "--budget", "600", "steps", "--set",
         'training.early_stopping={"patience": 5}'],
    ],
    "compare": [
        ["configs/diabetes.json", "--losses", "mse,mae,huber:0.5", "--folds", "5", "--repeats", "6", "--set",
         "training.epochs=600"],
        ["configs/diabetes.json", "--losses", "mse,log_cosh", "--folds", "5", "--until", "sure", "--max-repeats", "12",
         "--set", "training.epochs=1500"],
        ["configs/breast_cancer.json", "--vary", "optimizer.learning_rate=[0.1,0.01]", "--folds", "4", "--repeats", "6",
         "--set", COSTS, "--set", "training.epochs=400"],
        # Its second candidate diverges.
        ["configs/diabetes.json", "--vary", "optimizer.learning_rate=[0.01,1e30]", "--folds", "5", "--repeats", "16",
         "--set", "training.epochs=500"],
    ],
}


def line(command, kind, output, ranks, threads):
    start = ["mpirun", "-n", str(ranks), "--bind-to", "none"] if ranks > 1 else []
    return [*start, PTRAIN, command, *kind, "--quiet", "--threads", str(threads), "--output", output]


def ranks_of(output):
    """The processes of ptrain that were started with this output."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"ptrain") and output.encode() in words:
            found.append(int(path.split("/")[2]))
    return found


def damage(output, draw):
    """Removes or cuts states; cuts the last bytes of logs off, as where a machine lost power."""
    for path in glob.glob(output + "/states/*.state"):
        if draw.random() < 0.5:
            os.remove(path)
        else:
            os.truncate(path, draw.randrange(os.path.getsize(path) + 1))
    for path in glob.glob(output + "/trainings-*.jsonl"):
        if draw.random() < 0.5:
            os.truncate(path, max(0, os.path.getsize(path) - draw.randrange(400)))


def disturb(process, output, longest, draw):
    time.sleep(draw.uniform(0.05, longest))
    ranks = ranks_of(output)
    how = draw.choice(["one", "all", "term"])
    for rank in ranks if how == "all" else draw.sample(ranks, min(1, len(ranks))):
        try:
            os.kill(rank, signal.SIGTERM if how == "term" else signal.SIGKILL)
        except ProcessLookupError:
            pass
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        fail(f"hangs after {how}: {output}")
    if draw.random() < 0.3:
        damage(output, draw)


def session(command, kind, folder, kills, draw):
    """One search or comparison, disturbed so many times before its end."""
    def content(output):
        with open(f"{output}/{command}.json", "rb") as file:
            return file.read()

    whole, run = folder + "/whole", folder + "/run"
    begin = time.monotonic()
    first = subprocess.run(
        line(command, kind, whole, 1, 1), cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
    if first.returncode != 0:
        fail(first.stderr)
    longest, done = max(0.2, min(1.5, time.monotonic() - begin)), 0
    for _ in range(20 * kills + 20):
        process = subprocess.Popen(
            line(command, kind, run, draw.randint(1, 4), draw.randint(1, 2)), cwd=ROOT, env=ENVIRONMENT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        isLast = done == kills
        if isLast:
            errors = process.communicate(timeout=300)[1]
            if process.returncode != 0:
                fail(errors)
        else:
            disturb(process, run, longest, draw)
        if process.returncode == 0:
            if content(run) != content(whole):
                fail(f"another {command}.json: {' '.join(kind)}")
            if isLast:
                return
            # One that has ended in time begins again, and does not count.
            subprocess.run(["rm", "-r", run], check=True)
        else:
            done += 1
    fail(f"ends before it can be disturbed: {' '.join(kind)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--command", choices=list(KINDS), action="append")
    options = parser.parse_args()
    draw = random.Random(options.seed)
    for command in options.command or KINDS:
        kinds = KINDS[command]
        for number, kind in enumerate(kinds):
            kills = options.kills * (number + 1) // len(kinds) - options.kills * number // len(kinds)
            with tempfile.TemporaryDirectory() as folder:
                session(command, kind, folder, kills, draw)
        print(f"{command}: {len(kinds)} sessions, disturbed {options.kills} times before their end: the same bytes")


if __name__ == "__main__":
    sys.exit(main())
