"""Trajectories of every optimizer in float64, by PyTorch where it has the optimizer, from the papers' updates where not.

    python optimizers.py OptimizerRegistry-examples.json > optimizers.json

LARS and LAMB run twice: the 21 elements as a matrix, whose norms scale the step, and as a vector, whose norms do not.

The problem: sum a (w - c)^2 / 2 over 21 elements far from c, so that no decision about a sign is near zero.
"""

import json
import math
import pathlib
import sys

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

slope = [0.5 + (i % 5) / 4 for i in range(21)]
start = [i / 7 - 1.25 for i in range(21)]
centre = [s + (2 + (i % 4) / 2) * (1 if i % 2 else -1) for i, s in enumerate(start)]
kept = [1, 2, 10, 50, 100]


def torch_run(kind, o):
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    lr, wd = o["learning_rate"], o.get("weight_decay", 0)
    betas = (o.get("beta1", 0.9), o.get("beta2", 0.999))
    make = {
        "sgd": lambda: torch.optim.SGD([w], lr, momentum=o.get("momentum", 0), nesterov=o.get("nesterov", False), weight_decay=wd),
        "adam": lambda: torch.optim.Adam([w], lr, betas, weight_decay=wd),
        "adamw": lambda: torch.optim.AdamW([w], lr, betas, weight_decay=o.get("weight_decay", 0.01)),
        "amsgrad": lambda: torch.optim.Adam([w], lr, betas, weight_decay=wd, amsgrad=True),
        "adagrad": lambda: torch.optim.Adagrad([w], lr, lr_decay=o.get("learning_rate_decay", 0), weight_decay=wd, initial_accumulator_value=o.get("initial_accumulator", 0)),
        "adadelta": lambda: torch.optim.Adadelta([w], lr, rho=o.get("decay", 0.9), weight_decay=wd),
        "rmsprop": lambda: torch.optim.RMSprop([w], lr, alpha=o.get("decay", 0.99), weight_decay=wd, momentum=o.get("momentum", 0), centered=o.get("centered", False)),
        "nadam": lambda: torch.optim.NAdam([w], lr, betas, weight_decay=wd, momentum_decay=o.get("momentum_decay", 0.004)),
        "radam": lambda: torch.optim.RAdam([w], lr, betas, weight_decay=wd),
        "adamax": lambda: torch.optim.Adamax([w], lr, betas, weight_decay=wd),
    }[kind]()
    a, c = torch.tensor(slope, dtype=torch.float64), torch.tensor(centre, dtype=torch.float64)
    path = []
    for step in range(1, 101):
        make.zero_grad()
        w.grad = (a * (w - c)).detach()
        make.step()
        if step in kept:
            path.append(w.detach().tolist())
    return path


def numpy_run(kind, o, vector=False):
    w, a, c = (np.array(v, dtype=np.float64) for v in (start, slope, centre))
    m, v, path = np.zeros(21), np.zeros(21), []
    lr, wd = o["learning_rate"], o.get("weight_decay", 0)
    for step in range(1, 101):
        g = a * (w - c)
        if kind == "lion":
            b1, b2 = o.get("beta1", 0.9), o.get("beta2", 0.99)
            w = w * (1 - lr * wd) - lr * np.sign(b1 * m + (1 - b1) * g)
            m = b2 * m + (1 - b2) * g
        elif kind == "lars":
            norm_w, norm_g = np.linalg.norm(w), np.linalg.norm(g)
            rate = lr * o.get("trust", 0.001) * (1 if vector else norm_w / (norm_g + wd * norm_w + 1e-8))
            m = o.get("momentum", 0.9) * m + rate * (g + wd * w)
            w = w - m
        elif kind == "lamb":
            b1, b2 = o.get("beta1", 0.9), o.get("beta2", 0.999)
            m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
            r = (m / (1 - b1**step)) / (np.sqrt(v / (1 - b2**step)) + 1e-6) + wd * w
            w = w - lr * (1 if vector else np.linalg.norm(w) / np.linalg.norm(r)) * r
        if step in kept:
            path.append(w.tolist())
    return path


cases = json.load(open(sys.argv[1]))
runs = [
    {**case, "path": (numpy_run if case["kind"] in ("lion", "lars", "lamb") else torch_run)(case["kind"], json.loads(case["sample"]))}
    for case in cases
]
runs += [
    {**case, "is_vector": True, "path": numpy_run(case["kind"], json.loads(case["sample"]), vector=True)}
    for case in cases
    if case["kind"] in ("lars", "lamb")
]
write({
    "made_by": f"optimizers.py with torch {torch.__version__}, numpy {np.__version__}",
    "slope": slope, "start": start, "centre": centre, "steps": kept, "runs": runs,
})
