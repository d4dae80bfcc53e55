"""Kills ranks of training runs at random instants and lets the runs go on elsewhere: the weights must be those of an undisturbed run.

    python3 Tests/Faults/faults.py --kills 200 --seed 1

Every session trains one problem to its end. It is started on 1 to 4 ranks with 1 or 2 threads, chosen anew each time, and killed with
SIGKILL (one rank, all ranks, or mpirun) before the first checkpoint, at any instant, or while a checkpoint is being written, until it
has been killed often enough; then it may end. Its hash and its log must be those of the reference. The last line counts.
"""

import argparse
import glob
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PTRAIN = os.environ.get("PTRAIN_BINARY", ROOT + "/.build/release/ptrain")
ENVIRONMENT = dict(
    os.environ,
    OMPI_ALLOW_RUN_AS_ROOT="1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
    OMPI_MCA_rmaps_base_oversubscribe="1",
    PRTE_MCA_rmaps_default_mapping_policy=":oversubscribe",
)


def optimizer(kind, **more):
    return "optimizer=" + json.dumps({"type": kind, **more})


# Every kind of state that a checkpoint has to hold; digits.json itself has momentum and dropout.
PROBLEMS = {
    "momentum, dropout": [],
    "adam, average of the weights": [optimizer("adam"), 'training.ema={"decay": 0.95}'],
    "adamw, early stopping, plateau": [
        optimizer("adamw", schedule={"type": "reduce_on_plateau", "patience": 1}),
        'training.early_stopping={"patience": 3}',
    ],
    "lamb, cosine, micro steps": [
        optimizer("lamb", learning_rate=0.01, schedule={"type": "cosine", "warmup_steps": 30}),
        "training.micro_steps=2",
    ],
    "nesterov, one cycle, augmentation": [
        optimizer("sgd", learning_rate=0.1, momentum=0.9, nesterov=True, schedule={"type": "one_cycle"}),
        'data.augmentation=[{"type": "gaussian_noise", "deviation": 0.05}]',
    ],
    "lars, polynomial": [optimizer("lars", learning_rate=0.5, schedule={"type": "polynomial"})],
    "adagrad, step schedule": [optimizer("adagrad", schedule={"type": "step", "every_epochs": 2})],
    "adadelta, clipping": [optimizer("adadelta"), "training.gradient_clip_norm=1.0"],
    "rmsprop, penalties": [optimizer("rmsprop", l1=1e-5, l2=1e-4)],
    "amsgrad, best weights": [optimizer("amsgrad"), 'training.early_stopping={"patience": 50}'],
    "nadam, skipped steps": [optimizer("nadam"), "training.on_non_finite=skip_step"],
    "radam, warm-up": [optimizer("radam", schedule={"type": "constant", "warmup_steps": 40})],
    "adamax, focal loss": [optimizer("adamax"), 'loss={"type": "focal"}'],
    "lion, balanced classes": [
        optimizer("lion", learning_rate=0.001),
        'loss={"type": "categorical_cross_entropy", "class_weights": "balanced"}',
    ],
}


def command(settings, output, threads, layout=()):
    line = [PTRAIN, "configs/digits.json", "--no-progress", "--threads", str(threads), "--output", output]
    for setting in [*settings, "training.epochs=60", *layout]:
        line += ["--set", setting]
    return line


def fail(text):
    print("test-faults: " + text, file=sys.stderr)
    sys.exit(1)


def weights(text):
    found = re.findall(r"^weights_sha256 ([0-9a-f]{64})$", text, re.M)
    return found[-1] if found else None


def log(run):
    """A run's log without what depends on time."""
    with open(run + "/metrics.jsonl") as file:
        return [re.sub(r', "samples_per_second": [0-9.e+-]+', "", line) for line in file]


