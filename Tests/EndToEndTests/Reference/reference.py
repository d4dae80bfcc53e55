"""Follows a run in float64: same initial weights, same batches, the loss of every step.

    reference.py DATA.csv TARGET INITIAL.safetensors RUN_DIRECTORY

Prints the greatest relative difference between the run's losses and these. Dense layers, SGD.
"""

import csv
import json
import sys

import numpy as np
from safetensors.numpy import load_file

data, target, initial, run = sys.argv[1:5]
config = json.load(open(f"{run}/config.json"))
rows = list(csv.DictReader(open(data)))
features = [name for name in rows[0] if name != target]
x = np.array([[float(row[name]) for name in features] for row in rows]).astype(np.float32).astype(np.float64)
scale = config["data"]["normalize"]["scale"]
x = (x * scale).astype(np.float32).astype(np.float64)
classes = config["loss"]["type"] == "categorical_cross_entropy"
y = np.array([float(row[target]) for row in rows])
layers = config["model"]["layers"]
tensors = {name: value.astype(np.float64) for name, value in load_file(initial).items()}
velocity = {name: np.zeros_like(value) for name, value in tensors.items()}
optimizer, size = config["optimizer"], config["training"]["global_batch_size"]

activate = {
    "identity": (lambda v: v, lambda v, a: 1.0),
    "relu": (lambda v: np.maximum(v, 0), lambda v, a: v > 0),
    "tanh": (np.tanh, lambda v, a: 1 - a * a),
}


def kind(layer):
    activation = layer["activation"]
    return activation if isinstance(activation, str) else activation["type"]


def step(x, y):
    inputs, before = [x], []
    for index, layer in enumerate(layers):
        v = inputs[-1] @ tensors[f"layers.{index}.weight"].T + tensors[f"layers.{index}.bias"]
        before.append(v)
        inputs.append(activate[kind(layer)][0](v))
    output, n = inputs[-1], len(x)
    if classes:
        picked = y.astype(int)
        peak = output.max(axis=1, keepdims=True)
        log_sum = peak + np.log(np.exp(output - peak).sum(axis=1, keepdims=True))
        loss = (log_sum[:, 0] - output[np.arange(n), picked]).mean()
        d = np.exp(output - log_sum)
        d[np.arange(n), picked] -= 1
    else:
        loss = ((output[:, 0] - y) ** 2).mean()
        d = 2 * (output - y[:, None])
    d /= n
    for index in reversed(range(len(layers))):
        d = d * activate[kind(layers[index])][1](before[index], inputs[index + 1])
        gradients = {"weight": d.T @ inputs[index], "bias": d.sum(axis=0)}
        d = d @ tensors[f"layers.{index}.weight"]
        for part, g in gradients.items():
            name = f"layers.{index}.{part}"
            g = g + optimizer["weight_decay"] * tensors[name]
            velocity[name] = optimizer["momentum"] * velocity[name] + g
            g = g + optimizer["momentum"] * velocity[name] if optimizer["nesterov"] else velocity[name]
            tensors[name] = tensors[name] - optimizer["learning_rate"] * g
    return loss


logged = [json.loads(line) for line in open(f"{run}/metrics.jsonl")]
logged = [entry["loss"] for entry in logged if entry["split"] == "train"]
per_epoch = (len(x) + size - 1) // size
worst = 0.0
for index, found in enumerate(logged):
    start = index % per_epoch * size
    expected = step(x[start : start + size], y[start : start + size])
    worst = max(worst, abs(found - expected) / abs(expected))
assert len(logged) >= 20, len(logged)
print(worst)
