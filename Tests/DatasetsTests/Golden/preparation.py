"""Features that are filled and transformed, by scikit-learn's pipelines in float64 (NumPy where it has none).

    python3 Tests/DatasetsTests/Golden/preparation.py > Tests/DatasetsTests/Golden/preparation.json

Made with scikit-learn 1.9.1 and NumPy 2.4.6: SimpleImputer, then StandardScaler, the logarithm and StandardScaler,
QuantileTransformer(output_distribution="normal"), or in NumPy the range, and the robust scaling and smooth clip of RealMLP (arXiv 2407.04491).
A null is a missing value. Two things are not scikit-learn's: a constant column becomes 0 under ranks and robust scaling, and in columns whose numbers
are within 1e-7 of each other ranks are told apart (scikit-learn takes all of them for the smallest).
"""

import pathlib
import sys

import numpy as np
import sklearn
from scipy.stats import norm
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import QuantileTransformer, StandardScaler

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

rng = np.random.default_rng(18)
ROWS, SHOWN = 1100, 25


def holes(values, share):
    values = np.array(values, dtype=np.float64)
    values[rng.uniform(size=len(values)) < share] = np.nan
    return values


def column(values, later):
    # Numbers of few digits: the file stays small, and float32 holds hardly any.
    return np.array([float(f"{x:.6g}") for x in values]), np.array([np.nan, *later], dtype=np.float64)


def far(n):
    return np.round(1e9 + rng.normal(0, 3, n), 3)


COLUMNS = {
    "normal": column(holes(rng.normal(2, 3, ROWS), 0.1), [-7.5, 0.25, 2.125, 9, 400]),
    "skewed": column(holes(rng.lognormal(1, 2, ROWS), 0.2), [0.001, 0.5, 3, 70, 1e6]),
    "whole": column(rng.normal(2, 3, ROWS), [-7.5, 0.25, 2.125, 9, 400]),
    "counts": column(holes(rng.poisson(1.5, ROWS), 0.15), [0, 1, 2, 7, 30]),
    "mostly one": column(holes(np.where(rng.uniform(size=ROWS) < 0.1, rng.uniform(1, 9, ROWS), 4), 0.1), [1, 4, 5.5, 20]),
    "two": column(holes(np.where(rng.uniform(size=ROWS) < 0.5, 1, 3), 0.3), [1, 2, 3, 8]),
    "one": column(holes(np.full(ROWS, 7.25), 0.5), [7.25, 8, 0.5]),
    "one there": column([np.nan] * 40 + [0.75] + [np.nan] * (ROWS - 41), [0.75, 1]),
    "large": column(holes(rng.normal(0, 1e30, ROWS), 0.1), [-3e38, 0, 3e37]),
    "tiny": column(holes(rng.uniform(1e-30, 9e-30, ROWS), 0.1), [1e-30, 5e-30, 2e-29]),
    "above -1": column(holes(rng.uniform(-0.99, 3, ROWS), 0.1), [-0.5, 0.0, 12]),
}
COLUMNS["far"] = (holes(far(ROWS), 0.1), np.array([np.nan, 1e9 - 10.125, 1e9, 1e9 + 7.5]))
POLICIES = {"mean": "mean", "median": "median", "most_frequent": "most_frequent", "zero": "constant"}
TRANSFORMS = ["none", "standard", "minmax", "robust", "log", "log1p", "quantile", {"scale": 0.375}]


def robust(train, values):
    low, median, high = np.quantile(train, [0.25, 0.5, 0.75])
    if train.min() == train.max():
        return np.zeros_like(values) if (values == train[0]).all() else clip(values - train[0])
    width = high - low if high > low else (train.max() - train.min()) / 2
    return clip((values - median) / width)


def clip(z):
    return z / np.sqrt(1 + (z / 3) ** 2)


def ranks(train, values):
    if train.min() == train.max():
        return np.zeros_like(values)
    if train.max() - train.min() > 1e-3:
        made = QuantileTransformer(n_quantiles=min(1000, len(train)), output_distribution="normal", subsample=None)
        return made.fit(train[:, None]).transform(values[:, None])[:, 0]
    references = np.linspace(0, 1, min(1000, len(train)))
    knots = np.quantile(train, references)
    up = np.interp(values, knots, references)
    down = np.interp(-values, -knots[::-1], -references[::-1])
    rank = np.where(values <= knots[0], 0, np.where(values >= knots[-1], 1, (up - down) / 2))
    return norm.ppf(np.clip(rank, 1e-7, 1 - 1e-7))


def transform(method, train, values):
    if isinstance(method, dict):
        return values * method["scale"]
    if method == "none":
        return values
    if method == "robust":
        return robust(train, values)
    if method == "quantile":
        return ranks(train, values)
    if method == "minmax":
        return (values - train.min()) / (np.ptp(train) or 1)
    function = {"log": np.log, "log1p": np.log1p}.get(method, lambda x: x)
    scaler = StandardScaler().fit(function(train)[:, None])
    return scaler.transform(function(values)[:, None])[:, 0]


def listed(values):
    return [None if np.isnan(x) else float(x) for x in values]


cases = []
for policy, strategy in POLICIES.items():
    for method in TRANSFORMS:
        expected = {}
        for name, (train, later) in COLUMNS.items():
            imputer = SimpleImputer(strategy=strategy, fill_value=0.0 if strategy == "constant" else None).fit(train[:, None])
            filled, values = (imputer.transform(x[:, None])[:, 0] for x in (train, later))
            bound = {"log": 0, "log1p": -1}.get(method if isinstance(method, str) else "", -np.inf)
            # Logarithms of far numbers differ by less than their rounding.
            if min(filled.min(), values.min()) <= bound or name == "far" and bound > -np.inf:
                continue
            expected[name] = listed(transform(method, filled, np.concatenate([filled[:SHOWN], values])))
        if expected:
            cases.append({"policy": policy, "transform": method, "expected": expected})

write({
    "made_by": f"preparation.py with scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    "shown": SHOWN, "columns": {k: {"train": listed(t), "later": listed(l)} for k, (t, l) in COLUMNS.items()},
    "cases": cases,
})
