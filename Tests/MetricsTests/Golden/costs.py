"""Golden values of decisions by least expected cost, far probabilities and balanced class weights, in float64.

python3 Tests/MetricsTests/Golden/costs.py > Tests/MetricsTests/Golden/costs.json   (NumPy 2)
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

rng = np.random.default_rng(11)


def probabilities(outputs):
    """Softmax, or both sides of the sigmoid, each side by itself so that nothing is lost far out."""
    z = np.asarray(outputs, np.float32).astype(np.float64)
    if z.shape[1] == 1:
        z = np.hstack([np.zeros_like(z), z])
    return np.exp(z - np.log(np.sum(np.exp(z - z.max(1, keepdims=True)), 1, keepdims=True)) - z.max(1, keepdims=True))


def decisions():
    cases = []
    for classes, outputs in [(2, 1), (2, 2), (3, 3), (4, 4), (7, 7)]:
        for scale in [0.5, 3, 60]:
            z = (rng.normal(size=(40, outputs)) * scale).astype(np.float32)
            target = rng.integers(0, classes, 40)
            weight = np.round(rng.uniform(0, 4, 40), 3)
            cost = np.round(rng.uniform(0.5, 10, (classes, classes)), 2)
            np.fill_diagonal(cost, 0)
            tilt = np.round(rng.uniform(0.2, 5, classes), 2).astype(np.float32).astype(np.float64)
            p = probabilities(z) / tilt
            risk = p @ cost
            best = risk.argmin(1)
            ordered = np.sort(risk, 1)
            assert (ordered[:, 1] - ordered[:, 0] > 1e-9 * ordered[:, 1]).all()
            cases.append(
                dict(
                    classes=classes, outputs=z.astype(float).tolist(), targets=target.tolist(),
                    weights=weight.tolist(), costs=cost.tolist(), tilt=tilt.tolist(), decisions=best.tolist(),
                    expected_cost=float(np.sum(weight * cost[target, best]) / weight.sum()),
                    accuracy=float(np.sum(weight * (target == best)) / weight.sum()),
                )
            )
    return cases


def far():
    z = [-300, -120, -40, -20, -17, -5, -0.5, 0, 0.5, 5, 17, 20, 40, 120, 300]
    rows = [[v] for v in z] + [[v, 1.0] for v in z] + [[v, 0.0, -v] for v in z]
    return [dict(outputs=row, probabilities=probabilities([row])[0].tolist()) for row in rows]


def balanced():
    """scikit-learn's compute_class_weight("balanced") of each row repeated by its whole-number weight: n / (classes · bincount)."""
    cases = []
    for classes in [2, 3, 5]:
        target = np.concatenate([np.arange(classes), rng.integers(0, classes, 20)])
        weight = np.concatenate([np.ones(classes, int), rng.integers(0, 5, 20)])
        repeated = np.repeat(target, weight)
        cases.append(
            dict(
                targets=target.tolist(), weights=weight.tolist(),
                expected=(len(repeated) / (classes * np.bincount(repeated))).tolist(),
            )
        )
    return cases


write(dict(decisions=decisions(), far=far(), balanced=balanced()))
