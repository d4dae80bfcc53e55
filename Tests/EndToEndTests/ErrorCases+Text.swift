/// Text that is not UTF-8, and files that are no tables.
extension ErrorCase {
  private static func bytes(_ name: String, _ bytes: [UInt8], says: String) -> ErrorCase {
    ErrorCase(name: "text: \(name)", files: ["data.csv": bytes], code: 65, says: says)
  }

  static let text: [ErrorCase] = [
    bytes(
      "Latin-1 label", Array("a,b,y\n1,2,M".utf8) + [0xfc] + Array("ller\n1,2,x\n".utf8),
      says: "data.csv: line 2, column 'y': byte 0xfc (byte 2 of the field) is not UTF-8: it begins no character"),
    bytes(
      "Latin-1 column name", Array("a,gr".utf8) + [0xf6, 0xdf] + Array("e,y\n1,2,0\n".utf8),
      says: "data.csv: line 1, field 2: byte 0xf6 (byte 3 of the field) is not UTF-8"),
    bytes("UTF-16", [0xff, 0xfe, 0x61, 0, 0x2c, 0, 0x79, 0], says: "data.csv: is UTF-16 text; save it as UTF-8"),
    bytes("zip", [0x50, 0x4b, 3, 4, 0, 0], says: "data.csv: is a zip archive; unpack it with `unzip -p FILE > NEW`"),
    csv(
      "semicolons", "a;b;y\n1;2;0\n3;4;1\n",
      says: #"data.csv: the lines are cut by ';', not by ','; add "delimiter": ";""#),
    csv("sep line", "sep=,\na,b,y\n1,2,0\n", says: "data.csv: line 1 is 'sep=,', which only Excel reads"),
    csv("comment", "a,b,y\n1,2,0\n# total,2,9\n", says: "data.csv: line 3 begins with '#'"),
    csv("preamble", "Report\na,b,y\n1,2,0\n", says: "data.csv: the table begins in line 2, which names the columns"),
    csv("footer", "a,b,y\n1,2,0\n1,2,1\n(2 rows)\n", says: "data.csv: line 4, the last, has 1 field"),
    ErrorCase(
      name: "text: config in Latin-1",
      files: ["config.json": Array("{\"name\": \"M".utf8) + [0xfc] + Array("ller\"}".utf8)], code: 78,
      says: "not valid JSON: line 1, column 12: byte 0xfc (byte 12 of the line) is not UTF-8"),
    ErrorCase(
      name: "text: config is a zip archive", files: ["config.json": [0x50, 0x4b, 3, 4, 0, 0]], code: 78,
      says: "this is a zip archive, and JSON in UTF-8 is expected"),
    idx("a table", features: Array("a,b\n1,2\n3,4\n".utf8), says: "x.idx: is not an IDX file"),
  ]
}

/// Missing values, and cells that are no numbers.
extension ErrorCase {
  private static func missing(_ name: String, _ table: String, _ override: String, says: String) -> ErrorCase {
    ErrorCase(
      name: "missing: \(name)", overrides: [override], files: ["data.csv": Array(table.utf8)], code: 65, says: says)
  }

  static let missing: [ErrorCase] = [
    csv(
      "missing class", "a,b,y\n1,2,0\n3,4,1\n5,6,NA\n",
      says: "data.csv: line 4, column 'y': 'NA' stands for a missing value; fill in what is missing, remove the rows"),
    csv(
      "all columns at once", "a,b,y\n,2,0\n?,\"1,5\",1\n5,6,\n",
      says:
        "(of 3 rows): 'a': 2 missing (first in line 2, empty); 'b': 1 with a decimal comma (first in line 3, '1,5'); target 'y'"
    ),
    missing(
      "no row left", "a,b,y\n,2,0\n3,,1\n", "data.missing=drop_row", says: "data.csv: no row is left: 2 of 2 rows"),
    set("data.missing", "impute", says: "data.missing: unknown value 'impute'; known: error, drop_row"),
    set("data.train.missing_values", "NA", says: "expected a list of texts and numbers"),
  ]
}
