"""Starts pairs of runs in one directory at the same instant: one trains, the other gets the line, and files never mix.

    python3 Tests/Faults/pairs.py --pairs 40
    python3 Tests/Faults/pairs.py --pairs 20 --fuse     on a file system in user space

Alone and on 2 ranks, with the kernel's locks and without, with and without `--resume never`, in a new directory and in one whose holder
was killed. The other one ends with 78 and names host and process, or finds a finished run.
"""

import argparse
import collections
import contextlib
import json
import os
import re
import socket
import subprocess
import tempfile

from runs import ENVIRONMENT, ROOT, command, complaints, fail, locks_in, log, run, weights

SETTINGS = ["training.epochs=6", "checkpoint.every_steps=5"]


def checkpoints_are_whole(place, step):
    """Whether all checkpoints of a run are of its config, and the last one is that of its last step."""
    names = sorted(name for name in os.listdir(place + "/checkpoints") if not name.startswith(".lock-"))
    for name in names:
        with open(f"{place}/checkpoints/{name}/manifest.json") as file:
            manifest = json.load(file)
        if int(name[5:]) != manifest["step"]:
            return False
    return int(names[-1][5:]) == step


def pair(place, number, expected, whole):
    ranks, mode = number % 2 * 2, ("kernel", "beat")[number // 2 % 2]
    environment = dict(ENVIRONMENT, PTRAIN_LOCKS=mode)
    anew = ["--resume", "never"] if number % 8 >= 6 else []
    if number % 5 == 4:
        killed = subprocess.Popen(
            command(SETTINGS, place), cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not os.path.exists(place + "/.lock") and killed.poll() is None:
            pass
        killed.kill()
        killed.wait()
    # Both wait for the gate, and go when it is closed.
    gate, key = os.pipe()
    starts = [
        subprocess.Popen(
            ["sh", "-c", 'read nothing; exec "$@"', "sh", *command(SETTINGS, place, ranks=ranks), *anew], cwd=ROOT,
            env=dict(environment, TMPDIR=tempfile.mkdtemp(dir=os.path.dirname(place))), stdin=gate,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    os.close(gate)
    os.close(key)
    outcomes = []
    for start in starts:
        output, errors = start.communicate(timeout=180)
        outcomes.append((start.returncode, output, errors))
    what = f"pair {number} ({ranks} ranks, {mode}{', anew' if anew else ''})"
    line = rf"is writing here|: process \d+ on {re.escape(socket.gethostname())}"
    for code, output, errors in outcomes:
        if code == 0 and weights(output) != expected:
            fail(f"{what}: other weights: {output}{errors}")
        if code != 0 and (code != 78 or len(complaints(errors)) != 1 or len(re.findall(line, errors)) != 2):
            fail(f"{what}: ended with {code}: {errors}")
    codes = sorted(code for code, _, _ in outcomes)
    if codes[0] != 0:
        fail(f"{what}: nobody trained: {outcomes}")
    with open(place + "/summary.json") as file:
        summary = json.load(file)
    if summary["weights_sha256"] != expected or log(place) != log(whole):
        fail(f"{what}: the files are mixed: {place}")
    if not checkpoints_are_whole(place, summary["steps"]) or any(map(os.path.getsize, locks_in(place))):
        fail(f"{what}: {os.listdir(place)} {os.listdir(place + '/checkpoints')}")
    if codes == [0, 78]:
        return "one trained, one got the line"
    return "the second found a finished run" if any("is finished" in output for _, output, _ in outcomes) else "one after the other"


@contextlib.contextmanager
def as_it_is(folder):
    yield folder


@contextlib.contextmanager
def in_user_space(folder):
    """A folder that bindfs shows: locks are the kernel's, but a file has another number under each of its names."""
    below, above = folder + "/below", folder + "/above"
    os.mkdir(below)
    os.mkdir(above)
    if subprocess.run(["bindfs", below, above]).returncode != 0:
        fail("bindfs does not start; install bindfs, and look whether /dev/fuse is there")
    try:
        yield above
    finally:
        subprocess.run(["umount", "-l", above], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--fuse", action="store_true")
    options = parser.parse_args()
    counts = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="ptrain-faults-") as disk, (in_user_space if options.fuse else as_it_is)(disk) as folder:
        whole = folder + "/whole"
        expected = weights(run(command(SETTINGS, whole)).stdout)
        for number in range(options.pairs):
            counts[pair(f"{folder}/run-{number}", number, expected, whole)] += 1
    print(f"test-faults: {options.pairs} pairs at the same instant: " + ", ".join(f"{n} {name}" for name, n in counts.items()))


main()
