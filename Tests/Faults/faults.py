"""Kills ranks of training runs at random instants and lets the runs go on elsewhere: the weights must be those of an undisturbed run.

    python3 Tests/Faults/faults.py --kills 200 --seed 1

Every session trains one problem to its end. It is started on 1 to 4 ranks with 1 or 2 threads, chosen anew each time, and killed with
SIGKILL (one rank, all ranks, or mpirun) before the first checkpoint, at any instant, or while a checkpoint is being written, until it
has been killed often enough; then it may end. Its hash and its log must be those of the reference. The last line counts.

Between two starts the run's directory is moved, its config is lost, or another run's checkpoint, things that are no checkpoint and locks
of others get into it; and a second start tries to write there while the first one does. Each is gone on from, or said in a line.
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
        self.counts = dict.fromkeys(["kills", "resumed", "writing", "early", "one", "all", "mpirun", "sessions", "locked", "disturbed", "rivals"], 0)

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

    def disturb(self, run, folder):
        """Does something to a run's directory between two starts; returns where the run is now."""
        kind = self.random.choice(["", "", "moved", "config", "alien", "odd", "lock", "link"])
        checkpoints = run + "/checkpoints"
        if kind == "moved" and os.path.isdir(run):
            place = f"{folder}/run-{self.random.randrange(10**9)}"
            os.rename(run, place)
            run = place
        elif kind == "config" and os.path.exists(run + "/config.json") and not self.has_aliens:
            os.remove(run + "/config.json")
        elif kind == "alien" and os.path.exists(run + "/config.json"):
            # Refused without the config that says whose directory this is.
            self.has_aliens = True
            for path in glob.glob(f"{folder}/alien/checkpoints/step-*"):
                target = checkpoints + "/" + os.path.basename(path)
                if not os.path.exists(target):
                    shutil.copytree(path, target)
        elif kind == "odd" and os.path.isdir(checkpoints):
            for path in (checkpoints + "/step-0000900000", checkpoints + "/step-0000900001"):
                if not os.path.exists(path):
                    os.mkfifo(path)
            os.makedirs(checkpoints + "/step-0000900002", exist_ok=True)
        elif kind == "lock" and os.path.isdir(run):
            with open(run + "/.lock", "w") as file:
                file.write(self.random.choice(["", "{}", "no lock", '{"token": "t", "host": "far", "process": 7, "started": "1", '
                    '"machine": "m", "restart": 0, "kept_by_kernel": true}']))
        elif kind == "link":
            # A leftover of a start that was killed while it took its lock.
            os.makedirs(run, exist_ok=True)
            open(run + "/.lock-leftover", "w").close()
        else:
            return run
        self.counts["disturbed"] += 1
        return run

    def rival(self, settings, run):
        """A second start in a run's directory while the first one trains: one of both gets the line. Returns the weights it ends with."""
        rival = subprocess.run(
            command(settings, run, 1), cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
        # The first one may have ended meanwhile: then this one may end the run.
        if rival.returncode == 78 and "is writing here" in rival.stderr and rival.stderr.count("\n") == 1:
            self.counts["rivals"] += 1
        elif rival.returncode != 0:
            fail(f"a second start ended with {rival.returncode}: {rival.stderr}")
        return weights(rival.stdout)

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
        self.has_aliens = False
        done = 0
        subprocess.run(
            command([*settings, "seed=1"], f"{folder}/alien", 1, ["training.epochs=2", "checkpoint.every_steps=20"]),
            cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False)
        while True:
            run = self.disturb(run, folder)
            # Sharded updates keep slices of the optimizer's arrays, where the optimizer looks at elements alone.
            layout = [
                f"checkpoint.every_steps={self.random.choice([5, 20, 60])}",
                "parallel.update=" + self.random.choice(["replicated", "replicated" if by_tensor else "sharded"]),
                "parallel.overlap=" + self.random.choice(["true", "false"]),
            ]
            rival = None
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
            elif self.random.random() < 0.5:
                rival = self.rival(settings, run)
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
            if not found and rival and text.count("is writing here") == 1:
                found = rival
                self.counts["rivals"] += 1
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


def kill_at_calls_of_locks(folder):
    """Kills a start at each system call on its locks: the next start ends with the weights all the same. Returns how many."""
    settings = ["training.epochs=1", "training.global_batch_size=1024"]

    def line(output):
        return command([], output, 1, settings)

    def run(words, mode):
        return subprocess.run(
            words, cwd=ROOT, env=dict(ENVIRONMENT, PTRAIN_LOCKS=mode), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120)

    expected = weights(run(line(f"{folder}/whole"), "kernel").stdout)
    calls = ["link", "rename", "unlink", "fcntl", "pwrite64", "utimensat", "rmdir"]
    tries = [(mode, call, when) for mode in ("kernel", "beat") for call in calls for when in (1, 2, 3)]
    for mode, call, when in tries:
        place = f"{folder}/{mode}-{call}-{when}"
        paths = [part for path in ("", "/.lock", "/checkpoints", "/checkpoints/.lock") for part in ("-P", place + path)]
        trace = ["strace", "-f", "-qq", "-o", "/dev/null", *paths, "-e", f"trace={call}", "-e"]
        run([*trace, f"inject={call}:signal=KILL:when={when}", *line(place)], mode)
        after = run(line(place), mode)
        if after.returncode != 0 or weights(after.stdout) != expected:
            fail(f"killed at {call} {when}, locks of the {mode}: the next start ended with {after.returncode}: {after.stderr}")
    return len(tries)


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
    if options.kills >= 100:
        if shutil.which("strace"):
            with tempfile.TemporaryDirectory(prefix="ptrain-faults-") as folder:
                tries = kill_at_calls_of_locks(folder)
            print(f"test-faults: killed at {tries} system calls on locks: the next start ended with the weights each time")
        else:
            print("test-faults: LEFT OUT, kills at the system calls on locks, because strace is not here")
    counts = faults.counts
    if not counts["resumed"]:
        fail("no run ever went on from a checkpoint: nothing was tested")
    print(
        f"test-faults: {counts['kills']} runs killed with SIGKILL ({counts['one']} one rank, {counts['all']} all ranks, "
        f"{counts['mpirun']} mpirun; {counts['early']} at the start, {counts['writing']} while a checkpoint was written), "
        f"{counts['locked']} times mpirun locked itself up without ranks; {counts['resumed']} went on from a checkpoint; {counts['sessions']} of {counts['sessions']} sessions ended with the "
        f"reference's weights and log; {counts['disturbed']} directories were moved, lost their config, or got others' checkpoints and "
        f"locks; {counts['rivals']} second starts ended with the line")


main()
