"""HDF5 files and what they hold, as h5py reads it: NAME.h5 beside NAME.npy, the features of all rows in float64.

python3 Tests/DatasetsTests/Golden/hdf5.py Tests/DatasetsTests/Golden   (h5py 3.16.0 with HDF5 2.0.0, NumPy 2.4.6)
"""

import ctypes
import glob
import os
import sys

import h5py
import numpy as np

os.chdir(sys.argv[1])
rng = np.random.default_rng(18)
# What libraries from 1.10 on can read.
LATEST = ("v108", "v110")


def values(*shape):
    return np.round(rng.normal(size=shape) * 100, 3)


def case(name, fill, libver="earliest", userblock=0, features="x", expected=None):
    with h5py.File(name + ".h5", "w", libver=libver, userblock_size=userblock) as file:
        fill(file)
    with h5py.File(name + ".h5") as file:
        array = expected if expected is not None else file[features][...].astype("f8")
    np.save(name + ".npy", np.ascontiguousarray(array.reshape(len(array), -1), dtype="<f8"))


def simple(data, **keys):
    def fill(file):
        file.create_dataset("x", data=data, **keys)
        file.create_dataset("y", data=np.arange(len(data)) % 3)

    return fill


gzip = {"compression": "gzip", "shuffle": True}
case("contiguous", simple(values(10, 3).astype("<f4")))
case("float64", simple(values(10, 3)))
case("big-endian", simple(values(10, 3).astype(">f8")))
case("big-endian-chunks", simple(values(20, 3).astype(">i2"), chunks=(8, 3), **gzip))
case("edges", simple(values(23, 7).astype("<f4"), chunks=(8, 3), **gzip))
case("plain-chunks", simple(values(23, 7), chunks=(5, 4)))
case("fletcher32", simple(values(40, 3).astype("<f4"), chunks=(16, 3), fletcher32=True, **gzip))
case("odd-fletcher32", simple(rng.integers(0, 255, (7, 3), dtype="u1"), chunks=(7, 1), fletcher32=True))
case("images", simple(rng.integers(0, 255, (6, 5, 4), dtype="u1"), chunks=(4, 5, 4), **gzip))
case("vector", simple(values(11).astype("<f4")))
for kind in ["i1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "bool"]:
    whole = rng.integers(0, 100, (9, 2)).astype(kind)
    if kind == "f2":
        whole[:, 1] = np.array([6e-8, 6.1e-5, -0.1, 65504, 1, -2, 3e-5, 0, -0.0], "f2")
    case("type-" + kind, simple(whole, chunks=(4, 2), compression="gzip"))


def missing(file):
    x = file.create_dataset("x", shape=(20, 6), chunks=(4, 4), dtype="<f4", fillvalue=-1.5, **gzip)
    x[0:4, 0:4] = values(4, 4)
    x[9:11, 5] = 7
    file.create_dataset("y", data=np.arange(20) % 2)


def zeros(file):
    x = file.create_dataset("x", shape=(20, 6), chunks=(4, 4), dtype="<i4", maxshape=(None, 6))
    x[13] = 5
    file.create_dataset("y", data=np.arange(20) % 2)


def mask(file):
    x = file.create_dataset("x", shape=(6, 4), chunks=(2, 4), dtype="<f4", **gzip)
    data = values(6, 4).astype("<f4")
    x[...] = data
    # Shuffle and deflate left out, then deflate alone.
    x.id.write_direct_chunk((2, 0), data[2:4].tobytes(), filter_mask=3)
    shuffled = np.frombuffer(data[4:6].tobytes(), "u1").reshape(-1, 4).T.tobytes()
    x.id.write_direct_chunk((4, 0), shuffled, filter_mask=2)


def compact(file):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((5, 3))
    x = h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F64BE, space, plist)
    x.write(h5py.h5s.ALL, h5py.h5s.ALL, values(5, 3))


