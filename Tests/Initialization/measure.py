"""Measures initializations: the same tables, splits, orders of samples and random numbers, other first weights.

    python3 Tests/Initialization/measure.py run --part all --output results.json [--program .build/release/ptrain] [--processes 2]
    python3 Tests/Initialization/measure.py report results.json [--rules default pytorch ...]

Needs NumPy. Every run is one ptrain process with one thread; the seeds choose split, order and first weights, and a rule only
scales the same uniform numbers, so that differences between rules are paired. `pytorch` writes PyTorch's ranges for Linear
(weights and biases uniform in ±1/√inputs) as explicit bounds, `default` writes nothing, `before` is the default up to arithmetic
number 1. The loss is that of the test rows after the last epoch.

Relative differences need a loss whose least possible value is 0: from `poisson`, the value of a perfect prediction (mean of
y − y log y over the table) is taken off. The others are 0 where the prediction is perfect. Classes, `quantile` and the other
losses are taken as they are.
"""

import argparse
import concurrent.futures
import csv
import json
import math
import os
import shutil
import subprocess
import tempfile

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUNDLED = os.path.join(ROOT, "configs", "data")


# Tables -----------------------------------------------------------------------------------------------------------------------


def write(folder, name, columns, rows):
    with open(os.path.join(folder, name + ".csv"), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([[f"{v:.6g}" for v in row] for row in rows])


def make_tables(folder):
    """Made tables of each kind; the truth is in the code."""

    def features(seed, count, width):
        rng = np.random.default_rng(seed)
        return rng, rng.normal(size=(count, width)), [f"x{i}" for i in range(width)]

    # Two classes on rings.
    rng, x, names = features(101, 1500, 6)
    radius = np.hypot(x[:, 0], x[:, 1])
    y = (np.sin(3 * radius) + 0.5 * x[:, 2] + 0.3 * rng.normal(size=1500)) > 0
    write(folder, "rings", names + ["y"], np.column_stack([x, y]))
    # Two classes, one of them rare.
    rng, x, names = features(102, 2000, 12)
    z = x[:, 0] * x[:, 1] + x[:, 2] - 3.6 + 0.8 * np.abs(x[:, 3])
    write(folder, "rare", names + ["y"], np.column_stack([x, rng.uniform(size=2000) < 1 / (1 + np.exp(-2 * z))]))
    # Eight classes, two clouds each.
    rng, x, names = features(103, 2000, 16)
    cloud = rng.integers(0, 16, 2000)
    x = x + 1.1 * rng.normal(size=(16, 16))[cloud]
    write(folder, "clouds", names + ["y"], np.column_stack([x, cloud % 8]))
    # Regression: Friedman 1991, five features that matter and five that do not.
    rng, x, names = features(104, 1200, 10)
    u = rng.uniform(size=(1200, 10))
    y = 10 * np.sin(np.pi * u[:, 0] * u[:, 1]) + 20 * (u[:, 2] - 0.5) ** 2 + 10 * u[:, 3] + 5 * u[:, 4]
    write(folder, "friedman", names + ["y"], np.column_stack([u, y + rng.normal(size=1200)]))
    # Regression on a few heavy-tailed features.
    rng, x, names = features(105, 2000, 8)
    x = np.sign(x) * np.abs(x) ** 2
    y = np.log1p(np.exp(x[:, 0])) - np.tanh(x[:, 1] * x[:, 2]) + 0.5 * np.abs(x[:, 3]) + 0.3 * rng.normal(size=2000)
    write(folder, "heavy", names + ["y"], np.column_stack([x, y]))
    # Counts from 0 to hundreds, many features.
    rng, x, names = features(106, 1500, 15)
    rate = np.exp(2 + 0.8 * np.tanh(x[:, 0]) + 0.6 * np.sin(2 * x[:, 1]) + 0.3 * x[:, 2] * x[:, 3])
    write(folder, "visits", names + ["y"], np.column_stack([x, rng.poisson(np.minimum(rate, 500))]))
    # Small counts.
    rng, x, names = features(107, 1500, 20)
    write(folder, "events", names + ["y"], np.column_stack([x, rng.poisson(np.exp(-1 + 0.5 * x[:, 0] + 0.5 * np.abs(x[:, 1])))]))
    # Skewed noise, for quantiles.
    rng, x, names = features(108, 1500, 8)
    y = np.sin(2 * x[:, 0]) + x[:, 1] + rng.exponential(size=1500) * np.exp(0.5 * x[:, 2])
    write(folder, "delays", names + ["y"], np.column_stack([x, y]))
    # Six labels at once.
    rng, x, names = features(109, 1500, 12)
    z = 2 * np.tanh(x @ rng.normal(size=(12, 10)) / 2) @ rng.normal(size=(10, 6)) - 1
    write(folder, "tags", names + [f"t{i}" for i in range(6)], np.column_stack([x, rng.uniform(size=z.shape) < 1 / (1 + np.exp(-z))]))


# name: (kind, file, targets, loss, outputs, epochs, more of data). Odd places choose the rule, all report.
def table(kind, name, targets, loss, outputs, epochs, **data):
    return {"kind": kind, "name": name, "targets": targets, "loss": loss, "outputs": outputs, "epochs": epochs, "data": data}


Z = {"normalize_targets": "standard"}
TABLES = [
    table("several classes", "digits", "digit", {"type": "categorical_cross_entropy"}, 10, 30),
    table("several classes", "wine", "cultivar", {"type": "categorical_cross_entropy"}, 3, 60),
    table("two classes", "rings", "y", {"type": "binary_cross_entropy"}, 1, 30),
    table("two classes", "breast_cancer", "diagnosis", {"type": "binary_cross_entropy"}, 1, 30),
    table("regression", "diabetes", "progression", {"type": "mse"}, 1, 40, **Z),
    table("regression", "friedman", "y", {"type": "mse"}, 1, 40, **Z),
    table("counts", "counts", "y", {"type": "poisson"}, 1, 40),
    table("counts", "visits", "y", {"type": "poisson"}, 1, 30),
    table("quantiles", "delays", "y", {"type": "quantile", "quantiles": [0.1, 0.5, 0.9]}, 3, 30),
    table("quantiles", "spread", "y", {"type": "quantile", "quantiles": [0.1, 0.5, 0.9]}, 3, 30),
    table("several labels", "labels", ["warm", "wet", "windy"], {"type": "binary_cross_entropy"}, 3, 40),
    table("several labels", "tags", [f"t{i}" for i in range(6)], {"type": "binary_cross_entropy"}, 6, 30),
    table("several classes", "clouds", "y", {"type": "categorical_cross_entropy"}, 8, 30),
    table("two classes", "rare", "y", {"type": "binary_cross_entropy"}, 1, 30),
    table("amounts", "growth", "y", {"type": "gamma"}, 1, 40),
    table("amounts", "claims", "y", {"type": "tweedie", "power": 1.5}, 1, 40),
    table("regression", "outliers", "y", {"type": "huber"}, 1, 40),
    table("regression", "heavy", "y", {"type": "mse"}, 1, 30, **Z),
    table("shares", "shares", ["left", "middle", "right"], {"type": "kl_divergence"}, 3, 40),
    table("counts", "events", "y", {"type": "poisson"}, 1, 30),
]
CHOOSING = {t["name"] for t in TABLES[::2]}


def perfect(folder, entry):
    """The loss of a perfect prediction: not 0 for `poisson`."""
    if entry["loss"]["type"] != "poisson":
        return 0.0
    with open(os.path.join(folder, entry["name"] + ".csv")) as file:
        y = np.array([float(row[entry["targets"]]) for row in csv.DictReader(file)])
    return float(np.mean(y - np.where(y > 0, y * np.log(np.maximum(y, 1)), 0)))


# Networks and rules -----------------------------------------------------------------------------------------------------------

ADAM = {"type": "adam"}
ARCHITECTURES = {
    "relu": ([64, 32], "relu", ADAM),
    "tanh": ([64, 32], "tanh", ADAM),
    "deep relu": ([64] * 8, "relu", ADAM),
    "deep tanh": ([64] * 8, "tanh", ADAM),
    "wide relu": ([1024, 128], "relu", ADAM),
    "wide tanh": ([1024, 128], "tanh", ADAM),
    "one layer relu": ([128], "relu", ADAM),
    "relu, sgd": ([64, 32], "relu", {"type": "sgd", "learning_rate": 0.01, "momentum": 0.9}),
    "gelu": ([64, 32], "gelu", ADAM),
    "sigmoid": ([64, 32], "sigmoid", ADAM),
    "elu": ([64, 32], "elu", ADAM),
}


def uniform(bound):
    return {"type": "uniform", "low": -bound, "high": bound} if bound > 0 else {"type": "zeros"}


def gain(activation):
    """He for rectifiers, 5/3 for tanh, 1 for the others."""
    return {"relu": math.sqrt(2), "gelu": math.sqrt(2), "tanh": 5 / 3, "elu": 1, "sigmoid": 1}[activation]


def fan(activation, inputs, units, last, depth):
    return 1 / math.sqrt(inputs)


def he(activation, inputs, units, last, depth):
    return (1 if last else gain(activation)) * math.sqrt(3 / inputs)


def glorot(activation, inputs, units, last, depth):
    return math.sqrt(6 / (inputs + units))


def scaled(rule, factor):
    return lambda *a: rule(*a) * factor


def last_layer(hidden, last_rule):
    return lambda a, i, u, last, d: (last_rule if last else hidden)(a, i, u, last, d)


def zero(*_):
    return 0.0


def before(activation, inputs, units, last, depth):
    if not last and activation in ("relu", "gelu"):
        return math.sqrt(6 / inputs)
    return math.sqrt(3 / inputs) if not last and activation == "elu" else glorot(activation, inputs, units, last, depth)


# name: (bound of weights, bound of biases)
RULES = {
    "default": None,
    "before": (before, zero),
    "pytorch": (fan, fan),
    "pytorch, no biases": (fan, zero),
    "pytorch, last 0": (last_layer(fan, zero), last_layer(fan, zero)),
    "pytorch, last/10": (last_layer(fan, scaled(fan, 0.1)), last_layer(fan, scaled(fan, 0.1))),
    "glorot": (glorot, zero),
    "glorot, biases": (glorot, fan),
    "he, last 0": (last_layer(he, zero), zero),
    "he, biases, last 0": (last_layer(he, zero), last_layer(fan, zero)),
    "he, biases, last pytorch": (last_layer(he, fan), fan),
    "lecun, biases": (scaled(fan, math.sqrt(3)), fan),
    "lecun, biases, last pytorch": (last_layer(scaled(fan, math.sqrt(3)), fan), fan),
    "lecun, biases, last 0": (last_layer(scaled(fan, math.sqrt(3)), zero), last_layer(fan, zero)),
    "lecun from 4, last pytorch": (
        lambda a, i, u, last, d: fan(a, i, u, last, d) * (math.sqrt(3) if d >= 4 and not last else 1), fan),
}


def inputs_of(folder, entry):
    with open(os.path.join(folder, entry["name"] + ".csv")) as file:
        columns = next(csv.reader(file))
    targets = entry["targets"] if isinstance(entry["targets"], list) else [entry["targets"]]
    return len(columns) - len(targets)


def config(folder, entry, architecture, rule, seed):
    widths, activation, optimizer = ARCHITECTURES[architecture]
    layers, inputs = [], inputs_of(folder, entry)
    for index, units in enumerate(widths + [entry["outputs"]]):
        last = index == len(widths)
        layer = {"type": "dense", "units": units}
        if not last:
            layer["activation"] = activation
        if RULES[rule]:
            weights, biases = (bound(activation, inputs, units, last, len(widths)) for bound in RULES[rule])
            layer["initializer"], layer["bias_initializer"] = uniform(weights), uniform(biases)
        layers.append(layer)
        inputs = units
    return {
        "name": "measure",
        "seed": seed,
        "data": {
            "train": {"format": "csv", "path": os.path.join(folder, entry["name"] + ".csv"), "targets": entry["targets"]},
            "test": {"fraction": 0.25},
            "normalize": "standard",
            **entry["data"],
        },
        "model": {"layers": layers},
        "loss": entry["loss"],
        "optimizer": optimizer,
        "training": {"epochs": entry["epochs"], "global_batch_size": 32},
        "parallel": {"threads_per_rank": 1},
        "output": {"directory": "run"},
    }


# Running ----------------------------------------------------------------------------------------------------------------------


def train(job):
    program, folder, entry, architecture, rule, seed = job
    with tempfile.TemporaryDirectory() as space:
        path = os.path.join(space, "config.json")
        with open(path, "w") as file:
            json.dump(config(folder, entry, architecture, rule, seed), file)
        run = os.path.join(space, "run")
        done = subprocess.run([program, path, "--quiet", "--output", run], capture_output=True, text=True)
        if done.returncode == 76:
            return math.inf
        if done.returncode != 0:
            raise RuntimeError(f"{architecture}, {entry['name']}, {rule}: exit code {done.returncode}, {done.stderr}")
        with open(os.path.join(run, "summary.json")) as file:
            return json.load(file)["metrics"]["test"]["loss"]


def run(options):
    folder = tempfile.mkdtemp()
    make_tables(folder)
    for entry in TABLES:
        source = os.path.join(BUNDLED, entry["name"] + ".csv")
        if os.path.exists(source):
            shutil.copy(source, folder)
    tables = [t for t in TABLES if not options.tables or t["name"] in options.tables]
    if options.part == "choose":
        tables = [t for t in tables if t["name"] in CHOOSING]
    results = {}
    if os.path.exists(options.output):
        with open(options.output) as file:
            results = json.load(file)
    jobs, keys = [], []
    for architecture in options.architectures:
        for entry in tables:
            for rule in options.rules:
                key = f"{architecture}|{entry['name']}|{rule}"
                if len(results.get(key, {}).get("losses", [])) < options.seeds:
                    jobs += [(options.program, folder, entry, architecture, rule, seed) for seed in range(options.seeds)]
                    keys.append((key, perfect(folder, entry)))
    with concurrent.futures.ThreadPoolExecutor(options.processes) as pool:
        losses = pool.map(train, jobs)
        for key, offset in keys:
            results[key] = {"perfect": offset, "losses": [next(losses) for _ in range(options.seeds)]}
            with open(options.output, "w") as file:
                json.dump(results, file)
    shutil.rmtree(folder)


# Reporting --------------------------------------------------------------------------------------------------------------------


def compare(results, architecture, name, rule, base="pytorch"):
    """Mean losses, paired difference ± its standard error, both also relative, or nothing."""
    a, b = results.get(f"{architecture}|{name}|{rule}"), results.get(f"{architecture}|{name}|{base}")
    if not a or not b:
        return None
    x, y, offset = np.array(a["losses"]), np.array(b["losses"]), a["perfect"]
    with np.errstate(invalid="ignore"):
        difference, error = (x - y).mean(), (x - y).std(ddof=1) / math.sqrt(len(x))
    scale = y.mean() - offset
    return {
        "loss": x.mean(), "base": y.mean(), "difference": difference, "error": error,
        "relative": difference / scale, "ratio": (x.mean() - offset) / scale,
        "fails": not (difference <= 2 * error or error == difference == 0) or not difference <= 0.02 * scale,
    }


def report(options):
    with open(options.results) as file:
        results = json.load(file)
    rules = options.rules or sorted({key.split("|")[2] for key in results} - {"pytorch"})
    architectures = [a for a in ARCHITECTURES if any(key.startswith(a + "|") for key in results)]
    names = [t["name"] for t in TABLES]
    print("Geometric mean of loss relative to PyTorch's ranges (tables that are worse by more than 2 standard errors or 2 %):\n")
    print("| rule | " + " | ".join(architectures) + " |")
    print("|---|" + "---|" * len(architectures))
    for rule in rules:
        cells = []
        for architecture in architectures:
            found = [c for c in (compare(results, architecture, n, rule) for n in names) if c]
            if not found:
                cells.append("")
                continue
            mean = math.exp(np.mean([math.log(c["ratio"]) for c in found]))
            cells.append(f"{mean:.3f} ({sum(c['fails'] for c in found)} of {len(found)})")
        print(f"| {rule} | " + " | ".join(cells) + " |")
    if not options.details:
        return
    for architecture in architectures:
        print(f"\n### {architecture}\n")
        print("| table | PyTorch's | " + " | ".join(f"{r} | difference ± error" for r in rules) + " |")
        print("|---|---|" + "---|---|" * len(rules))
        for name in names:
            cells = [compare(results, architecture, name, rule) for rule in rules]
            if not any(cells):
                continue
            base = next(c for c in cells if c)["base"]
            print(f"| {name} | {base:.4g} | " + " | ".join(
                f"{c['loss']:.4g} | {c['difference']:+.4f} ± {c['error']:.4f} ({c['relative']:+.1%}){' !' if c['fails'] else ''}"
                if c else " | " for c in cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("run")
    command.add_argument("--program", default=os.path.join(ROOT, ".build", "release", "ptrain"))
    command.add_argument("--part", choices=["choose", "all"], default="all")
    command.add_argument("--rules", nargs="+", default=["default", "before", "pytorch"], choices=list(RULES))
    command.add_argument("--architectures", nargs="+", default=list(ARCHITECTURES)[:6], choices=list(ARCHITECTURES))
    command.add_argument("--tables", nargs="+", default=[])
    command.add_argument("--seeds", type=int, default=10)
    command.add_argument("--processes", type=int, default=2)
    command.add_argument("--output", required=True)
    command = commands.add_parser("report")
    command.add_argument("results")
    command.add_argument("--rules", nargs="+")
    command.add_argument("--details", action="store_true")
    options = parser.parse_args()
    (run if options.command == "run" else report)(options)


if __name__ == "__main__":
    main()
