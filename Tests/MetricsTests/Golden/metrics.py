"""Metrics of random, tied and degenerate samples by scikit-learn (NumPy where it has none).

    python metrics.py > metrics.json

Made with scikit-learn 1.9.1 and NumPy 2.4.6, with its default arguments where nothing else stands below. Outputs are float32
numbers; probabilities are computed from them in float64, and ranked by their log odds, which do not tie where probabilities round
to 0 or 1. Rows of weight 0 are left out. A null is a result that is not a number.
"""

import pathlib
import sys
import warnings

import numpy as np
import sklearn
from sklearn import metrics as m
from sklearn.preprocessing import label_binarize

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

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


def log_odds(z):
    """zₖ − log Σ_{j ≠ k} exp(zⱼ), summed from the smallest, so that the same logits in another order tie."""
    out = np.empty_like(z)
    for i, row in enumerate(z):
        for k in range(len(row)):
            rest = np.sort(np.delete(row, k))
            out[i, k] = row[k] - rest[-1] - np.log(np.exp(rest - rest[-1]).sum())
    return out


def log_softmax(z):
    top = z.max(1, keepdims=True)
    return z - top - np.log(np.exp(z - top).sum(1, keepdims=True))


def calibration(probability, right, w, bins):
    index = np.clip(np.ceil(probability * bins).astype(int) - 1, 0, bins - 1)
    return sum(abs((w * right)[index == b].sum() - (w * probability)[index == b].sum()) for b in range(bins)) / w.sum()