case("missing", missing)
case("zeros", zeros)
case("mask", mask)
case("compact", compact)
case("user-block", simple(values(9, 3), chunks=(4, 3), **gzip), userblock=512)
case("user-block-contiguous", simple(values(9, 3)), userblock=1024)
case("one-chunk", simple(values(5, 3), chunks=(5, 3), **gzip), libver=LATEST)
case("fixed-array", simple(values(25, 3), chunks=(5, 3), **gzip), libver=LATEST)
case("extensible-array", simple(values(25, 3), chunks=(5, 3), maxshape=(None, 3), **gzip), libver=LATEST)
case("tree-2", simple(values(25, 3), chunks=(5, 2), maxshape=(None, None), **gzip), libver=LATEST)


def early(file):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4, 3))
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    x = h5py.h5d.create(file.id, b"x", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((10, 3)), plist)
    x.write(h5py.h5s.ALL, h5py.h5s.ALL, values(10, 3).astype("f4"))


case("implicit", early, libver=LATEST)

# As NetCDF-4 has it: dimensions as scales, packed values, missing ones.
stored = rng.integers(-300, 300, (12, 4)).astype("<i2")
stored[3, 1] = stored[7, 2] = -32767


def packed(file):
    file.create_dataset("time", data=np.arange(12.0)).make_scale("time")
    x = file.create_dataset("x", data=stored, chunks=(5, 4), compression="gzip")
    x.dims[0].attach_scale(file["time"])
    x.attrs["scale_factor"], x.attrs["add_offset"] = np.float64(0.25), np.float64(10)
    x.attrs["_FillValue"] = np.int16(-32767)
    x.attrs["units"] = "K"


case("packed", packed, expected=np.where(stored == -32767, np.nan, stored * 0.25 + 10))
marked = values(8, 2).astype("<f4")
marked[5, 0] = 1e20


def marks(file):
    file.create_dataset("x", data=marked).attrs["missing_value"] = np.array([1e20], "f4")


case("marked", marks, expected=np.where(marked == np.float32(1e20), np.nan, marked).astype("f8"))


def texts(file):
    file.create_dataset("x", data=values(6, 2).astype("<f4"))
    names = [name.encode() for name in ["cat", "dog", "cat", "ox", "größe", "dog"]]
    file.create_dataset("y", data=np.array(names, h5py.string_dtype("utf-8", 8)))
    group = file.create_group("deep/in")
    group.create_dataset("a", data=np.arange(6, dtype="<f4"))
    group.create_dataset("b", data=np.arange(12, dtype=">i4").reshape(6, 2))
    group.create_dataset("w", data=np.linspace(0.5, 1, 6))
    file["soft"] = h5py.SoftLink("/deep/in/a")


case("groups", texts, features="deep/in/b")
for part, rows in enumerate([5, 8, 3]):
    case(f"part-{part}", simple(values(rows, 3).astype("<f4" if part != 1 else ">f4"), **(gzip if part == 2 else {})))


