"""Every C kernel writes the same bytes at each level of this CPU, on emulated Haswell and Nehalem, and on aarch64.

    python3 Tests/Processors/kernels.py [--times COUNT] [--no-sanitizers]

kernels.c calls each kernel of the list (ck_kernels.h) with COUNT drawn shapes and values, and prints a line for each.
It is compiled with the flags of Package.swift, for aarch64 with the headers and libraries of Debian's
libc6-dev-arm64-cross and libgcc-*-dev-arm64-cross, and once more with the address and
undefined-behavior sanitizers, with which it runs the same list. The negative control has one kernel that adds in
another order, which must be told from the others.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCES = ROOT + "/Sources/CKernels"
DRIVER = ROOT + "/Tests/Processors/kernels.c"
LEVELS = ["portable", "avx2", "avx512"]
NO_SUCH_LEVEL = 2
# Checks by calls and less optimization take a fifth of the time to compile. What null and object-size would find the
# addresses show, vectors may lie at any float, and no address comes near the end of memory.
SANITIZERS = [
    "-O1", "-gline-tables-only", "-fsanitize=address,undefined",
    "-fno-sanitize=null,alignment,object-size,pointer-overflow",
    "-fno-sanitize-recover=undefined", "-mllvm", "-asan-instrumentation-with-call-threshold=0",
]


def fail(text):
    print("test-processors: " + text, file=sys.stderr)
    sys.exit(1)


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, timeout=1200, **options)


def flags():
    """What Package.swift compiles the kernels with."""
    with open(ROOT + "/Package.swift", encoding="utf-8") as file:
        found = re.search(r'name: "CKernels",\s*cSettings: \[\.unsafeFlags\(\[([^\]]*)\]\)\]', file.read())
    if not found:
        fail("the flags of CKernels are not where they were in Package.swift")
    return re.findall(r'"([^"]*)"', found[1])


def declared():
    """The names that the driver must print: those of the list, and the product that is written from two of them."""
    with open(SOURCES + "/ck_kernels.h", encoding="utf-8") as file:
        lines = re.findall(r"^([A-Z_0-9]+)\((?:ck_\w+, )?(\w+)", file.read(), re.M)
    words = {"KERNEL": [""], "FUNCTION": [""], "FUNCTION64": [""], "ACTIVATION": ["", "_backward"],
             "ELEMENT_LOSS": ["_loss"], "OPTIMIZER": ["_update"]}
    return [name + word for sort, name in lines for word in words[sort]] + ["product_transposed"]


def not_covered(names, lines):
    return [name for name in names if name not in lines]


class Build:
    """The kernels and the driver, compiled for one target in one way."""

    def __init__(self, folder, name, words, link=()):
        self.folder, self.words, self.link = f"{folder}/{name}", [*words, f"-I{SOURCES}/include"], list(link)
        self.program = self.folder + "/kernels"
        os.mkdir(self.folder)

    def compile(self, source, extra=()):
        name = os.path.basename(source).removesuffix(".c") + "".join(extra)
        done = run([os.environ.get("CC", "clang"), *self.words, *extra, "-c", source, "-o", f"{self.folder}/{name}.o"])
        if done.returncode != 0 or "warning:" in done.stderr:
            fail(f"{source} is not compiled with {' '.join(self.words)}: {done.stderr.strip()[-2000:]}")

    def finish(self, program=None, driver="kernels"):
        objects = [
            path for path in glob.glob(self.folder + "/*.o") if not os.path.basename(path).startswith("kernels-D")
        ]
        if driver != "kernels":
            objects.remove(f"{self.folder}/kernels.o")
            objects.append(f"{self.folder}/{driver}.o")
        program = program or self.program
        done = run([os.environ.get("CC", "clang"), *self.words, *objects, *self.link, "-lm", "-o", program])
        if done.returncode != 0:
            fail(f"the kernels are not linked with {' '.join(self.link)}: {done.stderr.strip()[-2000:]}")
        return program


def sources():
    """The kernels and the driver, those that take longest first."""
    paths = glob.glob(SOURCES + "/*.c") + glob.glob(SOURCES + "/elementary/*.c")
    return sorted(paths, key=lambda path: -os.path.getsize(path) - (1 << 20) * ("kernels_" in path)) + [DRIVER]


def aarch64():
    """Words for the compiler and the linker, with what the cross packages of Debian and Ubuntu install."""
    libraries = "/usr/aarch64-linux-gnu/lib"
    compilers = sorted(glob.glob("/usr/lib/gcc-cross/aarch64-linux-gnu/*/libgcc.a"))
    if not compilers or not os.path.exists(libraries + "/libc.a"):
        fail("headers and libraries of aarch64 are missing; run scripts/install-dependencies --tests")
    words = ["-target", "aarch64-linux-gnu", "-isystem", "/usr/aarch64-linux-gnu/include"]
    install = os.path.dirname(compilers[-1])
    return words, ["-static", "-fuse-ld=lld", f"--gcc-install-dir={install}", f"-B{libraries}", f"-L{libraries}"]


class Run:
    """One program on one CPU at one level, and the lines that it prints."""

    def __init__(self, name, prefix, program, level, times, may_miss=False):
        self.name, self.command = name, [*prefix, program, str(level), str(times)]
        self.may_miss = may_miss
        self.lines = None

    def start(self):
        done = run(self.command)
        if self.may_miss and done.returncode == NO_SUCH_LEVEL:
            return self
        if done.returncode != 0:
            fail(f"kernels, {self.name}: ended with {done.returncode}: {done.stderr.strip()[-3000:]}")
        self.lines = dict(line.split() for line in done.stdout.splitlines())
        return self


def main():
    parser = argparse.ArgumentParser(prog="Tests/Processors/kernels.py")
    parser.add_argument("--times", type=int, default=60, help="calls of each kernel")
    parser.add_argument("--no-sanitizers", action="store_true")
    options = parser.parse_args()
    begin = time.monotonic()
    emulators = {name: shutil.which("qemu-" + name) for name in ["x86_64", "aarch64"]}
    for name, path in emulators.items():
        if not path:
            fail(f"qemu-{name} is missing; run scripts/install-dependencies --tests")
    with tempfile.TemporaryDirectory() as folder:
        own = Build(folder, "x86_64", flags())
        other_words, other_link = aarch64()
        other = Build(folder, "aarch64", flags() + other_words, other_link)
        builds = [own, other]
        if not options.no_sanitizers:
            builds.append(Build(folder, "sanitized", flags() + SANITIZERS))
        times, portable, avx2 = options.times, LEVELS.index("portable"), LEVELS.index("avx2")
        runs = [Run(f"this CPU, {name}", [], own.program, level, times, level > 0) for level, name in enumerate(LEVELS)]
        runs.append(Run("Haswell", [emulators["x86_64"], "-cpu", "Haswell"], own.program, avx2, times))
        runs.append(Run("Nehalem", [emulators["x86_64"], "-cpu", "Nehalem"], own.program, portable, times))
        runs.append(Run("aarch64", [emulators["aarch64"]], other.program, portable, times))
        if not options.no_sanitizers:
            runs += [
                Run(f"sanitizers, {name}", [], builds[-1].program, level, times, level > 0)
                for level, name in enumerate(LEVELS)
            ]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(build.compile, source) for build in reversed(builds) for source in sources()]
            jobs.append(pool.submit(own.compile, DRIVER, ["-DOTHER_ORDER"]))
            for job in jobs:
                job.result()
            for job in [pool.submit(build.finish) for build in builds]:
                job.result()
            control = Run("control", [], own.finish(folder + "/control", "kernels-DOTHER_ORDER"), portable, times)
            for job in [pool.submit(one.start) for one in [*reversed(runs), control]]:
                job.result()
    missed = [one.name for one in runs if one.lines is None]
    runs = [one for one in runs if one.lines is not None]
    first, names = runs[0], declared()
    left_out = not_covered(names, first.lines)
    if left_out:
        fail(f"kernels that Tests/Processors/kernels.c does not call: {', '.join(left_out)}")
    if not_covered([*names, "one_more"], first.lines) != ["one_more"]:
        fail("a kernel that is not called is not told")
    told = [name for name in names if control.lines[name] != first.lines[name]]
    if told != ["sum"]:
        fail(f"the control, whose sum has another order, differs in {', '.join(told) or 'nothing'}")
    failures = [
        f"{name}: {one.name} has {one.lines.get(name, 'nothing')}, {first.name} {first.lines[name]}"
        for one in runs[1:] for name in first.lines if one.lines.get(name) != first.lines[name]
    ]
    if failures:
        fail("\n  ".join(["bytes of kernels differ:"] + failures))
    skipped = f" (not there: {', '.join(missed)})" if missed else ""
    places = "; ".join(one.name for one in runs)
    print(f"{len(first.lines)} kernels wrote the same bytes in {times} calls each: {places}{skipped}; "
          f"{time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
