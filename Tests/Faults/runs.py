"""Runs of ptrain, as the tests of faults start them."""

import glob
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PTRAIN = os.environ.get("PTRAIN_BINARY", ROOT + "/.build/release/ptrain")
ENVIRONMENT = dict(
    os.environ,
    OMPI_ALLOW_RUN_AS_ROOT="1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
    OMPI_MCA_rmaps_base_oversubscribe="1",
    PRTE_MCA_rmaps_default_mapping_policy=":oversubscribe",
)
# A run of two steps, for tests of how runs begin and end.
SHORT = ["training.epochs=1", "training.global_batch_size=1024"]


def fail(text):
    print("test-faults: " + text, file=sys.stderr)
    sys.exit(1)


def command(settings, output, threads=1, ranks=0, wrapper=()):
    """The command line of a run of configs/digits.json; 0 ranks: without mpirun."""
    line = ["mpirun", "-n", str(ranks), "--bind-to", "none"] if ranks else []
    line += [*wrapper, PTRAIN, "configs/digits.json", "--no-progress", "--threads", str(threads), "--output", output]
    for setting in settings:
        line += ["--set", setting]
    return line


def run(line, environment={}, seconds=180):
    """Runs a command line to its end."""
    return subprocess.run(
        line, cwd=ROOT, env=dict(ENVIRONMENT, **environment), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=seconds)


def weights(text):
    found = re.findall(r"^weights_sha256 ([0-9a-f]{64})$", text, re.M)
    return found[-1] if found else None


def complaints(text):
    """The lines that say why ptrain ended."""
    return [line for line in text.splitlines() if line.startswith("ptrain: ") and "warning: " not in line[:40]]


def log(run):
    """A run's log without what depends on time."""
    with open(run + "/metrics.jsonl") as file:
        return [re.sub(r', "samples_per_second": [0-9.e+-]+', "", line) for line in file]


def locks_in(run):
    """What locks there are in a run's directories, and what is left of such."""
    return glob.glob(run + "/.lock*") + glob.glob(run + "/checkpoints/.lock*")