# What is refused, each with its own sentence.
def refused(file):
    file.create_dataset("y", data=np.arange(4))
    file.create_dataset("lzf", data=values(4, 2), compression="lzf")
    file.create_dataset("scalar", data=1.0)
    file.create_dataset("empty", data=h5py.Empty("f4"))
    file.create_dataset("none", shape=(0, 3), dtype="f4")
    file.create_dataset("unwritten", shape=(4, 3), dtype="f4")
    file.create_dataset("unwritten-chunks", shape=(4, 3), dtype="f4", chunks=(2, 3))
    file.create_dataset("compound", data=np.zeros(4, [("a", "f4"), ("b", "i4")]))
    file.create_dataset("complex", data=np.zeros(4, "c8"))
    file.create_dataset("words", data=["a", "b", "c", "d"])
    file.create_dataset("great", data=np.array([1, 2, 2**63, 4], "u8"))
    file.create_dataset("latin", data=np.array([b"a", b"\xe9", b"c", b"d"]))
    file.create_dataset("blank", data=np.array([b"a", b"", b"c", b"d"]))
    file.create_dataset("fixed", data=np.array([b"a", b"b", b"c", b"d"]))
    file.create_dataset("infinite", data=np.array([1, 2, np.inf, 4]))
    file.create_dataset("longer", data=np.zeros(5))
    file.create_dataset("cube", data=np.zeros((4, 1, 1)))
    file.create_dataset("external", shape=(4,), dtype="f4", external=[("elsewhere.bin", 0, 16)])
    layout = h5py.VirtualLayout(shape=(4,), dtype="f4")
    layout[:] = h5py.VirtualSource("contiguous.h5", "x", shape=(4,))
    file.create_virtual_dataset("virtual", layout)
    file["outside"] = h5py.ExternalLink("contiguous.h5", "/x")
    file["dangling"] = h5py.SoftLink("/nowhere")
    file.create_group("group/inner").create_dataset("x", data=np.zeros(4))


with h5py.File("refused.h5", "w") as file:
    refused(file)


# Files of which rows match in all alone.
for part, (features, targets) in enumerate([(3, 2), (3, 4)]):
    with h5py.File(f"pair-{part}.h5", "w") as file:
        file.create_dataset("x", data=np.arange(2.0 * features).reshape(features, 2))
        file.create_dataset("y", data=np.arange(targets))

# Classes with blanks around them, and marks for missing ones.
with h5py.File("marks.h5", "w") as file:
    file.create_dataset("x", data=np.arange(6.0))
    file.create_dataset("y", data=np.array([b" cat", b"cat ", b"NA", b"?", b" ", b"dog"]))

# Attributes of NetCDF: bits without a sign, ranges that are not heeded, whole numbers that float32 would round.
bits = np.array([[-1, 1], [2, -128], [127, 0]], "i1")


def unsigned(file):
    x = file.create_dataset("x", data=bits)
    x.attrs["_Unsigned"] = "true"
    x.attrs["_FillValue"], x.attrs["valid_range"] = np.int8(-1), np.array([0, 100], "i1")


case("unsigned", unsigned, expected=np.where(bits == -1, np.nan, bits.view("u1")))
seconds = np.array([1_500_000_001, 1_500_000_003, -7], "i4")


def clock(file):
    x = file.create_dataset("x", data=seconds)
    x.attrs["scale_factor"], x.attrs["add_offset"] = np.float32(1), np.float32(0)


case("seconds", clock, expected=seconds.astype("f8"))
with h5py.File("attributes.h5", "w") as file:
    for name, attribute, value in [
        ("text", "missing_value", "none"), ("fixed", "_FillValue", np.bytes_(b"-")), ("list", "scale_factor", [1.0, 2.0]),
        ("long", "missing_value", np.arange(17)), ("sign", "_Unsigned", "maybe"),
    ]:
        file.create_dataset(name, data=np.arange(4)).attrs[attribute] = value
    file.create_dataset("great", data=np.array([1, 2**53 + 1])).attrs["_FillValue"] = np.int64(-1)


def raw_edges(file):
    """Chunks at the edges without filters, which h5py cannot ask for: a call of its library."""
    libraries = os.path.join(os.path.dirname(h5py.__file__), "..", "h5py.libs", "libhdf5-*")
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4, 2))
    plist.set_deflate(4)
    assert ctypes.CDLL(glob.glob(libraries)[0]).H5Pset_chunk_opts(ctypes.c_int64(plist.id), 2) == 0
    for name, rows in [(b"x", 10), (b"whole", 8)]:
        x = h5py.h5d.create(file.id, name, h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((rows, 2)), plist)
        x.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(2.0 * rows).reshape(rows, 2))


with h5py.File("raw-edges.h5", "w", libver=LATEST) as file:
    raw_edges(file)