def classification(z, y, w, k):
    everything = z, y, w
    z, y, w = z[w > 0], y[w > 0], w[w > 0]
    binary = z.shape[1] == 1
    logp = np.hstack([-np.logaddexp(0, z), -np.logaddexp(0, -z)]) if binary else log_softmax(z)
    p = np.exp(logp)
    guess = (z[:, 0] > 0).astype(int) if binary else z.argmax(1)
    labels = list(range(k))
    c = m.confusion_matrix(y, guess, labels=labels, sample_weight=w)
    s = dict(sample_weight=w)
    e = {"accuracy": m.accuracy_score(y, guess, **s)}
    e["log_loss"] = -np.average(logp[np.arange(len(y)), y], weights=w)
    if abs(z).max() < 15:
        assert np.isclose(e["log_loss"], m.log_loss(y, p, labels=labels, **s))
    e["balanced_accuracy"] = m.balanced_accuracy_score(y, guess, **s)
    e["matthews_correlation"] = m.matthews_corrcoef(y, guess, **s)
    for i in labels:
        for j in labels:
            e[f"confusion_matrix.{i}.{j}"] = c[i, j]
    auto = dict(average="binary") if k == 2 else dict(average="macro")
    for name, f in (("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)):
        e[name] = f(y, guess, **auto, **s)
        e[name + "_macro"] = f(y, guess, average="macro", **s)
        e[name + "_micro"] = f(y, guess, average="micro", **s)
        e[name + "_weighted"] = f(y, guess, average="weighted", **s)
        for i, v in enumerate(f(y, guess, average=None, labels=labels, **s)):
            e[f"{name}.{i}"] = v
    # Specificity is the recall of "not this class", of the classes that precision and recall are averaged over.
    special = [m.recall_score(y != i, guess != i, zero_division=0, **s) for i in labels if (y == i).any() or (guess == i).any()]
    e["specificity_macro"] = np.mean(special)
    e["specificity"] = m.recall_score(y != 1, guess != 1, **s) if k == 2 else e["specificity_macro"]
    e["expected_cost"] = m.zero_one_loss(y, guess, **s)
    e["brier_score"] = m.brier_score_loss(y, p[:, 1] if k == 2 else p, labels=labels, **s)
    e["expected_calibration_error"] = calibration(p.max(1), (guess if not binary else p.argmax(1)) == y, w, 15)
    odds = z if binary else log_odds(z)
    if k == 2:
        e["roc_auc"] = m.roc_auc_score(y, odds[:, -1], **s)
        e["average_precision"] = m.average_precision_score(y, odds[:, -1], **s)
    else:
        one = label_binarize(y, classes=labels)
        e["roc_auc"] = m.roc_auc_score(one, odds, average="macro", **s)
        e["average_precision"] = m.average_precision_score(one, odds, average="macro", **s)
    if not binary:
        order = np.argsort(-z, axis=1, kind="stable")
        e["top_2_accuracy"] = np.average([y[i] in order[i, :2] for i in range(len(y))], weights=w)
    z, y, w = everything
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

# Classes that rows do not have, that are not predicted, neither, all but one; certain far beyond float32's and float64's
# probabilities; weights of 0.
for weighted in (False, True):
    for outputs, k, of_rows, of_predictions in (
        (4, 4, (0, 1), (0, 1, 3)), (4, 4, (0, 1, 2, 3), (1, 2)), (5, 5, (0, 2, 4), (0, 1)), (3, 3, (1,), (1,)), (3, 3, (2,), (0, 1)),
        (2, 2, (0,), (0, 1)), (2, 2, (1,), (1,)), (1, 2, (0,), (0, 1)), (1, 2, (1,), (0,)), (2, 2, (0, 1), (0,)),
    ):
        count = 40
        w = rng.integers(0, 4, count).astype(np.float64) / 2 if weighted else np.ones(count)
        z = rng.normal(0, 1, (count, outputs)).astype(np.float32).astype(np.float64)
        if outputs > 1:
            z[:, [j for j in range(k) if j not in of_predictions]] -= 8
        elif of_predictions == (0,):
            z -= 8
        classification(z.astype(np.float32).astype(np.float64), rng.choice(of_rows, count), w, k)
    for scale in (10, 40, 400):
        for outputs, k in ((1, 2), (2, 2), (3, 3)):
            w = rng.integers(0, 4, 60).astype(np.float64) / 2 if weighted else np.ones(60)
            z = (rng.normal(0.5, 1, (60, outputs)) * scale).astype(np.float32).astype(np.float64)
            classification(z, rng.integers(0, k, 60), w, k)


def regression(p, y, w):
    everything = p, y, w
    p, y, w = p[w > 0], y[w > 0], w[w > 0]
    s = dict(sample_weight=w)
    e = {
        "mae": m.mean_absolute_error(y, p, **s), "rmse": m.root_mean_squared_error(y, p, **s),
        "mape": m.mean_absolute_percentage_error(y, p, **s),
        "smape": np.mean(np.average(2 * abs(p - y) / np.maximum(abs(p) + abs(y), 1e-300), axis=0, weights=w)),
        # Of one row and of constant targets, where scikit-learn's force_finite puts 0 or 1, there is none.
        "r2": m.r2_score(y, p, **s) if (np.ptp(y, axis=0) > 0).all() else np.nan,
        "explained_variance": m.explained_variance_score(y, p, **s) if (np.ptp(y, axis=0) > 0).all() else np.nan,
        "msle": m.mean_squared_log_error(y, p, **s) if (y > -1).all() and (p > -1).all() and (y >= 0).all() and (p >= 0).all() else "skip",
        "poisson_deviance": np.mean([m.mean_poisson_deviance(y[:, i], p[:, i], **s) for i in range(y.shape[1])]) if (p > 0).all() and (y >= 0).all() else "skip",
    }
    e["median_absolute_error"] = m.median_absolute_error(y, p, **({} if (w == 1).all() else s))
    p, y, w = everything
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

# Constant targets, one of several constant, all met; weights of 0; even and odd numbers of rows.
for count in (2, 3, 8):
    for weighted in (False, True):
        w = np.array([1, 0, 2, 0.5, 3, 1, 1.5, 2])[:count] if weighted else np.ones(count)
        for width in (1, 2):
            p = rng.normal(3, 1, (count, width)).astype(np.float32).astype(np.float64)
            y = rng.normal(3, 1, (count, width)).astype(np.float32).astype(np.float64)
            regression(p, y, w)
            y[:, 0] = np.float32(0.1)
            regression(p, y, w)
            regression(y, y, w)

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

write({"made_by": f"metrics.py with scikit-learn {sklearn.__version__}, numpy {np.__version__}", "cases": cases})
