"""Golden values of the statistics that advice looks at, in float64.

python3 Tests/StatisticsTests/Golden/advice.py > Tests/StatisticsTests/Golden/advice.json
The versions of the libraries stand in the file.
"""

import pathlib
import sys

import numpy as np
import scipy
import scipy.special
import scipy.stats
import statsmodels
import statsmodels.api as sm
from statsmodels.stats.diagnostic import het_breuschpagan
from statsmodels.stats.stattools import medcouple

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from golden import write  # noqa: E402

rng = np.random.default_rng(5)


def samples():
    tables = [
        rng.normal(10, 3, 40), rng.gamma(2, 2, 75), rng.standard_cauchy(51), np.exp(rng.normal(1, 0.8, 100)),
        rng.poisson(2, 60).astype(float), np.array([1.0, 2.0, 2.0, 3.0, 9.0]), rng.uniform(-2, 7, 33),
        np.array([3.0, 3.0, 3.0, 4.0, 3.0, 2.0]),
    ]
    cases = []
    for x in tables:
        x = np.round(x, 6)
        cases.append(
            dict(
                values=x.tolist(), quantiles=np.quantile(x, [0, 0.05, 0.25, 0.5, 0.9, 1]).tolist(),
                mad=float(scipy.stats.median_abs_deviation(x)), medcouple=float(medcouple(x, use_fast=False)), mean=float(x.mean()),
                variance=float(x.var()), skewness=float(scipy.stats.skew(x)),
                kurtosis=float(scipy.stats.kurtosis(x, fisher=False))))
    return cases


def hill():
    cases = []
    for index, rows in [(1.7, 400), (3, 900)]:
        x = np.round((1 - rng.uniform(size=rows)) ** (-1 / index), 6)
        k = int(np.sqrt(rows))
        top = np.sort(x)[::-1]
        alpha = k / np.sum(np.log(top[:k] / top[k]))
        cases.append(dict(values=x.tolist(), count=k, index=float(alpha), reach=float(1.959963984540054 * alpha / np.sqrt(k))))
    return cases


def functions():
    gammas = [
        dict(a=float(a), x=float(x), value=float(scipy.special.gammaincc(a, x)))
        for a in [0.5, 1, 2.5, 10, 100] for x in [1e-6, 0.1, 1, 3, 11, 95, 130, 300]
    ]
    tails = [
        dict(x=float(x), degrees=float(k), value=float(scipy.stats.chi2.sf(x, k)))
        for k in [1, 2, 5, 30] for x in [0.01, 1, 3.84, 10, 60, 400]
    ]
    digammas = [dict(x=float(x), value=float(scipy.special.digamma(x))) for x in [1e-3, 0.3, 1, 2.5, 9.99, 10, 1e4]]
    return dict(gammas=gammas, tails=tails, digammas=digammas)


def regressions():
    rows = 120
    x = np.round(rng.normal(size=(rows, 3)), 6)
    design = sm.add_constant(x)
    y = np.round(1 + x @ [2, -1, 0.5] + rng.standard_t(2, rows) * np.exp(0.5 * x[:, 0]), 6)
    weights = np.round(rng.uniform(0.2, 3, rows), 4)
    least = sm.WLS(y, design, weights=weights).fit()
    counts = rng.poisson(np.exp(0.5 + x[:, 0])).astype(float)
    poisson = sm.GLM(counts, design, family=sm.families.Poisson()).fit()
    amounts = np.round(rng.gamma(3, np.exp(1 + x[:, 0]) / 3) + 1e-3, 6)
    gamma = sm.GLM(amounts, design, family=sm.families.Gamma(sm.families.links.Log())).fit()
    huber = sm.RLM(y, design, M=sm.robust.norms.HuberT(1.345)).fit(scale_est=sm.robust.scale.HuberScale(), maxiter=200)
    plain = sm.OLS(y, design).fit()
    fitted = plain.fittedvalues
    test = het_breuschpagan(plain.resid, np.column_stack([np.ones(rows), fitted, fitted**2]))
    mu = poisson.fittedvalues
    pearson = float(np.sum((counts - mu) ** 2 / mu) / (rows - 4))
    scaled = (counts - mu) ** 2 * rows / (rows - 4)
    trivedi = sm.OLS((scaled - counts) / mu, mu).fit()
    n0, p, n, m = np.sum(counts == 0), np.exp(-counts.mean()), rows, counts.mean()
    score = (n0 - n * p) ** 2 / (n * p * (1 - p) - n * m * p * p)
    shape, _, scale = scipy.stats.gamma.fit(amounts, floc=0)
    return dict(
        x=x.T.tolist(), y=y.tolist(), weights=weights.tolist(), least_squares=least.params.tolist(),
        huber=huber.params.tolist(), counts=counts.tolist(), poisson=poisson.params.tolist(), amounts=amounts.tolist(),
        gamma=gamma.params.tolist(), residuals=plain.resid.tolist(), fitted=fitted.tolist(),
        breusch_pagan=dict(multiplier=float(test[0]), p=float(test[1]), f=float(test[2])), means=mu.tolist(),
        pearson=pearson, alpha=float(trivedi.params[0]), alpha_t=float(trivedi.tvalues[0]), zero_score=float(score),
        zero_p=float(scipy.stats.chi2.sf(score, 1)),
        gamma_density=float(scipy.stats.gamma.logpdf(amounts, shape, 0, scale).mean()), gamma_shape=float(shape),
        normal_density=float(scipy.stats.norm.logpdf(y, 0, np.sqrt(np.mean(y**2))).mean()),
        negative_binomial=float(scipy.stats.nbinom.logpmf(counts, 1 / 0.7, 1 / (1 + 0.7 * mu)).mean()))


write(
    dict(
        versions=dict(
            python=sys.version.split()[0], numpy=np.__version__, scipy=scipy.__version__, statsmodels=statsmodels.__version__),
        samples=samples(), hill=hill(), functions=functions(), regressions=regressions()))
