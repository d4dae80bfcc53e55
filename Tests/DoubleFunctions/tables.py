#!/usr/bin/env python3
"""Writes the tables and coefficients of Sources/CKernels/elementary, all computed here with mpmath.

    scripts/double-functions tables          writes Sources/CKernels/elementary/tables_*.h
    scripts/double-functions tables --check  fails where a file is not what this script writes

A polynomial is the interpolation in Chebyshev nodes of what it stands for, which is within a factor of two or so of the least greatest
error; coefficients are computed with 60 digits and rounded once. A constant in two or three doubles is rounded, and what is left is
rounded again.
"""

import pathlib
import sys

from mpmath import mp, mpf

mp.dps = 60
folder = pathlib.Path(__file__).resolve().parents[2] / "Sources/CKernels/elementary"


def parts(value, count=2):
    """The nearest double, then the nearest of the rest."""
    found = []
    for _ in range(count):
        found.append(float(value))
        value -= mpf(found[-1])
    return found


def cut(value, unit):
    """The nearest multiple of a power of two, and the rest as a double."""
    high = mp.nint(value / unit) * unit
    return [float(high), float(value - high)]


def fit(function, low, high, count):
    """Coefficients c[0], c[1], ... of the interpolation in `count` Chebyshev nodes of low ... high; none of them at 0, where functions cancel."""
    middle, half = (mpf(high) + low) / 2, (mpf(high) - low) / 2
    nodes = [middle + half * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]
    matrix = mp.matrix(count, count)
    for i, x in enumerate(nodes):
        for j in range(count):
            matrix[i, j] = x**j
    found = mp.lu_solve(matrix, mp.matrix([function(x) for x in nodes]))
    return [float(c) for c in found]


def series(function, at, count):
    """Taylor's coefficients."""
    return mp.taylor(function, mpf(at), count - 1)


def hexadecimal(value):
    return "0" if value == 0 else float(value).hex().replace("0000000000000p", "p")


class File:
    def __init__(self, name, says):
        self.name = f"tables_{name}.h"
        self.lines = [f"// {says}", "// Written by Tests/DoubleFunctions/tables.py: change it there."]

    def constant(self, name, value):
        self.lines.append(f"#define {name} {hexadecimal(value)}")

    def polynomial(self, name, says, coefficients):
        """One array, lowest power first."""
        self.lines += ["", f"/// {says}"]
        self.lines.append(f"static const double {name}[{len(coefficients)}] = {{")
        self.rows([coefficients], braces=False)

    def table(self, name, says, rows):
        self.lines += ["", f"/// {says}"]
        self.lines.append(f"static const double {name}[{len(rows)}][{len(rows[0])}] = {{")
        self.rows(rows, braces=True)

    def rows(self, rows, braces):
        for row in rows:
            words = [hexadecimal(v) for v in row]
            if braces:
                words[0], words[-1] = "{" + words[0], words[-1] + "}"
            line = "   "
            for word in words:
                if len(line) + len(word) + 2 > 120:
                    self.lines.append(line)
                    line = "   "
                line += " " + word + ","
            self.lines.append(line)
        self.lines.append("};")

    def text(self):
        return "\n".join(self.lines) + "\n"


def exp_file():
    file = File("exp", "2^(i / 128) in two doubles, and what belongs to it.")
    step = mp.log(2) / 128
    unit = mpf(2) ** -40  # times n < 2^18 it is exact
    high, low = cut(step, unit)
    file.constant("EXP_STEPS", float(1 / step))
    file.constant("EXP_STEP_HIGH", high)
    file.constant("EXP_STEP_LOW", low)
    file.polynomial(
        "exp_series", "(e^r - 1 - r) / r^2, |r| <= ln(2) / 256.",
        fit(lambda r: (mp.expm1(r) - r) / r**2, -step / 2, step / 2, 4))
    file.polynomial(
        "expm1_series", "(e^x - 1 - x - x^2 / 2) / x^3, |x| <= 1/8.",
        fit(lambda x: (mp.expm1(x) - x - x**2 / 2) / x**3, mpf(-1) / 8, mpf(1) / 8, 10))
    file.polynomial(
        "tanh_series", "(tanh x - x) / x^3 in powers of x^2, |x| <= 1/16.",
        fit(lambda s: (mp.tanh(mp.sqrt(s)) - mp.sqrt(s)) / mp.sqrt(s) ** 3, mpf(2) ** -40, mpf(1) / 256, 6))
    file.table("exp_powers", "2^(i / 128).", [parts(mpf(2) ** (mpf(i) / 128)) for i in range(128)])
    return file


def log_file():
    file = File("log", "Reciprocals c of the middles of 128 parts of 1 ... 2, and their logarithms.")
    unit = mpf(2) ** -42  # k ln 2 and -log c are whole numbers of it: their sum is exact
    high, low = cut(mp.log(2), unit)
    file.constant("LN2_HIGH_PART", high)
    file.constant("LN2_LOW_PART", low)
    file.polynomial(
        "log_series", "(log(1 + r) - r + r^2 / 2) / r^3, |r| <= 2^-7.",
        fit(lambda r: (mp.log1p(r) - r + r**2 / 2) / r**3, mpf(-1) / 128, mpf(1) / 128, 6))
    rows = []
    for i in range(128):
        c = mp.nint(256 / (1 + (mpf(i) + mpf(1) / 2) / 128)) / 256
        if i == 0:
            c = mpf(1)
        if i == 127:
            c = mpf(1) / 2
        # From sqrt(2) on the number counts as half of itself: 53 / 128 is the first part that lies above.
        value = -mp.log(c) - (mp.log(2) if i >= 53 else 0)
        rows.append([float(c)] + (cut(value, unit) if value else [0.0, 0.0]))
    file.table("log_table", "c, and -log c (from i = 53 on -log 2c) in two doubles, the first a whole number of 2^-42.", rows)
    return file


