"""Smearing factors (Duan 1983) by NumPy in float64.

    python3 Tests/MetricsTests/Golden/smearing.py > Tests/MetricsTests/Golden/smearing.json

Made with NumPy 2.2.6. Targets and outputs are logarithms, shifted and scaled, in float32.
"""

import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

rng = np.random.default_rng(78)
ROWS, WIDTH = 150, 2
shift, scale = np.array([3.5, -2.0]), np.array([1.25, 0.5])
targets = rng.normal(0, 1, (ROWS, WIDTH)).astype(np.float32)
outputs = (0.8 * targets + rng.normal(0, 0.4, (ROWS, WIDTH))).astype(np.float32)
weights = np.where(rng.uniform(size=ROWS) < 0.2, 0.0, rng.uniform(0.5, 3, ROWS)).astype(np.float32).astype(np.float64)

logarithms = targets.astype(np.float64) * scale + shift
residuals = logarithms - (outputs.astype(np.float64) * scale + shift)
factors = (weights[:, None] * np.exp(residuals)).sum(0) / weights.sum()
write({
    "shift": shift.tolist(), "scale": scale.tolist(), "targets": targets.astype(float).tolist(),
    "outputs": outputs.astype(float).tolist(), "weights": weights.tolist(), "factors": factors.tolist(),
})
