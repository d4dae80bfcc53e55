"""Trains one small config for each kind of everything on this CPU and on emulated ones; hashes and metrics must be the same.

    python3 Tests/Processors/processors.py [--only TEXT] [--list] [--full]

Each CPU runs the same program: this one at each level of instructions that it has, Haswell (AVX2) and Nehalem (SSE) emulated by qemu-user, and
a few steps of digits by the built ptrain itself: alone, and with a rank on each of them. The kinds come from the program's schema, as those of scripts/compare-builds do.
The negative control trains one config with another seed, which must be told from the others.
"""

import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, ROOT + "/Tests/Builds")
import compare  # noqa: E402

BUILD = os.environ.get("PTRAIN_BUILD", ROOT + "/.build/release")
# Rows of each table: a few batches, with some over.
ROWS = 50
# Newer than what the emulator knows, or as old as the first with SSE4.2.
EMULATED = {"Haswell": "avx2", "Nehalem": "portable"}


def fail(text):
    print("test-processors: " + text, file=sys.stderr)
    sys.exit(1)


def shorten(path):
    """The first line of a table and rows from all over it: of many the classes come one after the other."""
    with open(path, encoding="utf-8") as file:
        first, *lines = file.readlines()
    count = min(ROWS, len(lines))
    return [first] + [lines[n * len(lines) // count] for n in range(count)]


def copy_configs(folder):
    """The examples with a few rows of their tables."""
    shutil.copytree(ROOT + "/configs", folder + "/configs", ignore=lambda _, names: [n for n in names if n == "data"])
    data = folder + "/configs/data"
    os.makedirs(data)
    for name in os.listdir(ROOT + "/configs/data"):
        source = os.path.join(ROOT, "configs/data", name)
        if name.endswith(".csv"):
            with open(os.path.join(data, name), "w", encoding="utf-8") as file:
                file.writelines(shorten(source))
        elif os.path.isfile(source):
            shutil.copy(source, data)


def trainings(folder):
    """Names, configs and settings: those of compare-builds that need no process of their own, and what it does not have."""
    schema = json.loads(subprocess.run([BUILD + "/ptrain", "schema"], capture_output=True, text=True, check=True).stdout)
    compare.ROOT, compare.DIGITS = folder, folder + "/configs/digits.json"
    few = ["training.epochs=2", "training.global_batch_size=20", "parallel.shards=3"]
    for name, path, settings in compare.cases(schema):
        # What needs other processes is no matter of the CPU.
        if name.startswith(("killed", "allreduce", "overlap", "16 bits")):
            continue
        yield [name, path, *[s for s in settings if not s.startswith("training.epochs=")], *few]
    properties = schema["properties"]
    digits, diabetes = folder + "/configs/digits.json", folder + "/configs/diabetes.json"
    for method in ["none", "standard", "minmax", "robust", "quantile", "log1p"]:
        yield [f"normalize {method}", digits, f"data.normalize={method}", *few]
    for method in ["none", "standard"]:
        yield [f"normalize targets {method}", diabetes, f"data.normalize_targets={method}", *few]


class Processor:
    """A CPU, or an emulator of one, and how programs are started on it."""

    def __init__(self, name, prefix, level=None):
        self.name, self.prefix, self.level = name, prefix, level

    def one_hash(self, folder, lines):
        done = subprocess.run(
            [*self.prefix, BUILD + "/OneHash", folder, "1"], input="\n".join(map(json.dumps, lines)) + "\n",
            capture_output=True, text=True, timeout=1500)
        if done.returncode != 0:
            fail(f"{self.name}: OneHash ended with {done.returncode}: {done.stderr.strip()[-400:]}")
        first, *rest = done.stdout.splitlines()
        level = first.removeprefix("instructions ")
        if self.level and level != self.level:
            fail(f"{self.name} computes with {level}, and this test is of {self.level}")
        return {line.split("\t")[0]: line.split("\t", 1)[1] for line in rest}

    @staticmethod
    def line(output):
        config = os.path.dirname(output) + "/configs/digits.json"
        return [config, "--quiet", "--output", output, "--threads", "1", "--set", "training.steps=4",
                "--set", "training.global_batch_size=24"]

    def ptrain(self, folder):
        output = f"{folder}/run-{self.name.replace(' ', '-')}"
        done = subprocess.run(
            [*self.prefix, BUILD + "/ptrain", *self.line(output)], capture_output=True, text=True, timeout=900)
        with open(output + "/model.safetensors", "rb") as file:
            self.model = file.read()
        found = re.findall(r"^weights_sha256 ([0-9a-f]{64})$", done.stdout, re.M)
        if done.returncode != 0 or not found:
            fail(f"{self.name}: ptrain ended with {done.returncode}: {done.stderr.strip()[-400:]}")
        return found[-1]


def mixed_run(folder, processors):
    """A run of one rank on each CPU, each at its own level; its weights' hash."""
    line = []
    for processor in processors:
        line += [":"] * bool(line) + ["-n", "1", *processor.prefix, BUILD + "/ptrain", *Processor.line(f"{folder}/run-mixed")]
    environment = dict(os.environ)
    # One process cannot read another's memory from inside the emulator.
    environment["OMPI_MCA_btl_vader_single_copy_mechanism"] = "none"
    done = subprocess.run(
        ["mpirun", "--bind-to", "none", "--oversubscribe", *line], capture_output=True, text=True, timeout=1200, env=environment)
    found = re.findall(r"weights_sha256 ([0-9a-f]{64})", done.stdout)
    if done.returncode != 0 or not found:
        fail(f"ranks on {len(processors)} CPUs: mpirun ended with {done.returncode}: {done.stderr.strip()[-400:]}")
    return found[-1]


def main():
    parser = argparse.ArgumentParser(prog="scripts/test-processors")
    parser.add_argument("--only", default="", help="a text that the names contain")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    emulator = shutil.which("qemu-x86_64")
    if not emulator:
        fail("qemu-x86_64 is missing; run scripts/install-dependencies --tests")
    with tempfile.TemporaryDirectory() as folder:
        copy_configs(folder)
        lines = [line for line in trainings(folder) if options.only in line[0]]
        if options.list:
            return print("\n".join(line[0] for line in lines))
        # A control: what is trained otherwise is another line.
        control = ["control", lines[0][1], *lines[0][2:], "seed=1234567"]
        processors = [Processor("this CPU", [])] + [
            Processor(name, [emulator, "-cpu", name], level) for name, level in EMULATED.items()
        ]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            hashes = list(pool.map(lambda p: p.one_hash(folder, lines + [control]), processors))
            runs = list(pool.map(lambda p: p.ptrain(folder), processors))
        own = hashes[0]
        if own["control"].split("\t")[0] == own[lines[0][0]].split("\t")[0]:
            fail("the control has the hash of what it is to differ from")
        refused = [f"{name}: {words}" for name, words in own.items() if words.startswith("refused")]
        if refused:
            fail("not trained:\n  " + "\n  ".join(refused))
        failures = [
            f"{name}: {processor.name} has {found.get(name, 'nothing')[:90]}, this CPU {words[:90]}"
            for processor, found in zip(processors[1:], hashes[1:]) for name, words in own.items() if found.get(name) != words
        ]
        failures += [f"digits by ptrain: {p.name} has {run}, this CPU {runs[0]}" for p, run in zip(processors, runs) if run != runs[0]]
        failures += [f"digits: model.safetensors of {p.name} is another file" for p in processors if p.model != processors[0].model]
        mixed = mixed_run(folder, processors)
        if mixed != runs[0]:
            failures.append(f"digits by a rank on each: {mixed}, this CPU {runs[0]}")
        if failures:
            fail("\n  ".join(["bits differ:"] + failures))
        names = ", ".join(p.name for p in processors)
        print(f"{len(lines)} trainings and digits have the same weights, metrics and model files on {names}, digits also with a rank on each; {runs[0]}")


if __name__ == "__main__":
    main()
