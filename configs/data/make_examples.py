"""Makes the example tables whose truth is known: outliers, growth, counts, claims, spread, shares, labels, directions.

    python3 configs/data/make_examples.py configs/data

Needs NumPy 2; every table comes from its own seed.
"""

import csv
import sys

import numpy as np

folder = sys.argv[1]


def write(name, columns, rows):
    with open(f"{folder}/{name}.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([[f"{v:.6g}" for v in row] for row in rows])


def table(seed, count, features=4):
    rng = np.random.default_rng(seed)
    return rng, rng.uniform(-1, 1, (count, features)).round(4)


def smooth(x):
    return 2 * x[:, 0] + np.sin(3 * x[:, 1]) + x[:, 2] * x[:, 3]


X = ["a", "b", "c", "d"]
# 10 % of the training targets are far off, mostly above; the test targets are clean.
rng, x = table(1, 500)
y = smooth(x) + rng.normal(0, 0.2, 500)
bad = rng.permutation(500)[:50]
y[bad] += rng.normal(8, 6, 50)
write("outliers", X + ["y"], np.column_stack([x, y]))
rng, x = table(2, 300)
write("outliers_test", X + ["y"], np.column_stack([x, smooth(x) + rng.normal(0, 0.2, 300)]))
# Targets over four powers of ten, errors in proportion.
rng, x = table(3, 800)
write("growth", X + ["y"], np.column_stack([x, np.exp(1 + 1.2 * smooth(x)) * np.exp(rng.normal(0, 0.2, 800))]))
# Counts.
rng, x = table(4, 800)
write("counts", X + ["y"], np.column_stack([x, rng.poisson(np.exp(0.5 + 0.7 * smooth(x)))]))
# Claims: mostly none, else gamma-distributed amounts.
rng, x = table(5, 1200)
mean = np.exp(0.8 * smooth(x))
number = rng.poisson(0.7 * mean)
write("claims", X + ["y"], np.column_stack([x, [rng.gamma(2, 0.7, k).sum() if k else 0 for k in number]]))
# Noise that grows from left to right.
rng, x = table(6, 2400)
write("spread", X + ["y"], np.column_stack([x, smooth(x) + rng.normal(0, 1, 2400) * np.exp(x[:, 0] - 0.5)]))
# Shares of three parts.
rng, x = table(7, 600)
z = np.column_stack([smooth(x), 1.5 * x[:, 1], -smooth(x)])
share = np.exp(z) / np.exp(z).sum(1, keepdims=True)
share = np.array([rng.dirichlet(30 * s + 0.05) for s in share]).round(4)
share[:, 2] = (1 - share[:, 0] - share[:, 1]).round(4)
write("shares", X + ["left", "middle", "right"], np.column_stack([x, share]))
# Three labels that may hold together.
rng, x = table(8, 800)
z = np.column_stack([3 * smooth(x), 4 * x[:, 1] + 2 * x[:, 0], 5 * x[:, 2] * x[:, 3] - 1])
write("labels", X + ["warm", "wet", "windy"], np.column_stack([x, rng.uniform(size=z.shape) < 1 / (1 + np.exp(-z))]))
# Directions in space, of no particular length.
rng, x = table(9, 600)
v = np.column_stack([np.cos(3 * x[:, 0]), np.sin(3 * x[:, 0]), x[:, 1]]) + rng.normal(0, 0.1, (600, 3))
write("directions", X + ["east", "north", "up"], np.column_stack([x, v * rng.uniform(0.1, 5, (600, 1))]))
