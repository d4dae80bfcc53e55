"""Reads a model with the safetensors package: prints its SHA-256 as Commands.md of the documentation defines it, then names and shapes."""

import hashlib
import sys

from safetensors import safe_open

with safe_open(sys.argv[1], framework="numpy") as model:
    names = list(model.keys())
    assert model.metadata()["format"] == "ptrain-1"
    order = {"weight": 0, "bias": 1}
    names.sort(key=lambda name: (int(name.split(".")[1]), order.get(name.split(".")[2], 2)))
    digest = hashlib.sha256()
    for name in names:
        digest.update(model.get_tensor(name).astype("<f4").tobytes())
    print(digest.hexdigest())
    for name in names:
        print(name, list(model.get_tensor(name).shape))
