"""Golden values of Student's t, the incomplete beta function, Holm's adjustment and the corrected comparison of folds.

python3 Tests/StatisticsTests/Golden/comparison.py > Tests/StatisticsTests/Golden/comparison.json

Versions: Python 3.11, mpmath 1.3.0, NumPy 2.4.6, SciPy 1.17.1, statsmodels 0.15.0, baycomp 1.0.3.
Tails and the incomplete beta function are computed with 40 digits by mpmath; SciPy's stand beside them where the two agree to 1e-10, and
null where SciPy is off. Probabilities beside a region are baycomp's. Interval and p are those of R's MachineShop from 3.1.0 on
(R/t.test.R, t.test.PerformanceDiff), transcribed: mean(x) / sqrt(var(x) * (1 / n + 1 / (folds - 1))), n - 1 degrees, two-sided.
"""

import pathlib
import sys
import warnings

import baycomp
import numpy as np
from mpmath import betainc, mp, mpf
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

mp.dps = 40
warnings.simplefilter("ignore")
rng = np.random.default_rng(19)


def close(scipy, exact):
    return float(scipy) if exact != 0 and abs(mpf(float(scipy)) / exact - 1) < 1e-10 else None


def tails():
    """The probability above t."""
    cases = []
    for degrees in [1, 2, 3, 4, 5, 7, 9, 19, 29, 49, 99, 100, 299, 999, 1000, 9999, 100_000, 1_000_000, 0.5, 2.5, 30.7]:
        for t in [0.0, 1e-300, 1e-10, 0.01, 0.3, 0.7, 1.0, 1.4, 1.7, 1.73, 1.8, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 37.0,
                  100.0, 1e4, 1e10, 1e100, 1e155, 1e200]:
            # Below every double: nothing to compare, and slow to compute.
            if degrees * np.log1p(min(t, 1e150) ** 2 / degrees) / 2 > 800:
                continue
            nu, x = mpf(degrees), mpf(degrees) / (mpf(degrees) + mpf(t) ** 2)
            exact = betainc(nu / 2, mpf(1) / 2, 0, x, regularized=True) / 2
            if exact > mpf(10) ** -290:
                cases.append(
                    dict(degrees=degrees, t=t, tail=float(exact), scipy=close(stats.t.sf(t, degrees), exact)))
    return cases


def quantiles():
    cases = []
    for degrees in [1, 2, 3, 4, 9, 29, 99, 1000, 1_000_000, 2.5]:
        for p in [1e-12, 1e-4, 0.005, 0.025, 0.05, 0.2, 0.26, 0.4, 0.499, 0.6, 0.9, 0.975, 0.999]:
            cases.append(dict(degrees=degrees, p=p, quantile=float(stats.t.ppf(p, degrees))))
    return cases


def betas():
    cases = []
    for a, b in [(0.5, 0.5), (1, 1), (2, 3), (0.3, 20), (5, 0.5), (9.9, 10.1), (12, 12), (40, 3.5), (100, 200), (3000, 2000),
                 (0.01, 0.02), (500, 0.5)]:
        for x in [1e-8, 0.01, 0.1, 0.3, 0.5, 0.6, 0.8, 0.97]:
            try:
                exact = betainc(mpf(a), mpf(b), 0, mpf(x), regularized=True)
            except ValueError:  # does not converge
                continue
            if exact > mpf(10) ** -290:
                cases.append(dict(a=a, b=b, x=x, value=float(exact), scipy=close(special.betainc(a, b, x), exact)))
    return cases


def holm():
    cases = []
    for size in [1, 2, 3, 5, 10, 30]:
        for power in [1, 3]:
            p = np.round(rng.uniform(size=size) ** power, 6)
            if size > 4:
                p[1] = p[3]
            cases.append(dict(p=p.tolist(), adjusted=multipletests(p, method="holm")[1].tolist()))
    return cases


def comparisons():
    cases = []
    for folds in [2, 5, 10]:
        for runs in [1, 3, 10]:
            for shift, scale, region in [(0, 1, 0.1), (0.4, 1, 0.1), (-2, 1, 0.5), (0.003, 0.002, 0.01), (3e5, 4e5, 1e4)]:
                d = shift + scale * rng.normal(size=folds * runs)
                ratio = (1 / folds) / (1 - 1 / folds)
                # baycomp's differences are those of its second argument from the first.
                less, equivalent, greater = baycomp.two_on_single(np.zeros_like(d), d, rope=region, runs=runs)
                error = np.sqrt(d.var(ddof=1) * (1 / d.size + ratio))
                t = d.mean() / error
                low, high = stats.t.interval(0.95, d.size - 1, d.mean(), error)
                cases.append(
                    dict(
                        differences=d.tolist(), ratio=ratio, region=region, mean=float(d.mean()), deviation=float(d.std(ddof=1)),
                        error=float(error), low=float(low), high=float(high), p=float(2 * stats.t.sf(abs(t), d.size - 1)),
                        less=float(less), equivalent=float(equivalent), greater=float(greater)))
    return cases


write(dict(
    tails=tails(), quantiles=quantiles(), betas=betas(), holm=holm(), comparisons=comparisons()))
