"""Tables of every kind that scripts/import-table reads, written by pandas and pyarrow, imported, read back and compared.

    scripts/test-import-table
"""

import datetime
import json
import os
import resource
import subprocess
import sys
import tempfile

import numpy
import pandas
import pyarrow
import pyarrow.parquet

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "import-table")
TYPES = {"category": "<i4", "date": "<i4", "datetime": "<i8", "bool": "u1", "float64": "<f8", "float32": "<f4", "int64": "<i8",
         "int32": "<i4", "int16": "<i2", "int8": "i1", "uint16": "<u2", "uint8": "u1"}


def read(folder):
    """The values of each column by name, None where one is missing."""
    with open(folder + "/table.json", encoding="utf-8") as file:
        table = json.load(file)
    assert (table["format"], table["version"]) == ("ptrain-table", 1)
    columns = {}
    for column in table["columns"]:
        path, kind = folder + "/" + column["file"], column["type"]
        if kind == "text":
            ends = numpy.fromfile(folder + "/" + column["offsets"], "<i8")
            data = open(path, "rb").read()
            assert len(ends) == table["rows"] + 1 and ends[0] == 0 and ends[-1] == len(data)
            values = [data[start:end].decode() for start, end in zip(ends, ends[1:])]
        else:
            values = numpy.fromfile(path, TYPES[kind]).tolist()
        assert len(values) == table["rows"], column
        if kind == "category":
            values = [None if code < 0 else column["labels"][code] for code in values]
        elif kind == "date":
            values = [datetime.date(1970, 1, 1) + datetime.timedelta(days=value) for value in values]
        elif kind == "datetime":
            values = [datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=value) for value in values]
        elif kind == "bool":
            values = [value == 1 for value in values]
        if "missing" in column:
            flags = numpy.fromfile(folder + "/" + column["missing"], "u1")
            assert len(flags) == table["rows"]
            values = [None if flag else value for value, flag in zip(values, flags)]
        columns[column["name"]] = [None if isinstance(value, float) and value != value else value for value in values]
    return columns


def plain(value):
    """A pandas value as Python has it."""
    if value is None or value is pandas.NaT or value is pandas.NA or isinstance(value, float) and value != value:
        return None
    if isinstance(value, pandas.Timestamp):
        return (value.tz_convert(None) if value.tzinfo else value).to_pydatetime(warn=False)
    return value.item() if hasattr(value, "item") else value


def expect(folder, frame, loose=False):
    found = read(folder)
    assert list(found) == list(frame.columns), (list(found), list(frame.columns))
    for name in frame.columns:
        wanted = [plain(value) for value in frame[name]]
        if loose:  # formats that know fewer types
            wanted = [None if value == "" else value for value in wanted]
            own = [None if value == "" else value for value in found[name]]
        else:
            own = found[name]
        assert len(own) == len(wanted), name
        for row, (a, b) in enumerate(zip(own, wanted)):
            assert a == b, f"{folder}, row {row} of {name}: {a!r}, not {b!r}"


def run(*arguments, status=0, output=False):
    outcome = subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True)
    assert outcome.returncode == status, outcome.stderr
    assert status or not outcome.stderr, outcome.stderr
    return outcome.stdout if output else outcome.stderr


