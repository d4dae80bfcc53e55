"""Points of the Sobol sequence in many dimensions, as SciPy has them.

python3 Tests/ModelSelectionTests/Golden/sobol.py > Tests/ModelSelectionTests/Golden/sobol.json

Versions: Python 3.11, NumPy 2.4.6, SciPy 1.17.1 (scipy.stats.qmc.Sobol, scramble=False: direction numbers of Joe and Kuo 2008, the
order of Antonov and Saleev). A line of the file is a point: its number, and its coordinates as multiples of 2^-30, which they are
exactly.
"""

import json

import numpy as np
from scipy.stats import qmc

DIMENSIONS = 64

numbers = [*range(20), 31, 32, 33, 127, 128, 1000, 1023, 1024, 4095, 65535, 65536, 1_000_003]
lines = []
for number in numbers:
    sequence = qmc.Sobol(DIMENSIONS, scramble=False, bits=30)
    if number > 0:
        sequence.fast_forward(number)
    point = sequence.random(1)[0] * 2**30
    assert np.all(point == np.floor(point))
    lines.append(json.dumps(dict(number=number, point=[int(x) for x in point])))
print('{"dimensions": %d, "points": [\n%s\n]}' % (DIMENSIONS, ",\n".join(lines)))
