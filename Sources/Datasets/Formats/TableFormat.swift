package import Specs

/// A columnar table of our own: a directory with `table.json` and a raw file for each column.
package struct TableFormat: DataFormat {
  package static let kind = "table"
  package static let summary =
    "a columnar table, as scripts/import-table writes it of Parquet, Feather, Excel, Stata, SAS, SPSS, SQL and CSV"
  package static let pathKeys = ["path"]
  package static let examples = [
    #"{"path": "data.table", "targets": "price"}"#,
    #"{"path": "a.table", "targets": ["u", "v"], "features": ["x", "colour"], "categorical": ["colour"], "sample_weight": "w"}"#,
  ]

  /// The directory.
  package var path: String
  /// What its columns are for: the keys that tables of text have.
  var roles: CSVFormat

  package var hasTargets: Bool { roles.hasTargets }
  package var statedTargets: [String] { roles.statedTargets }
  package var missingValues: MissingMarks? { roles.missingValues }

  package init(from fields: FieldReader) throws(ConfigError) {
    let path = try fields.text("path", "the directory")
    // One with a slash at its end is the same.
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    roles = try CSVFormat(rolesIn: fields, path: self.path)
  }

  package func read(into sink: DataSink) throws(DataError) {
    try TableReader(format: self, sink: sink).read()
  }
}
