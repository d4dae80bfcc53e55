"""Kills ranks of training runs at random instants and lets the runs go on elsewhere: the weights must be those of an undisturbed run.

    python3 Tests/Faults/faults.py --kills 200 --seed 1

Every session trains one problem to its end. It is started on 1 to 4 ranks with 1 or 2 threads, chosen anew each time, and killed with
SIGKILL (one rank, all ranks, or mpirun) before the first checkpoint, at any instant, or while a checkpoint is being written, until it
has been killed often enough; then it may end. Its hash and its log must be those of the reference. The last line counts.

Between two starts the run's directory is moved or deleted, its config is lost, or checkpoints of another learning rate, seed or data,
forged manifests, FIFOs, directories and devices in place of parts, and locks of others get into it; it is started with another learning
rate, which must be refused, and on a host of another name; a third of the sessions have locks that the kernel does not keep. A second
start tries to write there while the first one trains or is stopped with SIGSTOP, and the directory is moved under a run. Each is gone on
from, or said in one line with its exit code.
"""

import argparse
import collections
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

from runs import ENVIRONMENT, PTRAIN, ROOT, fail, log, weights


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


# Runs whose checkpoints belong to nobody else: another learning rate, seed, data.
ALIENS = {
    "rate": ["optimizer.learning_rate=0.0321"],
    "seed": ["seed=1"],
    "data": ["data.test=null", 'data.train={"format": "synthetic", "task": "classification", "examples": 300, "features": [64], "classes": 10}'],
}


def command(settings, output, threads, layout=()):
    line = [PTRAIN, "configs/digits.json", "--no-progress", "--threads", str(threads), "--output", output]
    for setting in [*settings, "training.epochs=60", *layout]:
        line += ["--set", setting]
    return line


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


def send(process, number):
    try:
        os.kill(process, number)
    except ProcessLookupError:
        pass


def kill(processes):
    for process in processes:
        send(process, signal.SIGKILL)


