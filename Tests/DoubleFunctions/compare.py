#!/usr/bin/env python3
"""Compares the double functions with MPFR's values of 120 bits, and writes the stored values.

    scripts/double-functions compare [COUNT]   COUNT arguments of each function (a million), fails where one is off by more than 1 unit
                                               in the last place
    scripts/double-functions golden            writes golden.json
"""

import ctypes
import json
import math
import pathlib
import random
import struct
import sys
from multiprocessing import Pool

import gmpy2
from gmpy2 import mpfr

gmpy2.get_context().precision = 120
names = ["exp", "expm1", "log", "log1p", "pow", "sin", "cos", "tanh", "erf", "lgamma"]
library = ctypes.CDLL(sys.argv[1])
inf, nan = math.inf, math.nan


def ours(name):
    function = getattr(library, "ck_" + name)
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_double] * (2 if name == "pow" else 1)
    return function


def reference(name):
    return {"lgamma": lambda x: gmpy2.lgamma(x)[0], "pow": lambda x, y: x**y}.get(name) or getattr(gmpy2, name)


def nearest(name, arguments):
    """The double next to the exact value; Python's own special values where MPFR's differ from annex F's."""
    if name == "lgamma" and arguments[0] <= 0 and (math.isinf(arguments[0]) or arguments[0] == math.floor(arguments[0])):
        return inf
    return float(reference(name)(*[mpfr(a) for a in arguments]))


def units(name, arguments, found):
    """How far `found` is from the exact value, in units of the last place of the nearest double."""
    exact = reference(name)(*[mpfr(a) for a in arguments])
    rounded = float(exact)
    if not math.isfinite(rounded) or rounded == 0 or not math.isfinite(found):
        return 0.0 if found == rounded or (found != found and rounded != rounded) else inf
    return abs(float((mpfr(found) - exact) / mpfr(math.ulp(rounded))))


def any_double(r, low=0, high=0x7FEFFFFFFFFFFFFF):
    """Uniform over bit patterns: every power of two is met as often."""
    return struct.unpack("<d", struct.pack("<Q", r.randint(low, high)))[0]


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def spread(r, low, high):
    return any_double(r, bits(low), bits(high))


def signed(r, low, high):
    return spread(r, low, high) * r.choice((-1, 1))


def kinds(name):
    """Where arguments are drawn from, each as often."""
    trigonometric = [
        lambda r: r.uniform(-1, 1), lambda r: r.uniform(-100, 100), lambda r: signed(r, 1e-9, 1.7e308), lambda r: signed(r, 1e-3, 2),
        lambda r: r.randrange(1, 10**6) * math.pi / 2]
    return {
        "exp": [
            lambda r: r.uniform(-745.2, 709.8), lambda r: r.uniform(-1, 1), lambda r: r.uniform(-745.2, -707), lambda r: signed(r, 1e-20, 700)],
        "expm1": [
            lambda r: r.uniform(-40, 709.8), lambda r: r.uniform(-1, 1), lambda r: signed(r, 5e-324, 1), lambda r: r.uniform(-0.2, 0.2)],
        "log": [
            lambda r: any_double(r, 1), lambda r: r.uniform(0.5, 2), lambda r: 1 + signed(r, 1e-16, 0.1), lambda r: spread(r, 5e-324, 3e-308)],
        "log1p": [
            lambda r: any_double(r, 1), lambda r: r.uniform(-1, 1), lambda r: signed(r, 1e-18, 0.1), lambda r: r.uniform(-0.02, 0.02),
            lambda r: -1 + spread(r, 1.2e-16, 1), lambda r: spread(r, 1, 1e18)],
        "pow": [
            lambda r: (spread(r, 1e-5, 1e5), r.uniform(-50, 50)), lambda r: (any_double(r, 1), r.uniform(-1, 1)),
            lambda r: (r.uniform(0.9, 1.1), r.uniform(-5000, 5000)), lambda r: (1 + signed(r, 1e-15, 1e-3), signed(r, 1, 1e15)),
            lambda r: (-float(r.randrange(1, 1000)), float(r.randrange(-110, 103))), lambda r: (any_double(r, 1), signed(r, 1e-20, 1e3))],
        "sin": trigonometric,
        "cos": trigonometric,
        "tanh": [lambda r: r.uniform(-1, 1), lambda r: r.uniform(-22, 22), lambda r: signed(r, 5e-324, 20), lambda r: signed(r, 0.05, 0.2)],
        "erf": [lambda r: r.uniform(-1, 1), lambda r: r.uniform(-6, 6), lambda r: signed(r, 5e-324, 6), lambda r: signed(r, 0.2, 0.5)],
        "lgamma": [
            lambda r: r.uniform(0.4, 2.6), lambda r: r.uniform(0, 20), lambda r: spread(r, 5e-324, 2.55e305), lambda r: r.uniform(-20, 0),
            lambda r: r.uniform(-200, -19), lambda r: 1 + signed(r, 1e-16, 0.1), lambda r: 2 + signed(r, 1e-15, 0.1),
            lambda r: -spread(r, 1e-20, 1e14), lambda r: spread(r, 14, 1e20)],
    }[name]


def drawn(name, index, count, seed):
    r = random.Random(f"{name} {index} {seed}")
    draw = kinds(name)[index]
    for _ in range(count):
        a = draw(r)
        yield a if isinstance(a, tuple) else (a,)


def compare(work):
    name, index, count, seed = work
    function, worst, at = ours(name), 0.0, None
    for arguments in drawn(name, index, count, seed):
        off = units(name, arguments, function(*arguments))
        if off > worst:
            worst, at = off, arguments
    return name, worst, at


