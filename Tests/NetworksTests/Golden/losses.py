"""Values and gradients of every loss in float64: PyTorch's functions where they exist, the defining formulas with autograd where not.

    python losses.py > losses.json

Inputs are float32 numbers. Each case: config, outputs of each row, classes or target values, losses and gradients of rows.
"""

import pathlib
import sys

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

rng = np.random.default_rng(7)
D = torch.float64


def rows(width, count=6, scale=2.0, extremes=True):
    values = rng.normal(0, scale, (count, width)).astype(np.float32)
    if extremes:
        special = [np.zeros(width), np.full(width, 1e4), np.full(width, -1e4), np.where(np.arange(width) % 2, -1e4, 1e4), np.full(width, 1e-30), np.full(width, 30.0)]
        values = np.vstack([values, np.array(special, dtype=np.float32)])
    return values


cases = []


def add(config, p, function, y=None, classes=None, count=0):
    z = torch.tensor(p.astype(np.float64), dtype=D, requires_grad=True)
    if classes is None:
        t = torch.tensor(y.astype(np.float64), dtype=D)
    else:
        t = torch.tensor(classes)
    losses = function(z, t)
    losses.sum().backward()
    keep = torch.isfinite(losses) & (losses.abs() < 3e38) & torch.isfinite(z.grad).all(1) & (z.grad.abs() < 3e38).all(1)
    pick = lambda a: np.asarray(a)[keep.numpy()].tolist()
    cases.append({
        "config": config, "classes": count, "outputs": pick(p.astype(np.float64)),
        "targets": None if y is None else pick(y.astype(np.float64)), "labels": None if classes is None else pick(classes),
        "losses": losses.detach()[keep].tolist(), "gradients": z.grad[keep].tolist(),
    })


def mean(f):
    return lambda z, t: f(z, t).mean(1)


def total(f):
    return lambda z, t: f(z, t).sum(1)


