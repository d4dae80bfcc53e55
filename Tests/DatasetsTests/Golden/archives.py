"""Archives and files of tensors as other programs write them, for ArchiveTests.swift and SafetensorsTests.swift.

    python3 archives.py        writes them beside itself

Made with Python 3.11, NumPy 2.2.6 and safetensors 0.5.3. Number i of each array is i * 7 % 11 - 3 (unsigned ones without the - 3).
"""

import io
import pathlib
import zipfile

import numpy as np
import safetensors

HERE = pathlib.Path(__file__).parent
TYPES = {"F64": "<f8", "F32": "<f4", "I64": "<i8", "I32": "<i4", "I16": "<i2", "U16": "<u2", "I8": "|i1", "U8": "|u1", "F16": "<f2"}


def numbers(dtype, shape):
    values = np.arange(np.prod(shape)) * 7 % 11 - (0 if dtype[1] == "u" else 3)
    return values.astype(dtype).reshape(shape)


x, y, w = numbers("<f4", (6, 4)), numbers("|u1", (6,)), numbers("<f8", (6,)) + 3
np.savez(HERE / "stored.npz", x=x, y=y, w=w)
np.savez_compressed(HERE / "compressed.npz", x=x, y=y, w=w)


class Pipe(io.RawIOBase):
    """What cannot go back: sizes stand behind the contents."""

    def __init__(self):
        self.bytes = b""

    def writable(self):
        return True

    def write(self, data):
        self.bytes += bytes(data)
        return len(data)


pipe = Pipe()
with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.comment = b"written to a pipe"
    for name, array in [("x", x.astype(">f4")), ("y", y)]:
        with archive.open(name + ".npy", "w", force_zip64=name == "x") as file:
            np.lib.format.write_array(file, array)
(HERE / "piped.npz").write_bytes(pipe.bytes)

tensors = {
    name: {"dtype": rust, "shape": [6, 4], "data": numbers(dtype, (6, 4)).tobytes()}
    for (name, dtype), rust in zip(
        TYPES.items(), ["float64", "float32", "int64", "int32", "int16", "uint16", "int8", "uint8", "float16"])
}
# The upper half of a float32 number.
halves = numbers("<f4", (6, 4)).view("<u4") >> 16
tensors["BF16"] = {"dtype": "bfloat16", "shape": [6, 4], "data": halves.astype("<u2").tobytes()}
tensors["BOOL"] = {"dtype": "bool", "shape": [6, 4], "data": (numbers("|u1", (6, 4)) % 2).tobytes()}
tensors["U32"] = {"dtype": "uint32", "shape": [6, 4], "data": numbers("<u4", (6, 4)).tobytes()}
tensors["y"] = {"dtype": "uint8", "shape": [6], "data": y.tobytes()}
(HERE / "types.safetensors").write_bytes(safetensors.serialize(tensors, {"made": "by safetensors"}))
