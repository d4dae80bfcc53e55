"""Values of losses where they are large beside the differences that matter, with 50 digits of mpmath.

    python large.py > large.json

Inputs are float32 numbers. Each case: config, outputs and targets of rows, losses, and for each row the size of the terms that make
its loss, which its rounding error in double is measured by.
"""

import json
import pathlib
import sys

import numpy as np
from mpmath import mp, mpf

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

mp.dps = 50
rng = np.random.default_rng(11)
single = lambda x: float(np.float32(x))
cases = []


def add(config, rows, value, terms, classes=0):
    rows = [([single(x) for x in p], [single(x) for x in y]) for p, y in rows]
    exact = [([mpf(x) for x in p], [mpf(x) for x in y]) for p, y in rows]
    cases.append({
        "config": config, "classes": classes, "outputs": [p for p, _ in rows], "targets": [y for _, y in rows],
        "losses": [float(value(p, y)) for p, y in exact], "scales": [float(abs(terms(p, y))) for p, y in exact],
    })


counts = [1e6, 1000503.25, 16777217, 1e8, 123456789, 1, 3e-7, 4e12]
near = [([np.log(y) + e], [y]) for y in counts for e in (0, 1e-6, -1e-3, 0.05, 0.2, -2, 5)]
far = [([p], [y]) for p in (-80, -3, 0, 30, 80) for y in (1e-3, 1, 1e8)]
exp, log = mp.exp, mp.log
one = lambda f: (lambda p, y: f(p[0], y[0]))
add('{"type": "poisson"}', near + far, one(lambda p, y: exp(p) - y * p), one(lambda p, y: exp(p) + abs(y * p)))
add('{"type": "gamma"}', near + far, one(lambda p, y: 2 * (y * exp(-p) - 1 - log(y) + p)),
    # The error of log y - p, times the slope by it.
    one(lambda p, y: 2 * (abs(y * exp(-p) - 1 - log(y) + p) + (abs(log(y)) + abs(p)) * abs(y * exp(-p) - 1))))
for power in (1.25, 1.5, 1.75):
    low, high = 1 - mpf(power), 2 - mpf(power)
    deviance = lambda p, y: 2 * ((y**high / (low * high) if y > 0 else 0) - y * exp(low * p) / low + exp(high * p) / high)
    slope = lambda p, y: 2 * abs(exp(high * p) - y * exp(low * p))
    add(json.dumps({"type": "tweedie", "power": power}), near + far + [([p], [0]) for p in (-5, 0, 18.4)], one(deviance),
        one(lambda p, y: abs(deviance(p, y)) + slope(p, y) * (1 + abs(p) + abs(log(y) if y > 0 else 0))
            + (0 if y == 0 or abs(log(y) - p) < 0.125 else y**high / abs(low * high) + exp(high * p) / high)))
values = [([x + d], [x]) for x in (0, 1, 1e4, 1e6, 1e8, -3e9) for d in (0, 1e-3, 0.7, -300.5, 1e5)] + [([3.3e38], [-3.3e38])]
size = one(lambda p, y: abs(p - y))
add('{"type": "mse"}', values, one(lambda p, y: (p - y) ** 2), one(lambda p, y: (p - y) ** 2))
add('{"type": "mae"}', values, size, size)
add('{"type": "huber", "delta": 2}', values, one(lambda p, y: (p - y) ** 2 / 2 if abs(p - y) <= 2 else 2 * (abs(p - y) - 1)), size)
add('{"type": "smooth_l1", "beta": 0.5}', values, one(lambda p, y: (p - y) ** 2 if abs(p - y) < 0.5 else abs(p - y) - 0.25), size)
add('{"type": "quantile", "quantiles": [0.75]}', values, one(lambda p, y: max(0.75 * (y - p), (y - p) * -0.25)), size)
add('{"type": "log_cosh"}', values[:-1] + [([0.01], [0]), ([0.03], [0]), ([0.04], [0])],
    one(lambda p, y: abs(p - y) + log((1 + exp(-2 * abs(p - y))) / 2)), one(lambda p, y: abs(p - y) + 1))
positive = [([p], [y]) for p, y in ((1e8, 1e8 + 8), (3e38, 1), (0.5, 2e8), (-0.4, 5), (1e-6, 2e-6))]
add('{"type": "msle"}', positive, one(lambda p, y: (log(1 + p) - log(1 + y)) ** 2),
    one(lambda p, y: (log(1 + p) + log(1 + y)) * abs(log(1 + p) - log(1 + y)) + 1e-14))
add('{"type": "gaussian_nll"}', [([1e8 + e, s], [1e8]) for e in (0, 8, 1e4) for s in (-10, 0, 20)],
    lambda p, y: (p[1] + (y[0] - p[0]) ** 2 * exp(-p[1])) / 2, lambda p, y: abs(p[1]) + (y[0] - p[0]) ** 2 * exp(-p[1]))
add('{"type": "binary_cross_entropy", "positive_weight": 2}', [([p], [y]) for p in (-1e6, -20, 0.3, 17, 3e8) for y in (0, 0.25, 1)],
    one(lambda p, y: (1 - y) * log(1 + exp(p)) + 2 * y * log(1 + exp(-p))), one(lambda p, y: abs(p) + 1))
add('{"type": "squared_hinge"}', [([p], [y]) for p in (-1e8, 0.3, 4096.5) for y in (-1, 1)],
    one(lambda p, y: max(0, 1 - y * p) ** 2), one(lambda p, y: (1 + abs(p)) ** 2))
formulas = [
    ("exp(p) - y*p", near, lambda p, y: exp(p) - y * p, lambda p, y: exp(p) + abs(y * p)),
    ("where(y > p, 3*(y-p), y-p)^2", values, lambda p, y: (3 * (y - p) if y > p else y - p) ** 2, lambda p, y: 9 * (y - p) ** 2),
    ("log1p(exp(-abs(p))) + max(p, 0) - y*p", [([p], [y]) for p in (-1e6, 0.5, 3e8) for y in (0, 1)],
     lambda p, y: log(1 + exp(p)) - y * p, lambda p, y: 3 * abs(p) + 1),
    ("tanh(p) + erf(p/2) + sigmoid(p) + softplus(p) + expm1(p/4) + abs(p)^1.5", [([p], [0]) for p in (-9, -0.3, 1e-5, 0.2, 1, 7)],
     lambda p, y: mp.tanh(p) + mp.erf(p / 2) + 1 / (1 + exp(-p)) + log(1 + exp(p)) + mp.expm1(p / 4) + abs(p) ** 1.5,
     lambda p, y: 5 + abs(p) ** 2 + exp(p / 4)),
    ("sqrt(y)*log(y) + y^0.5 + y^-2 + min(p, y) - clamp(p, 0, 1) + square(p)", [([1e4], [1e8]), ([-2], [0.5]), ([0.25], [3])],
     lambda p, y: mp.sqrt(y) * log(y) + mp.sqrt(y) + y**-2 + min(p, y) - min(max(p, 0), 1) + p**2,
     lambda p, y: abs(mp.sqrt(y) * log(y)) + mp.sqrt(y) + y**-2 + abs(p) + abs(y) + p**2),
]
for text, rows, value, terms in formulas:
    add(json.dumps({"type": "expression", "per_sample": text}), rows, one(value), one(terms))
write({"cases": cases})