none = {"reduction": "none"}
for width in (1, 3, 20):
    p = rows(width)
    y = rng.normal(0, 2, p.shape).astype(np.float32)
    y[0] = p[0]
    size = np.abs(rng.normal(0, 3, p.shape)).astype(np.float32)
    counts = np.round(size).astype(np.float32)
    small = rows(width, extremes=False, count=10)
    small_size, small_counts = np.abs(rng.normal(0.1, 3, small.shape)).astype(np.float32), np.round(np.abs(rng.normal(0, 3, small.shape))).astype(np.float32)
    add('{"type": "mse"}', p, mean(lambda z, t: F.mse_loss(z, t, **none)), y)
    add('{"type": "mse", "reduction": "sum"}', p, total(lambda z, t: F.mse_loss(z, t, **none)), y)
    add('{"type": "mae"}', p, mean(lambda z, t: F.l1_loss(z, t, **none)), y)
    add('{"type": "huber", "delta": 0.5}', p, mean(lambda z, t: F.huber_loss(z, t, delta=0.5, **none)), y)
    add('{"type": "smooth_l1", "beta": 0.25}', p, mean(lambda z, t: F.smooth_l1_loss(z, t, beta=0.25, **none)), y)

    def log1p(z):
        return torch.where(z >= -0.5, torch.log1p(torch.clamp(z, min=-0.5)), np.log(0.5) + 2 * (z + 0.5))

    add('{"type": "msle"}', p, mean(lambda z, t: (log1p(z) - torch.log1p(t)) ** 2), size)
    add('{"type": "log_cosh"}', p, mean(lambda z, t: (z - t).abs() + F.softplus(-2 * (z - t).abs(), threshold=1e9) - np.log(2)), y)
    add('{"type": "poisson"}', small, mean(lambda z, t: F.poisson_nll_loss(z, t, log_input=True, **none)), small_counts)
    add('{"type": "gamma"}', small, mean(lambda z, t: 2 * (t / z.exp() - 1 - torch.log(t) + z)), small_size)
    rho = 1.2
    add('{"type": "tweedie", "power": 1.2}', small, mean(lambda z, t: 2 * (t ** (2 - rho) / ((1 - rho) * (2 - rho)) - t * torch.exp((1 - rho) * z) / (1 - rho) + torch.exp((2 - rho) * z) / (2 - rho))), small_counts)
    add('{"type": "cosine"}', p[:6], lambda z, t: 1 - F.cosine_similarity(z, t, dim=1), y[:6] + 0.01)
    both = np.hstack([rows(width, 8, extremes=False), rows(width, 8, 1.5, extremes=False)])
    add('{"type": "gaussian_nll"}', both, mean(lambda z, t: F.gaussian_nll_loss(z[:, :width], t, z[:, width:].exp(), **none)), rng.normal(0, 2, (8, width)).astype(np.float32))
    three = np.hstack([p, rows(width), rows(width)])
    levels = [0.1, 0.5, 0.9]

    def pinball(z, t):
        parts = []
        for index, level in enumerate(levels):
            d = t - z[:, index * width : (index + 1) * width]
            parts.append(torch.maximum(level * d, (level - 1) * d))
        return torch.cat(parts, 1)

    add('{"type": "quantile", "quantiles": [0.1, 0.5, 0.9]}', three, mean(pinball), rng.normal(0, 2, p.shape).astype(np.float32))
    labels = rng.integers(0, 2, p.shape).astype(np.float32)
    if width > 1:
        share = rng.uniform(0, 1, p.shape).astype(np.float32)
        share[0], share[1] = 0, 1
        for target in (labels, share):
            add('{"type": "binary_cross_entropy"}', p, mean(lambda z, t: F.binary_cross_entropy_with_logits(z, t, **none)), target)
            add('{"type": "binary_cross_entropy", "positive_weight": 3, "reduction": "sum"}', p, total(lambda z, t: F.binary_cross_entropy_with_logits(z, t, pos_weight=torch.tensor(3.0, dtype=D), **none)), target)
        sides = labels * 2 - 1
        add('{"type": "hinge", "margin": 0.7}', p, mean(lambda z, t: torch.clamp(0.7 - t * z, min=0)), sides)
        distribution = rng.dirichlet(np.ones(width), len(p)).astype(np.float32)
        distribution[0] = np.eye(width)[0]
        add('{"type": "categorical_cross_entropy"}', p, lambda z, t: F.cross_entropy(z, t, reduction="none"), distribution)
        add('{"type": "categorical_cross_entropy", "label_smoothing": 0.1}', p, lambda z, t: F.cross_entropy(z, t, reduction="none", label_smoothing=0.1), distribution)
        add('{"type": "kl_divergence"}', p, lambda z, t: F.kl_div(F.log_softmax(z, 1), t, reduction="none").sum(1), distribution)
        # one class out of several
        c = rng.integers(0, width, len(p))
        for classes in (c, np.zeros_like(c)):
            k = dict(classes=classes, count=width)
            add('{"type": "categorical_cross_entropy"}', p, lambda z, t: F.cross_entropy(z, t, reduction="none"), **k)
            add('{"type": "categorical_cross_entropy", "label_smoothing": 0.2}', p, lambda z, t: F.cross_entropy(z, t, reduction="none", label_smoothing=0.2), **k)
            add('{"type": "hinge", "variant": "weston_watkins", "margin": 0.5}', p[:6], lambda z, t: width * F.multi_margin_loss(z, t, margin=0.5, reduction="none"), classes=classes[:6], count=width)

            def singer(z, t, margin=1.0):
                other = z.masked_fill(F.one_hot(t, width).bool(), -1e30).max(1).values
                return torch.clamp(margin + other - z.gather(1, t[:, None])[:, 0], min=0)

            add('{"type": "hinge"}', p[:6], singer, classes=classes[:6], count=width)
            add('{"type": "squared_hinge"}', p[:6], lambda z, t: singer(z, t) ** 2, classes=classes[:6], count=width)
            log_q = lambda z, t: F.log_softmax(z, 1).gather(1, t[:, None])[:, 0]
            rest = lambda z, t: (F.softmax(z, 1) * (1 - F.one_hot(t, width))).sum(1)
            add('{"type": "focal"}', p[:6], lambda z, t: -rest(z, t) ** 2 * log_q(z, t), classes=classes[:6], count=width)
            add('{"type": "focal", "gamma": 0}', p, lambda z, t: -log_q(z, t), **k)
            add('{"type": "poly1", "epsilon": 1.5}', p, lambda z, t: -log_q(z, t) + 1.5 * rest(z, t), **k)
    else:
        c = rng.integers(0, 2, len(p))
        for classes in (c, np.zeros_like(c), np.ones_like(c)):
            k = dict(classes=classes, count=2)
            side = lambda z, t: z[:, 0] * (2 * t - 1)
            add('{"type": "binary_cross_entropy"}', p, lambda z, t: F.binary_cross_entropy_with_logits(z[:, 0], t.to(D), **none), **k)
            add('{"type": "binary_cross_entropy", "positive_weight": 5}', p, lambda z, t: F.binary_cross_entropy_with_logits(z[:, 0], t.to(D), pos_weight=torch.tensor(5.0, dtype=D), **none), **k)
            add('{"type": "hinge", "margin": 0.7}', p, lambda z, t: torch.clamp(0.7 - side(z, t), min=0), **k)
            add('{"type": "squared_hinge"}', p, lambda z, t: torch.clamp(1 - side(z, t), min=0) ** 2, **k)
            soft = lambda x: F.softplus(x, threshold=1e9)
            add('{"type": "focal", "gamma": 1.5, "alpha": 0.25}', p, lambda z, t: torch.where(t == 1, 0.25, 0.75) * torch.exp(-1.5 * soft(side(z, t))) * soft(-side(z, t)), **k)
            add('{"type": "poly1", "epsilon": 1}', p, lambda z, t: soft(-side(z, t)) + torch.sigmoid(-side(z, t)), **k)
    add('{"type": "sum", "terms": [{"loss": "mse"}, {"weight": 0.3, "loss": {"type": "huber", "delta": 0.5}}]}', p, mean(lambda z, t: F.mse_loss(z, t, **none) + 0.3 * F.huber_loss(z, t, delta=0.5, **none)), y)

write({"made_by": f"losses.py with torch {torch.__version__}, numpy {np.__version__}", "cases": cases})