def main():
    rows = 1000
    random = numpy.random.default_rng(1)
    frame = pandas.DataFrame({
        "real": numpy.where(random.random(rows) < 0.1, numpy.nan, random.normal(size=rows)),
        "narrow": random.normal(size=rows).astype("float32"),
        "whole": pandas.array([None if i % 7 == 0 else 1 << i % 60 for i in range(rows)], dtype="Int64"),
        "small": random.integers(-128, 128, rows).astype("int8"),
        "big": random.integers(0, 1 << 32, rows).astype("uint32"),
        "flag": pandas.array([None if i % 11 == 0 else i % 3 == 0 for i in range(rows)], dtype="boolean"),
        "kind": pandas.Categorical([None if i % 13 == 0 else ["x", "y", "ä"][i % 3] for i in range(rows)]),
        "text": [None if i % 17 == 0 else ["", "red", "日本", "two\nlines"][i % 4] for i in range(rows)],
        "day": [None if i % 19 == 0 else datetime.date(1900, 1, 1) + datetime.timedelta(days=97 * i) for i in range(rows)],
        "time": pandas.to_datetime(pandas.Series([None if i % 23 == 0 else (i - 500) * 86_399_999_999 for i in range(rows)], dtype="Int64"),
                                   unit="us"),
        "zoned": pandas.to_datetime(pandas.Series(range(rows)), unit="h", utc=True).dt.tz_convert("Europe/Berlin"),
    })
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        frame.to_parquet("t.parquet", row_group_size=64)
        frame.to_feather("t.feather")
        with pyarrow.OSFile("t.arrows", "wb") as file:
            table = pyarrow.Table.from_pandas(frame, preserve_index=False)
            with pyarrow.ipc.new_stream(file, table.schema) as stream:
                stream.write_table(table, max_chunksize=100)
        for name in ("t.parquet", "t.feather", "t.arrows"):
            run(name, name + ".table")
            expect(name + ".table", frame)
        some = frame[["real", "narrow", "small", "kind", "time"]]
        some.assign(time=some["time"].dt.floor("s")).to_stata("t.dta", write_index=False, version=118)
        run("t.dta", "t.dta.table")
        expect("t.dta.table", some.assign(time=some["time"].dt.floor("s")), loose=True)
        # Excel keeps 15 digits.
        sheet = frame[["real", "small", "big", "kind", "text"]].round({"real": 6})
        sheet.to_excel("t.xlsx", index=False)
        run("t.xlsx", "t.xlsx.table")
        expect("t.xlsx.table", sheet, loose=True)
        import pyreadstat

        numbers = frame[["real", "small"]]
        pyreadstat.write_sav(numbers, "t.sav")
        run("t.sav", "t.sav.table")
        expect("t.sav.table", numbers)
        pyreadstat.write_xport(numbers, "t.xpt", file_format_version=5)
        run("t.xpt", "t.xpt.table")
        assert len(read("t.xpt.table")) == 2
        numbers.to_csv("t.csv", index=False)
        run("t.csv", "t.csv.table")
        expect("t.csv.table", numbers)
        # Damage is one sentence and leaves nothing.
        with open("t.parquet", "rb") as file:
            data = file.read()
        with open("bad.parquet", "wb") as file:
            file.write(data[: len(data) // 2])
        words = run("bad.parquet", "bad.table", status=1)
        assert words.startswith("scripts/import-table: bad.parquet: cannot be read") and words.count("\n") == 1, words
        pandas.DataFrame({"a": [[1, 2], [3]]}).to_parquet("list.parquet")
        words = run("list.parquet", "bad.table", status=1)
        assert "column 'a' is of type list" in words and "--without 'a'" in words, words
        # Columns left out, an index without a name, blanks, names of columns that are those of kinds of files: each with a line.
        pandas.DataFrame({"a": [[1], [2]], "b": [1, 2]}, index=["x", "y"]).to_parquet("some.parquet")
        said = run("some.parquet", "some.table", "--without", "a", output=True)
        assert read("some.table") == {"b": [1, 2]}, read("some.table")
        assert "column '__index_level_0__' is an index of pandas" in said and said.count("\n") == 1, said
        assert "there is no column 'z'" in run("some.parquet", "bad.table", "--without", "z", "--without", "a", status=1)
        with open("words.csv", "w", encoding="utf-8") as file:
            file.write("PAR1,t,n\nx, red ,9007199254740993\n y,red,0.5\n")
        said = run("words.csv", "words.table", output=True)
        assert read("words.table") == {"PAR1": ["x", "y"], "t": ["red", "red"], "n": [2.0**53, 0.5]}, read("words.table")
        assert "column 'n' has whole numbers beyond 2^53" in said and said.count("\n") == 1, said
        assert "column 'zoned' has times with a zone" in run("t.parquet", "again.table", output=True)
        assert not [name for name in os.listdir(".") if name.startswith("bad.table") or name.endswith(".tmp")]
        # Memory is bounded: 400 MB of numbers in groups of 65,536 rows.
        writer = None
        for part in range(100):
            table = pyarrow.table({f"c{i}": random.normal(size=65_536) for i in range(8)})
            writer = writer or pyarrow.parquet.ParquetWriter("large.parquet", table.schema, compression="none", use_dictionary=False)
            writer.write_table(table)
        writer.close()
        run("large.parquet", "large.table")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        assert os.path.getsize("large.table/0.bin") == 100 * 65_536 * 8
        assert peak < 400, f"{peak:.0f} MiB"
    print(f"import-table: all formats, {rows} rows; at most {peak:.0f} MiB")


main()
