"""Targets that are standardized, or whose logarithms are, by NumPy in float64.

    python3 Tests/DatasetsTests/Golden/targets.py > Tests/DatasetsTests/Golden/targets.json

Made with NumPy 2.2.6. Means and deviations are those of `train` alone; `expected` are all of `train`, then `later`. A constant column becomes 0.
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

rng = np.random.default_rng(1983)
ROWS = 60


def short(values):
    return [float(f"{x:.6g}") for x in values]


COLUMNS = {
    "prices": (short(rng.lognormal(7, 1.5, ROWS)), [0.01, 1, 950.5, 3e6]),
    "counts": (short(rng.negative_binomial(1, 0.05, ROWS)), [0, 1, 17, 4000]),
    "large": (short(10 ** rng.uniform(20, 37, ROWS)), [1e-30, 1, 3e38]),
    "tiny": (short(10 ** rng.uniform(-35, -30, ROWS)), [1e-37, 2e-31, 5]),
    "above -1": (short(rng.uniform(-0.999, 2, ROWS)), [-0.9999, 0, 1e-9, 30]),
    "one": ([7.25] * ROWS, [7.25, 8, 0.5]),
    "far": (short(np.round(1e5 + rng.normal(0, 3, ROWS))), [1e5, 99990]),
}
FUNCTIONS = {"none": None, "standard": lambda x: x, "log": np.log, "log1p": np.log1p}

cases = []
for name, (train, later) in COLUMNS.items():
    train, later = np.array(train), np.array(later, dtype=np.float64)
    for transform, function in FUNCTIONS.items():
        bound = {"log": 0, "log1p": -1}.get(transform, -np.inf)
        if min(train.min(), later.min()) <= bound:
            continue
        if transform == "log1p" and name == "tiny":  # all are one number beside 1
            continue
        values = np.concatenate([train, later])
        if function is not None:
            taken = function(train)
            constant = train.min() == train.max()
            shift, scale = (taken[0], 1.0) if constant else (taken.mean(), taken.std())
            values = (function(values) - shift) / scale
        cases.append({"column": name, "transform": transform, "expected": values.tolist()})

write({"columns": {n: {"train": a, "later": [float(x) for x in b]} for n, (a, b) in COLUMNS.items()}, "cases": cases})