class Faults:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.counts = dict.fromkeys([
            "kills", "resumed", "writing", "early", "one", "all", "mpirun", "sessions", "locked", "disturbed", "rivals", "stopped",
            "refused", "moved", "hosts", "beat"], 0)
        self.kinds = collections.Counter()
        self.mode = "kernel"
        self.may_rename = subprocess.run(
            ["unshare", "-u", "hostname", "elsewhere"], capture_output=True, check=False).returncode == 0

    def environment(self):
        return dict(ENVIRONMENT, PTRAIN_LOCKS=self.mode)

    def start(self, settings, run, layout):
        """Starts a run somewhere; its output goes to a file beside the run."""
        ranks = self.random.choice([0, 1, 2, 3, 4])
        line = command(settings, run, self.random.choice([1, 2]), layout)
        if ranks:
            line = ["mpirun", "-n", str(ranks), "--bind-to", "none", *line]
        elif self.may_rename and self.random.random() < 0.3:
            line = ["unshare", "-u", "sh", "-c", 'hostname "$0" && exec "$@"', f"host-{self.random.randrange(100)}", *line]
            self.counts["hosts"] += 1
        self.begun = time.time()
        with open(run + ".output", "w") as output:
            return ranks, subprocess.Popen(
                line, cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)

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
        kinds = ["", "", "moved", "deleted", "config", "alien", "forged", "odd", "part", "lock", "link"]
        kind = self.random.choice(kinds)
        checkpoints = run + "/checkpoints"
        own = sorted(path for path in glob.glob(checkpoints + "/step-*") if os.path.basename(path) not in self.aliens)
        if kind == "moved" and os.path.isdir(run):
            place = f"{folder}/run-{self.random.randrange(10**9)}"
            os.rename(run, place)
            run = place
        elif kind == "deleted" and os.path.isdir(run):
            shutil.rmtree(run)
            self.has_aliens, self.aliens = False, set()
        elif kind == "config" and os.path.exists(run + "/config.json") and not self.has_aliens:
            os.remove(run + "/config.json")
        elif kind == "alien" and os.path.exists(run + "/config.json"):
            # Refused without the config that says whose directory this is.
            self.has_aliens = True
            for path in glob.glob(f"{folder}/alien-{self.random.choice(list(ALIENS))}/checkpoints/step-*"):
                target = checkpoints + "/" + os.path.basename(path)
                if not os.path.exists(target):
                    shutil.copytree(path, target)
                    self.aliens.add(os.path.basename(path))
        elif kind == "forged" and own:
            # Another run's weights under this run's name, or a manifest that says something else.
            path = self.random.choice(own) + "/manifest.json"
            if os.path.isfile(path):
                with open(path) as file:
                    text = file.read()
                old, new = self.random.choice([
                    ('"step": ', '"step": 9'), ("0.", "1."), ('"seed": 42', '"seed": 43'), ("a", "b"), ("}", ""), (text, "{}")])
                with open(path, "w") as file:
                    file.write(text.replace(old, new))
        elif kind == "odd" and os.path.isdir(checkpoints):
            for path in (checkpoints + "/step-0000900000", checkpoints + "/step-0000900001"):
                if not os.path.exists(path):
                    os.mkfifo(path)
            os.makedirs(checkpoints + "/step-0000900002", exist_ok=True)
        elif kind == "part" and own:
            path = self.random.choice(own) + "/" + self.random.choice(["part-0.safetensors", "manifest.json"])
            if os.path.isfile(path):
                os.remove(path)
                self.random.choice([
                    os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path), lambda path: os.symlink("nowhere", path),
                    lambda path: open(path, "w").close()])(path)
        elif kind == "lock" and os.path.isdir(run):
            with open(run + "/.lock", "w") as file:
                file.write(self.random.choice(["", "{}", "no lock", '{"token": "t", "host": "far", "process": 7, "started": "1", '
                    '"machine": "m", "restart": 0, "kept_by_kernel": true}']))
            # Without the kernel nobody knows whether its holder lives, until it has been silent for a minute.
            os.utime(run + "/.lock", (time.time() - 70,) * 2)
        elif kind == "link":
            # A leftover of a start that was killed while it took its lock.
            os.makedirs(run, exist_ok=True)
            open(run + "/.lock-leftover", "w").close()
        else:
            return run
        self.counts["disturbed"] += 1
        self.kinds[kind] += 1
        return run

    def other_config(self, settings, run, folder):
        """A start with another learning rate is refused, and changes nothing."""
        if not os.path.exists(run + "/config.json"):
            return
        before = sorted(os.listdir(run)) if os.path.isdir(run) else []
        other = [*settings, "optimizer.learning_rate=0.0123"]
        outcome = subprocess.run(
            command(other, run, 1), cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=120, check=False)
        if outcome.returncode != 78 or "of another config" not in outcome.stderr or outcome.stderr.count("ptrain: ") != 1:
            fail(f"another learning rate ended with {outcome.returncode}: {outcome.stderr}")
        if sorted(os.listdir(run)) != before:
            fail(f"another learning rate changed {run}: {os.listdir(run)} instead of {before}")
        self.counts["refused"] += 1

    def has_lock(self, run):
        """Whether the start under way has the lock of its directory; one of an earlier start may be there still."""
        try:
            return os.stat(run + "/.lock").st_mtime > self.begun
        except OSError:
            return False

    def move_under(self, process, run, folder):
        """Moves a run's directory away while it trains: it ends with a line; returns where the run is now."""
        while not (self.has_lock(run) and os.path.exists(run + "/metrics.jsonl")):
            if process.poll() is not None:
                return run
            time.sleep(0.002)
        place = f"{folder}/run-{self.random.randrange(10**9)}"
        os.rename(run, place)
        os.rename(run + ".output", place + ".output")
        self.counts["moved"] += 1
        return place

    def stop_and_rival(self, process, settings, run):
        """A second start while the first one is stopped: the line says so."""
        while not self.has_lock(run):
            if process.poll() is not None:
                return
            time.sleep(0.002)
        victims = ranks_of(run)
        for process in victims:
            send(process, signal.SIGSTOP)
        rival = subprocess.run(
            command(settings, run, 1), cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=120, check=False)
        for process in victims:
            send(process, signal.SIGCONT)
        # Stopped after its last file, or before it had its lock.
        if rival.returncode == 0 or "is writing here" in rival.stderr and rival.returncode == 78:
            self.counts["stopped"] += rival.returncode == 78
        else:
            fail(f"a start beside a stopped one ended with {rival.returncode}: {rival.stderr}")

    def rival(self, settings, run):
        """A second start in a run's directory while the first one trains: one of both gets the line. Returns the weights it ends with."""
        rival = subprocess.run(
            command(settings, run, 1), cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=120)
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
        self.has_aliens, self.aliens = False, set()
        done = 0
        self.mode = self.random.choice(["kernel", "kernel", "beat"])
        self.counts["beat"] += self.mode == "beat"
        for alien, changes in ALIENS.items():
            subprocess.run(
                command([*settings, *changes, "name=alien"], f"{folder}/alien-{alien}", 1, ["training.epochs=2", "checkpoint.every_steps=20"]),
                cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False)
        while True:
            run = self.disturb(run, folder)
            if self.random.random() < 0.15:
                self.other_config(settings, run, folder)
            # Sharded updates keep slices of the optimizer's arrays, where the optimizer looks at elements alone.
            layout = [
                f"checkpoint.every_steps={self.random.choice([5, 20, 60])}",
                "parallel.update=" + self.random.choice(["replicated", "replicated" if by_tensor else "sharded"]),
                "parallel.overlap=" + self.random.choice(["true", "false"]),
            ]
            rival, is_moved = None, False
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
            else:
                what = self.random.choice(["", "rival", "rival", "stop", "move"])
                if what == "rival":
                    rival = self.rival(settings, run)
                elif what == "stop":
                    self.stop_and_rival(process, settings, run)
                elif what == "move":
                    place, run = run, self.move_under(process, run, folder)
                    is_moved = place != run
            try:
                process.wait(timeout=40 if kind else 180)
            except subprocess.TimeoutExpired:
                left = ranks_of(run)
                kill([process.pid, *left])
                if not kind or left:
                    fail(f"{name}: {len(left)} of {ranks} ranks hung " + (f"after {who} had been killed" if kind else ""))
                # Open MPI 4.1 can lock itself up when its last rank has been killed (in PMIx_server_finalize): nobody waits for
                # anything of ptrain then. `ptrain launch` ends such an mpirun.
                process.wait()
                self.counts["locked"] += 1
            gone = time.monotonic() + 30
            while ranks_of(run):
                if time.monotonic() > gone:
                    fail(f"{name}: ranks are left 30 s after {who} had been killed")
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
            if is_moved:
                # The place that it has left holds nothing of it.
                if process.returncode != 74 or sum(line.startswith("ptrain: ") for line in text.splitlines()) != 1:
                    fail(f"{name}: moved away under a run: {process.returncode}: {text}")
                if os.path.exists(place):
                    fail(f"{name}: {os.listdir(place)} at a place that a run's directory was moved from")
                continue
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
            pairs = [(a, b) for a, b in zip(log(run) + [""], log(whole) + [""]) if a != b]
            fail(f"{name}: another log after {done} kills, {len(log(run))} lines instead of {len(log(whole))}, first: {pairs[0]}")
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
        f"{counts['locked']} times mpirun locked itself up without ranks; {counts['resumed']} went on from a checkpoint; "
        f"{counts['sessions']} of {counts['sessions']} sessions ended with the reference's weights and log, {counts['beat']} without the "
        f"kernel's locks; {counts['disturbed']} directories were disturbed ("
        + ", ".join(f"{count} {kind}" for kind, count in sorted(faults.kinds.items()))
        + f"); {counts['hosts']} starts on a host of another name; with one line ended: {counts['rivals']} second starts, "
        f"{counts['stopped']} starts beside a stopped run, {counts['refused']} of another learning rate, {counts['moved']} whose "
        f"directory was moved away")


main()
