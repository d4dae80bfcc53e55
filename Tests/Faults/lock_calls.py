"""Kills starts at every call on their locks, and lets every such call fail: the next start takes over and ends with the right weights.

    python3 Tests/Faults/lock_calls.py --full

A start is killed before and after each call on the locks of its directories, from making them to giving them back; each call fails once
or for ever with an error of a full, broken or lost file system, or fails though it was made, as where a server's reply is lost. With the
kernel's locks and without; in a new directory, in one whose holder was killed, and in one whose lock of another host has gone stale.
The start ends with the weights, or with one line and 69 or 74, or 78 where EACCES says that another process holds a lock, as POSIX
has it; the next one ends with the weights at once, and leaves no lock.
"""

import argparse
import collections
import errno
import os
import shutil
import tempfile
import time

from runs import SHORT, command, complaints, fail, locks_in, run, weights

HERE = os.path.dirname(os.path.abspath(__file__))
STALE = (
    '{"token": "t", "host": "far", "process": 7, "started": "1", "machine": "m", "restart": 0, "kept_by_kernel": false}')
# Seconds in which a start must have ended that nobody keeps waiting.
QUICK = 30


class LockCalls:
    def __init__(self, folder):
        self.folder = folder
        self.library = folder + "/lock_calls.so"
        made = run(["clang", "-O2", "-shared", "-fPIC", "-o", self.library, HERE + "/lock_calls.c"])
        if made.returncode != 0:
            fail(made.stderr)
        self.counts = collections.Counter()
        self.slowest = 0
        self.expected = weights(run(command(SHORT, folder + "/reference")).stdout)

    def start(self, place, mode, fault="", ranks=0, calls=""):
        wrapper = []
        if fault or calls:
            wrapper = ["env", f"LD_PRELOAD={self.library}", f"LOCK_PLACE={place}"]
            wrapper += [f"LOCK_FAULT={fault}"] * bool(fault) + [f"LOCK_CALLS={calls}"] * bool(calls)
        begun = time.monotonic()
        outcome = run(command(SHORT, place, ranks=ranks, wrapper=wrapper), {"PTRAIN_LOCKS": mode})
        outcome.seconds = time.monotonic() - begun
        self.slowest = max(self.slowest, outcome.seconds)
        return outcome

    def prepare(self, situation, mode):
        """A run's directory."""
        place = self.folder + "/run"
        shutil.rmtree(place, ignore_errors=True)
        if situation == "killed":
            # After both locks have been taken.
            self.start(place, mode, "kill:22")
        elif situation == "stale":
            os.makedirs(place + "/checkpoints")
            for path in (place + "/.lock", place + "/checkpoints/.lock"):
                with open(path, "w") as file:
                    file.write(STALE)
                os.utime(path, (time.time() - 70,) * 2)
        return place

    def check(self, place, mode, what, outcome, killed):
        self.counts["tries"] += 1
        # A lock that nobody can read is waited for until it has been silent for so long.
        if outcome.seconds > (100 if "pread+" in what else QUICK):
            fail(f"{what}: ended after {outcome.seconds:.0f} s with {outcome.returncode}: {outcome.stderr}")
        if killed:
            self.counts["killed"] += outcome.returncode == -9
        elif outcome.returncode == 0:
            self.counts["went on"] += 1
            if weights(outcome.stdout) != self.expected:
                fail(f"{what}: other weights")
        elif outcome.returncode in (69, 74) + (78,) * (f"{errno.EACCES} at fcntl" in what) and len(complaints(outcome.stderr)) == 1:
            self.counts[f"line and {outcome.returncode}"] += 1
        else:
            fail(f"{what}: ended with {outcome.returncode}: {outcome.stderr}")
        after = self.start(place, mode)
        if after.returncode != 0 or weights(after.stdout) != self.expected:
            fail(f"{what}: the next start ended with {after.returncode} after {after.seconds:.0f} s: {after.stderr}")
        if after.seconds > QUICK:
            fail(f"{what}: the next start took {after.seconds:.0f} s: {after.stderr}")
        # A file that says nothing yet may be that of a living start, for a minute.
        left = [path for path in locks_in(place) if os.path.getsize(path)]
        if left and "is finished" not in after.stdout:
            fail(f"{what}: left {left}")

    def calls(self, situation, mode):
        place, file = self.prepare(situation, mode), self.folder + "/calls"
        if os.path.exists(file):
            os.remove(file)
        outcome = self.start(place, mode, calls=file)
        if outcome.returncode != 0:
            fail(f"{situation}, {mode}: {outcome.stderr}")
        with open(file) as text:
            return text.read().split()

    def every_call(self, situation, mode, faults, step):
        names = self.calls(situation, mode)
        tries = [(fault, when, f"{when}", names[when - 1]) for fault in faults for when in range(1, len(names) + 1, step)]
        for name in sorted(set(names)) if step == 1 else []:
            # A lock that nobody can read keeps a start waiting for a minute: tried once.
            tries += [(fault, 0, name + "+", name) for fault in faults if fault in (str(errno.EIO), str(errno.ENOSPC)) and name != "pread"]
        if step == 1 and (situation, mode) == ("killed", "beat"):
            tries += [(str(errno.EIO), 0, "pread+", "pread")]
        if step > 1 and (situation, mode) == ("killed", "kernel"):
            tries += [(str(errno.ENOSPC), 0, "rename+", "rename")]
        for fault, when, place_of, name in tries:
            place = self.prepare(situation, mode)
            what = f"{situation}, {mode}: {fault} at {name} ({place_of})"
            outcome = self.start(place, mode, f"{fault}:{place_of}")
            self.check(place, mode, what, outcome, fault in ("kill", "after"))

    def no_kernel_locks(self):
        """A file system that has no locks, or none left: the beat takes their place."""
        for problem in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EIO):
            place = self.prepare("new", "kernel")
            outcome = self.start(place, "kernel", f"{problem}:fcntl+", ranks=problem % 2 * 2)
            if outcome.returncode != 0 or weights(outcome.stdout) != self.expected:
                fail(f"without locks (error {problem}): {outcome.returncode}: {outcome.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="every call, every error; else every eleventh, and one error")
    options = parser.parse_args()
    errors = [errno.ENOSPC, errno.EIO, errno.ESTALE, errno.ENOLCK, errno.EDQUOT, errno.EACCES, errno.EROFS]
    faults = (["kill", "after"] if options.full else ["after"]) + [str(error) for error in (errors if options.full else [errno.EIO])]
    if options.full:
        faults += [f"lost:{errno.EEXIST}", f"lost:{errno.EIO}"]
    with tempfile.TemporaryDirectory(prefix="ptrain-faults-") as folder:
        tests = LockCalls(folder)
        for situation in ("new", "killed", "stale") if options.full else ("new", "killed"):
            for mode in ("kernel", "beat"):
                tests.every_call(situation, mode, faults, 1 if options.full else 11)
        tests.no_kernel_locks()
        print(
            f"test-faults: {tests.counts['tries']} calls on locks: " + ", ".join(
                f"{count} {name}" for name, count in tests.counts.items() if name != "tries")
            + f"; each time the next start ended with the weights; no start took more than {tests.slowest:.1f} s")


main()
