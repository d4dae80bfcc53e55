"""Writes a table of whole numbers in the formats of other programs.

    python write_formats.py TABLE.csv FOLDER        the last column is the target
"""

import csv
import gzip
import sys

import numpy as np
import safetensors.numpy

table, folder = sys.argv[1:]
with open(table) as file:
    rows = list(csv.reader(file))[1:]
x = np.array([[float(cell) for cell in row[:-1]] for row in rows], np.float32)
y = np.array([int(row[-1]) for row in rows], np.uint8)
np.save(folder + "/x.npy", x)
np.save(folder + "/y.npy", y)
np.savez(folder + "/stored.npz", images=x, labels=y)
np.savez_compressed(folder + "/compressed.npz", images=x.astype(np.float64), labels=y.astype(np.int64))
safetensors.numpy.save_file({"images": x, "labels": y}, folder + "/single.safetensors")
safetensors.numpy.save_file({"images": x.astype(np.float16), "labels": y}, folder + "/half.safetensors")
lines = "".join(
    f"{label} " + " ".join(f"{index + 1}:{value:g}" for index, value in enumerate(row) if value) + "\n"
    for row, label in zip(x, y))
with open(folder + "/plain.svm", "w") as file:
    file.write("# index:value from 1 on\n" + lines)
with gzip.open(folder + "/packed.svm.gz", "wt") as file:
    file.write(lines)