def ranks_of(run):
    """The processes of a run's ranks."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0] == PTRAIN.encode() and run.encode() in words:
            found.append(int(path.split("/")[2]))
    return found


def kill(processes):
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Faults:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.counts = dict.fromkeys(["kills", "resumed", "writing", "early", "one", "all", "mpirun", "sessions", "locked"], 0)

    def start(self, settings, run, layout):
        """Starts a run somewhere; its output goes to a file beside the run."""
        ranks = self.random.choice([0, 1, 2, 3, 4])
        line = command(settings, run, self.random.choice([1, 2]), layout)
        if ranks:
            line = ["mpirun", "-n", str(ranks), "--bind-to", "none", *line]
        with open(run + ".output", "w") as output:
            return ranks, subprocess.Popen(
                line, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)

    def wait_for_instant(self, process, run, expected):
        """Waits for the instant of a kill: returns its kind, or None if the run ended before."""
        kind = self.random.choice(["early", "any", "any", "writing", "writing"])
        end = time.monotonic() + (self.random.uniform(0, 0.35) if kind == "early" else self.random.uniform(0.1, expected))
        while time.monotonic() < end:
            if process.poll() is not None:
                return None
            time.sleep(0.002)
        if kind == "writing":
            while not glob.glob(run + "/checkpoints/.writing-*"):
                if process.poll() is not None:
                    return None
        return kind

    def session(self, name, settings, folder, kills):
        """Kills one run so many times, then lets it end."""
        whole = f"{folder}/whole"
        begun = time.monotonic()
        reference = subprocess.run(
            command(settings, whole, 1), cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
        expected = weights(reference.stdout)
        if not expected:
            fail(f"{name}: no reference: {reference.stderr}")
        seconds = 2 * (time.monotonic() - begun)
        by_tensor = "lamb" in name or "lars" in name
        run = f"{folder}/run"
        done = 0
        while True:
            # Sharded updates keep slices of the optimizer's arrays, where the optimizer looks at elements alone.
            layout = [
                f"checkpoint.every_steps={self.random.choice([5, 20, 60])}",
                "parallel.update=" + self.random.choice(["replicated", "replicated" if by_tensor else "sharded"]),
                "parallel.overlap=" + self.random.choice(["true", "false"]),
            ]
            ranks, process = self.start(settings, run, layout)
            kind = self.wait_for_instant(process, run, seconds) if done < kills else None
            if kind:
                victims = ranks_of(run)
                who = self.random.choice(["one", "all", "mpirun"] if ranks else ["all"])
                if who == "one":
                    kill([self.random.choice(victims)] if victims else [process.pid])
                elif who == "all":
                    kill(victims or [process.pid])
                else:
                    kill([process.pid])
            try:
                process.wait(timeout=20 if kind else 180)
            except subprocess.TimeoutExpired:
                left = ranks_of(run)
                kill([process.pid, *left])
                if not kind or left:
                    fail(f"{name}: {len(left)} of {ranks} ranks hung " + (f"after {who} had been killed" if kind else ""))
                # Open MPI 4.1 can lock itself up when its last rank has been killed (in PMIx_server_finalize): nobody waits for
                # anything of ptrain then. `ptrain launch` ends such an mpirun.
                process.wait()
                self.counts["locked"] += 1
            gone = time.monotonic() + 5
            while ranks_of(run):
                if time.monotonic() > gone:
                    fail(f"{name}: ranks are left 5 s after {who} had been killed")
                time.sleep(0.01)
            with open(run + ".output") as file:
                text = file.read()
            if re.search(r"^going on after step [1-9]", text, re.M):
                self.counts["resumed"] += 1
            found = weights(text)
            if found:
                break
            if not kind:
                fail(f"{name}: {ranks} ranks ended without weights: {text[-2000:]}")
            done += 1
            self.counts["kills"] += 1
            self.counts["writing"] += kind == "writing"
            self.counts["early"] += kind == "early"
            self.counts[who] += 1
        if found != expected:
            fail(f"{name}: {found} instead of {expected} after {done} kills")
        if log(run) != log(whole):
            fail(f"{name}: another log after {done} kills: {run}/metrics.jsonl is not {whole}/metrics.jsonl")
        self.counts["sessions"] += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--per-session", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not shutil.which("mpirun"):
        fail("mpirun is missing; run scripts/install-dependencies")
    faults = Faults(options.seed)
    names = list(PROBLEMS)
    turn = 0
    while faults.counts["kills"] < options.kills:
        name = names[turn % len(names)]
        turn += 1
        left = options.kills - faults.counts["kills"]
        with tempfile.TemporaryDirectory(prefix="ptrain-faults-") as folder:
            faults.session(name, PROBLEMS[name], folder, min(options.per_session, left))
    counts = faults.counts
    if not counts["resumed"]:
        fail("no run ever went on from a checkpoint: nothing was tested")
    print(
        f"test-faults: {counts['kills']} runs killed with SIGKILL ({counts['one']} one rank, {counts['all']} all ranks, "
        f"{counts['mpirun']} mpirun; {counts['early']} at the start, {counts['writing']} while a checkpoint was written), "
        f"{counts['locked']} times mpirun locked itself up without ranks; {counts['resumed']} went on from a checkpoint; {counts['sessions']} of {counts['sessions']} sessions ended with the "
        "reference's weights and log")


main()
