"""Trains with the scripts of scripts/slurm under a real Slurm (see cluster.py): whatever interrupts a job, the weights must
be those of a run without Slurm. Every test prints one line; the last line counts them."""

import copy
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time

from cluster import Cluster, SlurmError

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PTRAIN = os.path.abspath(os.path.join(ROOT, os.environ.get("PTRAIN_BINARY", ".build/release/ptrain")))
SECONDS = 8  # what a run takes without Slurm on one core


class Job:
    """One submitted script, and where it writes."""

    def __init__(self, session, script, arguments, name, options=(), environment=None):
        self.session = session
        self.log = session.cluster.path(name + ".log")
        command = [
            "sbatch",
            "--parsable",
            f"--output={self.log}",
            *options,
            os.path.join("scripts/slurm", script),
            *arguments,
        ]
        done = subprocess.run(
            command,
            env=dict(session.cluster.environment, PTRAIN=PTRAIN, **(environment or {})),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=80,
        )
        if done.returncode != 0:
            raise SlurmError(f"{' '.join(command)}: {done.stderr.strip()}")
        self.id = done.stdout.strip().split(";")[0]

    def task(self, number):
        """One task of this array, as a job."""
        job = copy.copy(self)
        job.id, job.log = f"{self.id}_{number}", self.log.replace("%a", str(number))
        return job

    def fields(self):
        """What Slurm knows of the job: JobState, Restarts, Reason, ExitCode, ..."""
        text = self.session.cluster.ask("scontrol", "--oneliner", "show", "job", self.id)
        return dict(word.split("=", 1) for word in text.split() if "=" in word)

    def text(self):
        try:
            with open(self.log, errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def share(self):
        """How much of the training is done, by the last epoch in the log."""
        epochs = re.findall(r"^epoch (\d+)/(\d+)", self.text(), re.MULTILINE)
        return int(epochs[-1][0]) / int(epochs[-1][1]) if epochs else 0.0

    def end(self):
        """The end of the log, without the epochs."""
        return "\n".join([line for line in self.text().splitlines() if not line.startswith("epoch ")][-25:])

    def state(self):
        fields = self.fields()
        return " ".join(
            f"{key}={fields.get(key)}" for key in ("JobState", "Reason", "Restarts", "ExitCode", "StartTime")
        )


class Session:
    """The cluster, the settings all runs share, and the weights they must end with."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.passed = 0
        self.held = set()  # jobs that shall not start again yet
        self.waiting = {}  # since when jobs wait for their time
        self.settings = []
        self.reference = ""

    def arguments(self, output, *more):
        line = ["configs/digits.json", "--no-progress", "--output", self.cluster.path(output)]
        for setting in [*self.settings, *more]:
            line += ["--set", setting]
        return line

    def plain(self, output):
        """A run without Slurm, on one rank: its hash."""
        done = subprocess.run(
            [PTRAIN, *self.arguments(output), "--threads", "1"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )
        if done.returncode != 0:
            raise SlurmError(f"ptrain without Slurm ended with code {done.returncode}: {done.stderr.strip()}")
        return done.stdout.strip().splitlines()[-1]

    def pass_(self, line):
        self.passed += 1
        print("slurm: " + line, flush=True)

    def submit(self, script, name, *more, options=()):
        return Job(self, script, self.arguments(name, *more), name, options)

    def release(self):
        """Slurm lets a requeued job wait for two minutes, until its old credential has expired. Here three seconds must do:
        the node refuses a new credential of the second in which the old one was revoked."""
        waiting = {}
        for line in self.cluster.ask("squeue", "-h", "-t", "pending", "-o", "%i %r").splitlines():
            job, reason = line.split(" ", 1)
            if reason != "BeginTime":
                continue
            waiting[job] = self.waiting.get(job, time.monotonic())
            if job not in self.held and time.monotonic() > waiting[job] + 3:
                self.cluster.ask("scontrol", "update", f"JobId={job}", "StartTime=now")
        self.waiting = waiting

    def wait(self, seconds, what, holds, *jobs):
        """Waits until `holds()`; none of the jobs may have failed meanwhile. The limit is for an idle machine: a busy one has four times
        as long."""

        def look():
            self.release()
            for job in jobs:
                fields = job.fields()
                if fields.get("JobState") in ("FAILED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"):
                    raise SlurmError(f"job {job.id} is {fields['JobState']}, exit code {fields.get('ExitCode')}")
            return holds()

        try:
            self.cluster.until(4 * seconds, what, look)
        except SlurmError as error:
            rest = "".join(f"\n--- job {job.id}: {job.state()}\n{job.end()}" for job in jobs)
            raise SlurmError(str(error) + rest) from None

    def finish(self, seconds, *jobs):
        self.wait(
            seconds,
            "not all jobs are done",
            lambda: all(job.fields().get("JobState") == "COMPLETED" for job in jobs),
            *jobs,
        )

    def restarted(self, times, *jobs):
        return lambda: all(int(job.fields().get("Restarts", 0)) >= times for job in jobs)

    def summary(self, name):
        with open(self.cluster.path(name, "summary.json")) as file:
            return json.load(file)

    def same_weights(self, name, job):
        """The run's hash and the last line of the job's log are the reference's; returns the summary."""
        summary = self.summary(name)
        expected = self.reference.split()[-1]
        # Whatever a job left behind, its next start has the run's directory to itself at once.
        expect("is writing here" not in job.text(), f"{name}: a requeued job found its own lock held\n{job.end()}")
        if summary["weights_sha256"] != expected or job.text().strip().splitlines()[-1] != self.reference:
            raise SlurmError(f"{name}: {summary['weights_sha256']} instead of {expected}\n{job.end()}")
        return summary


def reasons(job):
    """What ptrain said when it stopped, and from where it went on."""
    text = job.text()
    # Before the first step nothing is saved, and nothing is gone on from.
    return re.findall(r"stopped on request \((.*?)\) after step", text), [
        int(step) for step in re.findall(r"going on after step (\d+)", text)
    ]


def expect(holds, sentence):
    if not holds:
        raise SlurmError(sentence)


def test_whole(session):
    """The plain script, a job array, the scaling sweep."""
    start = time.monotonic()
    cluster = session.cluster
    whole = session.submit("train.sbatch", "whole")
    session.finish(100, whole)
    summary = session.same_weights("whole", whole)
    expect(summary["ranks"] == 2, f"train.sbatch: {summary['ranks']} ranks instead of 2")
    session.pass_(
        f"train.sbatch, 2 ranks, uninterrupted: the weights of a run without Slurm ({time.monotonic() - start:.1f} s)"
    )

    # Two seeds; the second is the config's own. Its task is the last one: its id is that of the array.
    start = time.monotonic()
    array = Job(
        session,
        "array.sbatch",
        session.arguments("unused")[:2] + [part for one in session.settings for part in ("--set", one)],
        "array-%a",
        ["--array=1-2"],
        {"KEY": "seed", "VALUES": "1 42", "RUNS": cluster.path("array")},
    )
    first, last = array.task(1), array.task(2)
    plan = Interruptions(session, last, random.Random(1), ["signal to the script"])
    session.wait(60, "no requeue of an array's task", plan.over, first, last)
    session.finish(100, first, last)
    for name, ranks, threads in (("seed=1", 1, 2), ("seed=42", 1, 2)):
        summary = session.summary("array/" + name)
        found = (summary["ranks"], summary["threads_per_rank"])
        expect(found == (ranks, threads), f"array, {name}: {found} instead of {ranks} × {threads}")
    restarts = [job.fields()["Restarts"] for job in (first, last)]
    expect(restarts == ["0", "1"], f"array: its tasks were restarted {restarts} times, instead of 0 and 1 times")
    session.same_weights("array/seed=42", last)
    expect(session.summary("array/seed=1")["weights_sha256"] not in session.reference, "two seeds gave the same weights")
    session.pass_(
        f"array.sbatch: 2 seeds, 1 rank × 2 threads each; the last task alone was stopped and requeued, same weights "
        f"({time.monotonic() - start:.1f} s)"
    )

    start = time.monotonic()
    sizes = ["--ranks", "1,2", "--repeats", "1", "--steps", "20", "--warmup", "5", "--report", cluster.path("sweep")]
    sweep = Job(session, "scaling.sbatch", ["configs/digits.json", *sizes], "sweep")
    session.finish(90, sweep)
    with open(cluster.path("sweep", "scaling.json")) as file:
        points = json.load(file)["points"]
    expect({point["ranks"] for point in points} == {1, 2}, f"scaling.sbatch measured {points}")
    session.pass_(
        f"scaling.sbatch: {len(points)} layouts of 1 and 2 ranks measured inside one job ({time.monotonic() - start:.1f} s)"
    )


def test_limits(session):
    """Starts two jobs that meet their time limits: one is warned by Slurm, one looks at the clock itself."""
    # Slurm looks at limits, and warns, every 30 s from its start on; the job starts shortly before that.
    now = time.monotonic() - session.cluster.started
    time.sleep((27 - now) % 30)
    warned = session.submit(
        "train.sbatch", "warned", "checkpoint.every_steps=50", options=["--time=2", "--signal=B:USR1@89"]
    )
    # ptrain stops half-way through a job of one minute; so many checkpoints keep it busy until then.
    clocked = session.submit(
        "train-srun.sbatch", "clocked", "checkpoint.every_steps=3", options=["--time=1", "--signal=USR1@1"]
    )
    session.held.add(clocked.id)
    session.wait(60, "no stop before SLURM_JOB_END_TIME", session.restarted(1, clocked), warned, clocked)
    with open(session.cluster.path("clocked", "stopped.json")) as file:
        stopped = json.load(file)
    expect(stopped["reason"] == "time limit" and stopped["step"] > 0, f"clocked: stopped.json says {stopped}")
    session.cluster.tell("scontrol", "update", f"JobId={clocked.id}", "TimeLimit=10")
    session.held.clear()

    def check():
        # 15,000 checkpoints take seven minutes on a slow disk.
        session.finish(400, warned, clocked)
        session.same_weights("warned", warned)
        session.same_weights("clocked", clocked)
        said, steps = reasons(warned)
        expect(
            said and set(said) == {"SIGUSR1"} and len(steps) == len(said),
            f"warned: stopped by {said}, went on after {steps}",
        )
        session.pass_(f"--signal before the limit: stopped after steps {steps}, requeued by itself, same weights")
        said, steps = reasons(clocked)
        expect(
            said == ["time limit"] and steps == [stopped["step"]], f"clocked: stopped by {said}, went on after {steps}"
        )
        session.pass_(
            f"SLURM_JOB_END_TIME: stopped after step {steps[0]} of a job of one minute, requeued by itself, same weights"
        )

    return check


class Interruptions:
    """Interrupts a job again and again: a second after it has started, when its script listens, but ptrain may not yet; then
    whenever it has trained its next part of the epochs. Others may requeue it meanwhile."""

    def __init__(self, session, job, generator, kinds):
        self.session, self.job, self.kinds = session, job, list(kinds)
        self.shares = [0.0] + sorted(generator.uniform(0.03, 0.5) for _ in kinds[1:])
        self.since = self.told = None
        self.restarts = 0

    def over(self):
        """Does what is due; true when the last interruption has led to a restart, or the job is cancelled."""
        fields, now = self.job.fields(), time.monotonic()
        if int(fields.get("Restarts", 0)) > self.restarts:
            self.restarts = int(fields["Restarts"])
            if self.told is not None:
                self.kinds.pop(0)
                self.shares.pop(0)
            self.since = self.told = None
        if self.kinds == ["cancellation"] and fields.get("JobState") == "CANCELLED":
            self.kinds.pop(0)
        if not self.kinds:
            return True
        expect(
            fields.get("JobState") != "COMPLETED",
            f"job {self.job.id} was done before it could be interrupted by {self.kinds}",
        )
        if fields.get("JobState") == "RUNNING":
            self.since = self.since or now
            # A step that has not begun does not get a signal: it is told again.
            if now > self.since + 1 and self.job.share() >= self.shares[0] and now > (self.told or 0) + 3:
                self.told = now
                self.interrupt(self.kinds[0])
        return False

    def interrupt(self, kind):
        cluster = self.session.cluster
        if kind == "requeue":
            cluster.ask("scontrol", "requeue", self.job.id)
        elif kind == "cancellation":
            cluster.ask("scancel", self.job.id)
        elif kind == "preemption":
            # Wants all processors but those of jobs that cannot be preempted.
            taken = sum(
                int(count) for count in cluster.ask("squeue", "-h", "-t", "running", "-p", "steady", "-o", "%C").split()
            )
            cluster.ask(
                "sbatch",
                "--partition=high",
                f"--ntasks={cluster.processors - taken}",
                "--time=1",
                "--output=/dev/null",
                "--wrap=exit 0",
            )
        else:
            batch = ["--batch"] if kind == "signal to the script" else []
            cluster.ask("scancel", "--quiet", "--signal=USR1", *batch, self.job.id)


def test_interrupted(session, generator):
    """Both scripts at a time: two signals, a preemption, a requeue without warning; then the same command on other ranks."""
    start = time.monotonic()
    cluster = session.cluster
    often, low = "checkpoint.every_steps=200", ["--partition=low"]
    with_mpirun = session.submit("train.sbatch", "mpirun", often, options=low)
    with_srun = session.submit("train-srun.sbatch", "srun", often, options=low)
    plans = [
        Interruptions(session, with_mpirun, generator, ["signal to the script"] * 2 + ["preemption", "requeue"]),
        Interruptions(session, with_srun, generator, ["signal to the step"] * 2 + ["preemption", "requeue", "cancellation"]),
    ]
    session.wait(
        130, "interrupted jobs do not come back", lambda: all([plan.over() for plan in plans]), with_mpirun, with_srun
    )

    # The srun job is cancelled, and must not come back; the same command goes on with three ranks.
    session.wait(30, "no end after scancel", lambda: not cluster.ask("squeue", "-h", "-j", with_srun.id), with_mpirun)
    other = session.submit("train-srun.sbatch", "srun", often, options=["--ntasks-per-node=3"])
    session.finish(120, with_mpirun, other)
    expect(with_srun.fields().get("JobState") == "CANCELLED", f"after scancel: {with_srun.state()}")

    for name, job, last, ranks in (("mpirun", with_mpirun, with_mpirun, 2), ("srun", with_srun, other, 3)):
        summary = session.same_weights(name, last)
        said, steps = reasons(job)
        headlines = job.text().count("2 ranks × 1 thread")
        expect(
            summary["ranks"] == ranks and headlines >= 3,
            f"{name}: {summary['ranks']} ranks at the end, {headlines} starts on 2",
        )
        expect(len(said) >= 2 and steps and max(steps) > 0, f"{name}: stopped by {said}, went on after {steps}")
        session.pass_(
            f"{name}: 2 signals, preemption, requeue without warning: {job.fields()['Restarts']} restarts, stopped by "
            f"{' '.join(said)}, went on after steps {steps}, "
            + (
                "same weights"
                if job is last
                else f"cancelled for good, same weights from the same command on {ranks} ranks"
            )
        )
    print(f"slurm: interrupted jobs: {time.monotonic() - start:.0f} s", flush=True)


def processor_seconds():
    """What this process's children have taken of processors up to their ends."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    if not os.access(PTRAIN, os.X_OK):
        sys.exit(f"test-slurm: {PTRAIN} is not there; run scripts/build, or set PTRAIN_BINARY")
    for kind in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(kind, lambda number, _: sys.exit(f"test-slurm: ended by signal {number}"))
    start = time.monotonic()
    cluster = Cluster()
    session = Session(cluster)
    seed = int(os.environ.get("SEED", random.randrange(10**6)))
    status = 0
    try:
        cluster.start()
        version = cluster.ask("sinfo", "--version")
        print(f"slurm: {version}, one node, seed {seed}", flush=True)
        expect(
            "pmix"
            in subprocess.run(
                ["srun", "--mpi=list"], env=cluster.environment, capture_output=True, text=True, timeout=80
            ).stdout,
            "this srun has no PMIx; install the package of Slurm's PMIx plugin",
        )
        session.settings = ["training.epochs=300", "output.log_every_steps=100000"]
        # By the processor's seconds: by the clock's, a machine that is busy now and idle later has jobs that are done before they
        # can be interrupted.
        begin = processor_seconds()
        session.plain("trial")
        epochs = max(50, min(20000, int(300 * SECONDS / max(0.01, processor_seconds() - begin))))
        session.settings[0] = f"training.epochs={epochs}"
        begin = time.monotonic()
        session.reference = session.plain("plain")
        print(f"slurm: the run without Slurm: {epochs} epochs, {time.monotonic() - begin:.1f} s", flush=True)
        test_whole(session)
        check_limits = test_limits(session)
        test_interrupted(session, random.Random(seed))
        check_limits()
    except (SlurmError, OSError, subprocess.SubprocessError, KeyError, ValueError) as error:
        print(f"test-slurm: {type(error).__name__}: {error}\n{cluster.logs()}", file=sys.stderr)
        status = 1
    finally:
        cluster.stop()
    left = cluster.processes()
    if left:
        print(f"test-slurm: processes {left} are left over", file=sys.stderr)
        status = 1
    if status == 0:
        print(f"test-slurm: {session.passed} tests passed in {time.monotonic() - start:.0f} s")
    sys.exit(status)


main()
