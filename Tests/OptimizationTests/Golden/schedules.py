"""Learning rates of 20 updates, 5 in an epoch, base 0.1, by PyTorch in float64; by Keras' documented formulas where PyTorch has none.

    python schedules.py > schedules.json
"""

import math
import pathlib
import sys

import torch
from torch.optim import lr_scheduler as s

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

TOTAL, EPOCH, BASE = 20, 5, 0.1


def run(make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    schedule = make(optimizer)
    rates = []
    for _ in range(TOTAL):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        schedule.step()
    return rates


def warm(o, length, start, after):
    return s.SequentialLR(o, [s.LinearLR(o, start, 1.0, length), after], [length])


# Keras 3, PolynomialDecay: (initial - end) * (1 - step / decay_steps) ^ power + end
def polynomial(power, end):
    return [(BASE - end * BASE) * (1 - t / TOTAL) ** power + end * BASE for t in range(TOTAL)]


cases = [
    ('{"type": "constant"}', run(lambda o: s.ConstantLR(o, 1.0))),
    ('{"type": "step", "every_steps": 7, "factor": 0.5}', run(lambda o: s.StepLR(o, 7, 0.5))),
    ('{"type": "step", "every_epochs": 1}', run(lambda o: s.StepLR(o, EPOCH, 0.1))),
    ('{"type": "multi_step", "at_steps": [5, 12, 13], "factor": 0.5}', run(lambda o: s.MultiStepLR(o, [5, 12, 13], 0.5))),
    ('{"type": "multi_step", "at_epochs": [1, 3]}', run(lambda o: s.MultiStepLR(o, [5, 15], 0.1))),
    ('{"type": "exponential", "factor": 0.9}', run(lambda o: s.ExponentialLR(o, 0.9 ** (1 / EPOCH)))),
    ('{"type": "polynomial", "power": 2}', polynomial(2, 0)),
    ('{"type": "polynomial", "power": 0.5, "end_factor": 0.1}', polynomial(0.5, 0.1)),
    ('{"type": "linear"}', run(lambda o: s.PolynomialLR(o, TOTAL, 1.0))),
    ('{"type": "linear", "end_factor": 0.25}', run(lambda o: s.LinearLR(o, 1.0, 0.25, TOTAL))),
    ('{"type": "cosine", "end_factor": 0.1}', run(lambda o: s.CosineAnnealingLR(o, TOTAL, 0.1 * BASE))),
    ('{"type": "cosine", "first_period_steps": 5, "period_factor": 2}', run(lambda o: s.CosineAnnealingWarmRestarts(o, 5, 2))),
    ('{"type": "cosine", "first_period_epochs": 1}', run(lambda o: s.CosineAnnealingWarmRestarts(o, EPOCH))),
    ('{"type": "inverse_sqrt", "scale_steps": 20}', run(lambda o: s.LambdaLR(o, lambda t: math.sqrt(20 / (20 + t))))),
    ('{"type": "constant", "warmup_steps": 4, "warmup_start_factor": 0.25}', run(lambda o: s.LinearLR(o, 0.25, 1.0, 4))),
    ('{"type": "cosine", "warmup_epochs": 1, "warmup_start_factor": 0.1}', run(lambda o: warm(o, EPOCH, 0.1, s.CosineAnnealingLR(o, TOTAL - EPOCH)))),
]


def one_cycle(**options):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    schedule = s.OneCycleLR(optimizer, BASE, total_steps=TOTAL, cycle_momentum=False, **options)
    rates = [float(optimizer.param_groups[0]["lr"])]
    for _ in range(TOTAL - 1):
        optimizer.step()
        schedule.step()
        rates.append(float(optimizer.param_groups[0]["lr"]))
    return rates


def plateau(values, **options):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=BASE)
    schedule = s.ReduceLROnPlateau(optimizer, **options)
    rates = []
    for value in values:
        schedule.step(value)
        rates.append(float(optimizer.param_groups[0]["lr"]))
    return rates


cases += [
    ('{"type": "one_cycle"}', one_cycle()),
    ('{"type": "one_cycle", "rise": 0.4, "start_divisor": 10, "end_divisor": 100}', one_cycle(pct_start=0.4, div_factor=10, final_div_factor=100)),
]
losses = [1, 0.9, 0.95, 0.9, 0.9, 0.91, 0.89, 0.9, 0.9, 0.9, 0.8, 0.8, 0.8, 0.8, 0.8, 0.79995, 0.8, 0.9, 0.9, 0.9]
write({
    "made_by": f"schedules.py with torch {torch.__version__}",
    "base": BASE, "total": TOTAL, "epoch": EPOCH,
    "schedules": [{"config": c, "rates": r} for c, r in cases],
    "losses": losses,
    "plateaus": [
        {"config": '{"type": "reduce_on_plateau", "patience": 2}', "rates": plateau(losses, patience=2)},
        {"config": '{"type": "reduce_on_plateau", "factor": 0.5, "patience": 1, "cooldown": 1, "threshold": 0.01}', "rates": plateau(losses, factor=0.5, patience=1, cooldown=1, threshold=0.01)},
        {"config": '{"type": "reduce_on_plateau", "factor": 0.5, "patience": 0, "minimum": 0.02}', "rates": plateau(losses, factor=0.5, patience=0, min_lr=0.02)},
    ],
})
