"""Values and gradients of expressions from PyTorch's autograd in float64, kinks included. Writes expression.json.

    python3 expression.py > expression.json
"""
import json
import pathlib
import sys

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

torch.set_default_dtype(torch.float64)


def tensor(x):
    return torch.as_tensor(x, dtype=torch.float64)


NAMES = {
    "abs": torch.abs, "sign": torch.sign, "relu": torch.relu, "square": torch.square, "sqrt": torch.sqrt,
    "exp": torch.exp, "expm1": torch.expm1, "log": torch.log, "log1p": torch.log1p, "log2": torch.log2,
    "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": torch.nn.functional.softplus, "erf": torch.erf,
    "log10": torch.log10, "pow": torch.pow,
    "min": lambda a, b: torch.minimum(tensor(a), tensor(b)), "max": lambda a, b: torch.maximum(tensor(a), tensor(b)),
    "clamp": lambda x, low, high: torch.clamp(tensor(x), tensor(low), tensor(high)),
    "where": lambda c, a, b: torch.where(c, tensor(a), tensor(b)),
}
EXPRESSIONS = [
    "(p - y)^2", "abs(p - y)", "abs(p - y)^3", "sign(p - y)*p", "relu(p - y)", "relu(-p)*y", "max(p, y)", "min(p, y)^2",
    "max(0, 1 - p*y)", "max(0, 1 - p*y)^2", "max(0.75*(y - p), -0.25*(y - p))", "clamp(p, -1, 1)", "clamp(p, y, 1)",
    "clamp(y, p, 3)", "clamp(p, 1, -1)", "where(y > p, 3*(y - p), y - p)^2", "where(p >= 0, p^2, -p)",
    "where(abs(p - y) <= 1, 0.5*(p - y)^2, abs(p - y) - 0.5)", "softplus(p) - y*p", "exp(p) - y*p", "expm1(p)*y",
    "log1p((p - y)^2)", "log(1 + exp(-p*y))", "log2(2 + p^2) - log10(3 + y*p + p^2)", "sqrt(1 + (p - y)^2)",
    "tanh(p)*y + tanh(p - y)^2", "sigmoid(p)*(1 - sigmoid(p))", "erf(p - y)", "p^3 - p^2", "(2 + p^2)^y", "pow(square(p) + 1, 1.3)",
    "2^p", "1/(1 + p^2)", "(p - y)/(3 + p*p)", "(3 + p)^-2", "p^2^2", "(1 - sigmoid(p))^2*softplus(-p)",
    "p^y", "square(p)^(p + 3)",
]
POINTS = [(p, y) for p in (-2.5, -1.0, -0.5, 0.0, 0.375, 1.0, 2.0) for y in (-1.0, 0.0, 0.375, 1.0, 2.0)]

cases = []
for text in EXPRESSIONS:
    rows = []
    for p, y in POINTS:
        x, t = torch.tensor(p, requires_grad=True), torch.tensor(y)
        value = eval(text.replace("^", "**"), {**NAMES, "p": x, "y": t})
        (slope,) = torch.autograd.grad(value, x)
        if torch.isfinite(value) and torch.isfinite(slope):
            rows.append([p, y, value.item(), slope.item()])
    cases.append({"expression": text, "rows": rows})
write({"torch": torch.__version__, "columns": ["p", "y", "value", "slope"], "cases": cases})