def sine_file():
    file = File("sine", "Sines and cosines of i / 64, and the bits of 2 / pi.")
    file.lines += [f"#define PI_HALF_HIGH {hexadecimal(parts(mp.pi / 2)[0])}"]
    file.constant("PI_HALF_LOW", parts(mp.pi / 2)[1])
    least, most = mpf(2) ** -40, mpf(1) / 256
    file.polynomial(
        "sine_series", "(sin x - x) / x^3 in powers of x^2, |x| <= 1/16.",
        fit(lambda s: (mp.sin(mp.sqrt(s)) - mp.sqrt(s)) / mp.sqrt(s) ** 3, least, most, 5))
    file.polynomial(
        "cosine_series", "(cos x - 1) / x^2 in powers of x^2, |x| <= 1/128.",
        fit(lambda s: (mp.cos(mp.sqrt(s)) - 1) / s, least, mpf(1) / 2**14, 3))
    file.table(
        "sine_parts", "sin a and cos a in two doubles each, a = i / 64.",
        [parts(mp.sin(mpf(i) / 64)) + parts(mp.cos(mpf(i) / 64)) for i in range(52)])
    words = 20
    with mp.workprec(64 * words + 64):
        bits = int(mp.floor(2 / mp.pi * mpf(2) ** (64 * (words - 1))))
    file.lines += [
        "",
        "/// 2 / pi, the binary point behind the first word: 1152 bits of its fraction and 64 for the last words that are read.",
        f"static const uint64_t two_over_pi[{words}] = {{"]
    line = "   "
    for i in range(words):
        word = f" 0x{bits >> (64 * (words - 1 - i)) & 0xFFFFFFFFFFFFFFFF:016x},"
        if len(line) + len(word) > 120:
            file.lines.append(line)
            line = "   "
        line += word
    file.lines += [line, "};"]
    return file


def erf_file():
    file = File("erf", "The error function by pieces.")
    slope = 2 / mp.sqrt(mp.pi)
    file.constant("ERF_SLOPE_HIGH", parts(slope - 1)[0])
    file.constant("ERF_SLOPE_LOW", parts(slope - 1)[1])
    file.polynomial(
        "erf_series", "(erf x - 2 x / sqrt(pi)) / x^3 in powers of x^2, |x| <= 1/4.",
        fit(lambda s: (mp.erf(mp.sqrt(s)) - slope * mp.sqrt(s)) / mp.sqrt(s) ** 3, mpf(2) ** -40, mpf(1) / 16, 8))
    rows = []
    for i in range(4, 97):
        taylor = series(mp.erf, mpf(i) / 16, 12)
        rows.append(parts(taylor[0]) + [float(c) for c in taylor[1:]])
    file.table("erf_pieces", "Row i - 4: erf(i / 16) in two doubles, then Taylor's coefficients of the powers 1 ... 11.", rows)
    return file


def gamma_file():
    file = File("gamma", "log Gamma between 1/2 and 5/2 by pieces, and Stirling's series.")
    file.constant("HALF_LOG_2PI_HIGH", parts(mp.log(2 * mp.pi) / 2)[0])
    file.constant("HALF_LOG_2PI_LOW", parts(mp.log(2 * mp.pi) / 2)[1])
    file.constant("LOG_PI_HIGH", parts(mp.log(mp.pi))[0])
    file.constant("LOG_PI_LOW", parts(mp.log(mp.pi))[1])
    file.constant("PI_HIGH", parts(mp.pi)[0])
    file.constant("PI_LOW", parts(mp.pi)[1])
    # B(2n) / (2n (2n - 1)): from 24 on thirteen terms leave less than 2^-100.
    file.table(
        "stirling_series", "B(2n) / (2n (2n - 1)) in two doubles: the coefficients of x^(1 - 2n), n = 1 ... 16.",
        [parts(mp.bernoulli(2 * n) / (2 * n * (2 * n - 1))) for n in range(1, 17)])
    rows = []
    for i in range(16, 81):
        a = mpf(i) / 32
        taylor = [mp.loggamma(a), mp.digamma(a)] + [mp.polygamma(n - 1, a) / mp.factorial(n) for n in range(2, 12)]
        if i in (32, 64):
            taylor[0] = mpf(0)
        rows.append(parts(taylor[0]) + parts(taylor[1]) + [float(c) for c in taylor[2:]])
    file.table(
        "gamma_pieces",
        "Row i - 16: log Gamma(i / 32) and its slope in two doubles each, then Taylor's coefficients of the powers 2 ... 11.", rows)
    return file


def main():
    check = sys.argv[1:] == ["--check"]
    wrong = []
    for file in (exp_file(), log_file(), sine_file(), erf_file(), gamma_file()):
        path = folder / file.name
        if check:
            if not path.exists() or path.read_text() != file.text():
                wrong.append(file.name)
        else:
            path.write_text(file.text())
    if wrong:
        sys.exit(f"Tests/DoubleFunctions/tables.py: {', '.join(wrong)}: not what this script writes; run it without --check")


main()
