"""Kills a search at random instants and lets it go on elsewhere: sweep.json must be that of an undisturbed one.

    python3 Tests/Faults/sweeps.py --kills 20 --seed 1

Each session is one search by halving or Hyperband, by validation rows or folds, with trials of very different width. It
is started on 1 to 4 ranks with 1 or 2 threads, chosen anew each time, and killed with SIGKILL (one rank, or all),
stopped with SIGTERM, or has files of its states cut or removed, until it has been disturbed often enough; then it may
end.
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

KINDS = [
    ["--halving", "--trials", "9", "--method", "sobol", "--budget", "180", "epochs"],
    ["--hyperband", "--budget", "900", "steps", "--min-budget", "100"],
    ["--halving", "--trials", "6", "--eta", "2", "--folds", "3", "--budget", "80", "epochs"],
    ["--trials", "5", "--method", "random", "--budget", "600", "steps", "--set",
     'training.early_stopping={"patience": 5}'],
]


def line(kind, output, ranks, threads):
    start = ["mpirun", "-n", str(ranks), "--bind-to", "none"] if ranks > 1 else []
    return [
        *start, PTRAIN, "sweep", "configs/diabetes.json", "--search", "optimizer.learning_rate=1e-3..1:log", "--search",
        "model.layers[0].units=16..256:int:log", "--quiet", "--threads", str(threads), "--output", output, *kind]


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


def disturb(process, output, draw):
    time.sleep(draw.uniform(0.05, 1.5))
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
        fail(f"a search hangs after {how}: {output}")
    if draw.random() < 0.3:
        for path in glob.glob(output + "/states/*.state"):
            if draw.random() < 0.5:
                os.remove(path)
            else:
                os.truncate(path, draw.randrange(os.path.getsize(path) + 1))
    return how


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    kills = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, kind in enumerate(KINDS):
            def bytes_of(output):
                with open(output + "/sweep.json", "rb") as file:
                    return file.read()

            whole, run = f"{folder}/whole-{number}", f"{folder}/run-{number}"
            first = subprocess.run(line(kind, whole, 1, 1), cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True)
            if first.returncode != 0:
                fail(first.stderr)
            goal = options.kills * (number + 1) // len(KINDS)
            while True:
                ranks, threads = draw.randint(1, 4), draw.randint(1, 2)
                process = subprocess.Popen(
                    line(kind, run, ranks, threads), cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                if kills < goal:
                    disturb(process, run, draw)
                    kills += 1
                    # One that has ended in time begins again.
                    if process.returncode == 0:
                        if bytes_of(run) != bytes_of(whole):
                            fail(f"another sweep.json: {' '.join(kind)}")
                        subprocess.run(["rm", "-r", run], check=True)
                    continue
                errors = process.communicate(timeout=300)[1]
                if process.returncode != 0:
                    fail(errors)
                break
            if bytes_of(run) != bytes_of(whole):
                fail(f"another sweep.json: {' '.join(kind)}")
    print(f"{len(KINDS)} searches, disturbed {kills} times: the same bytes")


if __name__ == "__main__":
    sys.exit(main())