def compare_all(count):
    work = []
    for name in names:
        pieces = 8
        for index in range(len(kinds(name))):
            work += [(name, index, -(-count // (len(kinds(name)) * pieces)), seed) for seed in range(pieces)]
    worst = {name: (0.0, None) for name in names}
    with Pool() as pool:
        for name, off, at in pool.imap_unordered(compare, work):
            worst[name] = max(worst[name], (off, at), key=lambda w: w[0])
    print(f"gmpy2 {gmpy2.version()}, {gmpy2.mpfr_version()}; {count} arguments each")
    for name, (off, at) in worst.items():
        print(f"{name:8} at most {off:.4f} units in the last place, at {', '.join(map(repr, at))}")
    bad = [name for name, (off, _) in worst.items() if off > 1]
    if bad:
        sys.exit(f"Tests/DoubleFunctions/compare.py: {', '.join(bad)}: more than 1 unit in the last place")


def hard(name):
    """Arguments at the edges: of ranges, of formulas, of doubles."""
    tiny = [5e-324, 1e-310, 2.2250738585072014e-308, 1e-300, 2**-60, 2**-54, 2**-53, 2**-28, 2**-27]
    special = [0.0, inf, 1.0, 1.7976931348623157e308]
    edges = {
        "exp": [709.782712893384, 709.7827128933841, 710.5, 745.1332191019411, 745.1332191019412, 708.3964185322641, 708.3964185322642, 746.5],
        "expm1": [0.125, math.nextafter(0.125, 0), 37.5, 40.5, 50.0, 50.5, 709.782712893384, 709.7827128933841],
        "log": [math.nextafter(1, 0), math.nextafter(1, 2), 0.99609375, 1.0078125, 2.0, 10.0, math.sqrt(2), math.sqrt(0.5)],
        "log1p": [-math.nextafter(1, 0), 1e15, 2**53, 2**54, 1e300, 0.0078125, 0.5],
        "sin": [math.pi / 4, 0.78, math.nextafter(0.78, 1), math.pi / 2, math.pi, 1e5, 1e22, 6381956970095103 * 2.0**797, 0.0625, 2.0**1023],
        "tanh": [0.0625, math.nextafter(0.0625, 0), 19.06, 19.07, 20.0, 22.0, 0.5],
        "erf": [0.25, math.nextafter(0.25, 0), 5.863584748755167, 5.9215871957945065, 6.0, math.nextafter(6, 0), 2.0, 2**-900],
        "lgamma": [
            0.5, math.nextafter(0.5, 0), 2.0, math.nextafter(2, 3), math.nextafter(1, 0), 2.5, math.nextafter(2.5, 3), 15.99, 16.0, 20.0, 2**60,
            1.1529215046068472e18, 2.5563481638716906e305, 2.556348163871691e305, 2.4570247382208006, 2.7476826467274127, 19.5, 20.5, 2**52 - 0.5],
    }
    edges["cos"] = edges["sin"]
    found = [s * x for x in tiny + special + edges[name] for s in (1, -1)]
    if name == "lgamma":
        found += [-3.0, -20.0, -25.0, -2.0**53]
    return [(x,) for x in found] + [(nan,)]


def hard_powers():
    ends = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 3.0, -3.0, 2.0**53, -(2.0**53), 2.0**53 - 1, 1 - 2.0**53, 1e300, -1e300]
    ends += [5e-324, -5e-324, 1e-310, 1.7976931348623157e308, -1.7976931348623157e308, inf, -inf, nan, math.nextafter(1, 0), math.nextafter(1, 2)]
    return [(x, y) for x in ends for y in ends] + [
        (2.0, -1074.0), (2.0, -1075.0), (2.0, 1023.0), (2.0, 1024.0), (10.0, 308.0), (10.0, -323.0), (10.0, 22.0), (7.0, 3.0), (-7.0, 3.0)]


def annex_f_power(x, y):
    """C23, F.10.4.5, and the exact value elsewhere."""
    if y == 0 or x == 1:
        return 1.0
    if x != x or y != y:
        return nan
    whole = math.isinf(y) or y == math.floor(y)
    odd = not math.isinf(y) and whole and y % 2 == 1
    if math.isinf(y):
        return 1.0 if abs(x) == 1 else inf if (abs(x) > 1) == (y > 0) else 0.0
    if x == 0 or math.isinf(x):
        return math.copysign(inf if (x == 0) == (y < 0) else 0.0, x if odd else 1.0)
    if x < 0 and not whole:
        return nan
    with gmpy2.context(gmpy2.get_context(), emin=gmpy2.get_emin_min(), emax=gmpy2.get_emax_max()):
        return math.copysign(float(mpfr(abs(x)) ** mpfr(y)), x if odd else 1.0)


def hexadecimal(x):
    return "7ff8000000000000" if x != x else f"{bits(x):016x}"


def write_golden(path):
    """For each function lines of arguments, the nearest double to the exact value, and what our function gives."""
    found = {}
    for name in names:
        function, rows = ours(name), []
        arguments = hard_powers() if name == "pow" else hard(name)
        for index in range(len(kinds(name))):
            arguments += list(drawn(name, index, 12, "golden"))
        for a in arguments:
            exact = annex_f_power(*a) if name == "pow" else nearest(name, a)
            rows.append(" ".join(hexadecimal(v) for v in (*a, exact, function(*a))))
        found[name] = rows
    path.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[2] == "golden":
        write_golden(pathlib.Path(__file__).with_name("golden.json"))
    else:
        compare_all(int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000)
