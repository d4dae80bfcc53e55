/// Tables in several files, columnar tables, and zstd.
extension ErrorCase {
  private static func source(
    _ name: String, _ source: String, files: [String: String] = [:], _ code: Int32 = 65, says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "tables: \(name)", overrides: [#"data={"train":\#(source)}"#], files: files.mapValues { Array($0.utf8) },
      code: code, says: says)
  }

  static let tables: [ErrorCase] = [
    source(
      "no match", #"{"format":"csv","path":"part-*.csv","targets":"y"}"#, 66,
      says: "part-*.csv: no file fits; looked for /"),
    source(
      "twice", #"{"format":"csv","path":["data.csv","data.csv"],"targets":"y"}"#, 78, says: "'data.csv' is named twice"),
    source(
      "twice by a pattern", #"{"format":"csv","path":["data.csv","d*.csv"],"targets":"y"}"#,
      says: "data.csv: is named twice in 'path'; each file is read once"),
    source(
      "no paths", #"{"format":"csv","path":[],"targets":"y"}"#, 78, says: "data.train.path: expected at least one path"),
    source(
      "one is missing", #"{"format":"csv","path":["data.csv","b.csv"],"targets":"y"}"#, 66, says: "b.csv: no such file"),
    source(
      "other columns", #"{"format":"csv","path":["data.csv","b.csv"],"targets":"y"}"#,
      files: ["b.csv": "a,z,y\n1,2,0\n"],
      says:
        "b.csv: does not have the columns of data.csv: 'b' is missing, 'z' is not there; all files of a source begin with"
    ),
    source(
      "a cell of the second", #"{"format":"csv","path":["data.csv","b.csv"],"targets":"y"}"#,
      files: ["b.csv": "y,b,a\n1,2,0\n0,2,1.5x\n"],
      says: "data.csv, b.csv: line 3 of b.csv, column 'a': '1.5x' is not a number"),
    source(
      "a ragged line of the second", #"{"format":"csv","path":"?*a*.csv","targets":"y"}"#,
      files: ["data2.csv": "y,b,a\n1,2,0\n0,2\n0,0,0\n"], says: "data2.csv: line 3 has 2 fields, the header has 3"),
    source(
      "an open quote of the first", #"{"format":"csv","path":["b.csv","data.csv"],"targets":"y"}"#,
      files: ["b.csv": "a,b,y\n1,\"2,0\n"], says: "b.csv: line 2: a quoted field begins here and never ends"),
    ErrorCase(
      name: "tables: zstd cut short", files: ["data.csv": [0x28, 0xb5, 0x2f, 0xfd, 0x20, 5]], code: 65,
      says: "data.csv: the zstd data cannot be used (it ends early); fetch or compress the file again"),
    ErrorCase(
      name: "tables: zstd with a long window", files: ["data.csv": [0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 9, 0, 0]],
      code: 65,
      says: "its window is larger than 128 MiB; if it was made with --long"),
    ErrorCase(
      name: "tables: Parquet", files: ["data.csv": Array("PAR1".utf8) + [21, 4]], code: 65,
      says:
        "data.csv: is a Parquet file; make a table of it with `scripts/import-table "),
    ErrorCase(
      name: "tables: a config that is Parquet", files: ["config.json": Array("PAR1".utf8) + [21, 4]], code: 78,
      says:
        "config.json: this is a Parquet file, and JSON in UTF-8 is expected; make a table of it with `scripts/import-table "
    ),
    source(
      "no columnar table", #"{"format":"table","path":"data.csv","targets":"y"}"#, 66,
      says: "data.csv: is no columnar table; looked for "),
    source(
      "no manifest", #"{"format":"table","path":".","targets":"y"}"#, 66, says: ".: is no columnar table; looked for "),
    source(
      "a manifest without columns", #"{"format":"table","path":".","targets":"y"}"#,
      files: ["table.json": #"{"format": "ptrain-table", "version": 1, "rows": 3, "columns": []}"#],
      says: "./table.json: the table is damaged: columns: expected a list of at least 1"),
    source(
      "a later version", #"{"format":"table","path":".","targets":"y"}"#,
      files: ["table.json": #"{"format": "ptrain-table", "version": 9, "rows": 3, "columns": []}"#],
      says: "version 9 is unknown; this build reads version 1"),
    source(
      "a short column", #"{"format":"table","path":".","targets":"y","features":"a"}"#,
      files: [
        "table.json":
          #"{"format": "ptrain-table", "version": 1, "rows": 3, "columns": [{"name": "y", "type": "int8", "file": "y.bin"}, {"name": "a", "type": "int64", "file": "y.bin"}]}"#,
        "y.bin": "012",
      ], says: "./y.bin: the table is damaged: 3 rows need 24 bytes, and 3 are there; it was cut short"),
    source(
      "a file outside", #"{"format":"table","path":".","targets":"y"}"#,
      files: [
        "table.json":
          #"{"format": "ptrain-table", "version": 1, "rows": 3, "columns": [{"name": "y", "type": "int8", "file": "/etc/passwd"}]}"#
      ], says: "expected the name of a file in the table's directory, found '/etc/passwd'"),
    set("data.cache", "always", says: "data.cache: unknown value 'always'"),
    set("data.cache_directory", "3", says: "data.cache_directory: expected text, found a number (3)"),
  ]
}
