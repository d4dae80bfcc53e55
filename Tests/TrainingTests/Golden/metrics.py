"""Metrics of random, tied and degenerate samples by scikit-learn (NumPy where it has none).

    python metrics.py > metrics.json

Outputs are float32 numbers; probabilities are computed from them in float64.
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m

warnings.filterwarnings("ignore")
rng = np.random.default_rng(3)
cases = []


def number(x):
    return None if x is None or np.isnan(x) else float(x)


def add(prediction, classes, outputs, targets, weights, expected, levels=()):
    cases.append({
        "prediction": prediction, "classes": classes, "levels": list(levels),
        "outputs": np.asarray(outputs, dtype=np.float64).tolist(), "targets": np.asarray(targets, dtype=np.float64).tolist(),
        "weights": np.asarray(weights, dtype=np.float64).tolist(), "expected": {k: number(v) for k, v in expected.items()},
    })


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def calibration(probability, right, w, bins):
    index = np.clip(np.ceil(probability * bins).astype(int) - 1, 0, bins - 1)
    return sum(abs((w * right)[index == b].sum() - (w * probability)[index == b].sum()) for b in range(bins)) / w.sum()


def classification(z, y, w, k):
    binary = z.shape[1] == 1
    p = np.hstack([1 / (1 + np.exp(z)), 1 / (1 + np.exp(-z))]) if binary else softmax(z)
    guess = (z[:, 0] > 0).astype(int) if binary else z.argmax(1)
    labels = list(range(k))
    c = m.confusion_matrix(y, guess, labels=labels, sample_weight=w)
    s = dict(sample_weight=w)
    e = {"accuracy": m.accuracy_score(y, guess, **s), "log_loss": m.log_loss(y, p, labels=labels, **s)}
    present = [i for i in labels if w[y == i].sum() > 0]
    e["balanced_accuracy"] = np.mean([c[i, i] / c[i].sum() for i in present])
    e["matthews_correlation"] = m.matthews_corrcoef(y, guess, **s)
    for i in labels:
        for j in labels:
            e[f"confusion_matrix.{i}.{j}"] = c[i, j]
    auto = dict(average="binary") if k == 2 else dict(average="macro")
    q = dict(labels=labels, zero_division=0, **s)
    for name, f in (("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)):
        e[name] = f(y, guess, **({k2: v for k2, v in q.items() if k2 != "labels"} if k == 2 else q), **auto)
        e[name + "_macro"] = f(y, guess, average="macro", **q)
        e[name + "_micro"] = f(y, guess, average="micro", **q)
        e[name + "_weighted"] = f(y, guess, average="weighted", **q)
        for i, v in enumerate(f(y, guess, average=None, **q)):
            e[f"{name}.{i}"] = v
    total = c.sum()
    special = [(total - c[i].sum() - c[:, i].sum() + c[i, i]) / (total - c[i].sum()) if total > c[i].sum() else 0 for i in labels]
    e["specificity"] = special[1] if k == 2 else np.mean(special)
    e["expected_cost"] = (total - np.trace(c)) / total
    square = ((p - np.eye(k)[y]) ** 2).sum(1) / (2 if k == 2 else 1)
    e["brier_score"] = np.average(square, weights=w)
    e["expected_calibration_error"] = calibration(p.max(1), (guess if not binary else p.argmax(1)) == y, w, 15)
    if len(set(y[w > 0])) == k:
        e["roc_auc"] = m.roc_auc_score(y, z[:, 0], **s) if binary else m.roc_auc_score(y, p[:, 1], **s) if k == 2 else np.mean([m.roc_auc_score(y == i, p[:, i], **s) for i in labels])
        e["average_precision"] = m.average_precision_score(y, z[:, 0], **s) if binary else m.average_precision_score(y, p[:, 1], **s) if k == 2 else np.mean([m.average_precision_score(y == i, p[:, i], **s) for i in labels])
    if not binary:
        order = np.argsort(-z, axis=1, kind="stable")
        e["top_2_accuracy"] = np.average([y[i] in order[i, :2] for i in range(len(y))], weights=w)
    add("sigmoidClass" if binary else "softmaxClass", k, z, y[:, None], w, e)


for count in (1, 7, 200):
    for weighted in (False, True):
        w = rng.uniform(0.1, 3, count).astype(np.float32).astype(np.float64) if weighted else np.ones(count)
        for tied in (False, True):
            for outputs, k in ((1, 2), (2, 2), (4, 4)):
                z = rng.normal(0, 2, (count, outputs)).astype(np.float32).astype(np.float64)
                if tied:
                    z = np.round(z)
                classification(z, rng.integers(0, k, count), w, k)
                if count == 7:
                    classification(z, np.full(count, k - 1), w, k)


def regression(p, y, w):
    s = dict(sample_weight=w)
    e = {
        "mae": m.mean_absolute_error(y, p, **s), "rmse": m.root_mean_squared_error(y, p, **s),
        "mape": m.mean_absolute_percentage_error(y, p, **s),
        "smape": np.mean(np.average(2 * abs(p - y) / np.maximum(abs(p) + abs(y), 1e-300), axis=0, weights=w)),
        "r2": m.r2_score(y, p, **s) if len(y) > 1 else None, "explained_variance": m.explained_variance_score(y, p, **s),
        "msle": m.mean_squared_log_error(y, p, **s) if (y > -1).all() and (p > -1).all() and (y >= 0).all() and (p >= 0).all() else "skip",
        "poisson_deviance": np.mean([m.mean_poisson_deviance(y[:, i], p[:, i], **s) for i in range(y.shape[1])]) if (p > 0).all() and (y >= 0).all() else "skip",
    }
    if (w == 1).all():
        e["median_absolute_error"] = m.median_absolute_error(y, p)
    if len(y) < 2:
        e.pop("r2")
    add("values", 0, p, y, w, {k: v for k, v in e.items() if not isinstance(v, str)})


for count in (1, 6, 201):
    for weighted in (False, True):
        w = rng.uniform(0.1, 3, count).astype(np.float32).astype(np.float64) if weighted else np.ones(count)
        for width in (1, 3):
            for shift in (0, 5, 100):
                f = lambda: (rng.normal(0, 1, (count, width)) + shift).astype(np.float32).astype(np.float64)
                p, y = f(), f()
                if shift == 5:
                    p, y = abs(np.round(p)) + 1, abs(np.round(y))
                regression(p, y, w)

levels = [0.1, 0.5, 0.9]
for count in (1, 90):
    w = rng.uniform(0.1, 3, count).astype(np.float32).astype(np.float64)
    z = rng.normal(0, 1, (count, 6)).astype(np.float32).astype(np.float64)
    y = rng.normal(0, 1, (count, 2)).astype(np.float32).astype(np.float64)
    e = {}
    for i, level in enumerate(levels):
        q = z[:, 2 * i : 2 * i + 2]
        e[f"pinball_loss.{level}"] = m.mean_pinball_loss(y, q, alpha=level, sample_weight=w)
        e[f"coverage.{level}"] = np.mean(np.average(y <= q, axis=0, weights=w))
    crosses = ((z[:, 2:4] < z[:, 0:2]) | (z[:, 4:6] < z[:, 2:4])).any(1)
    e["quantile_crossing"] = np.average(crosses, weights=w)
    add("quantiles", 0, z, y, w, e, levels)

print(json.dumps({"made_by": f"metrics.py with scikit-learn {sklearn.__version__}, numpy {np.__version__}", "cases": cases}))
