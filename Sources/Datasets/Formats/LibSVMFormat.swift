package import Specs

/// Rows of numbers of which most are 0, as text: `label index:value index:value …`.
///
/// See <https://www.csie.ntu.edu.tw/~cjlin/libsvm>; `qid:` and comments are those of SVMlight.
/// Rows are held dense, zeros and all.
package struct LibSVMFormat: DataFormat {
  package static let kind = "libsvm"
  package static let summary = "rows of a label and pairs index:value as text (LIBSVM, SVMlight), gzip or not"
  package static let pathKeys = ["path"]
  package static let examples = [
    #"{"path": "a9a.txt"}"#, #"{"path": "train.svm", "width": 120, "zero_based": true}"#,
  ]

  package var path: String
  /// Features of a row; nil: as many as the training source has.
  package var width: Int?
  /// Nil: as in the training source, and there 1.
  package var zeroBased: Bool?

  package var hasTargets: Bool { true }
  package var countsFromZero: Bool { zeroBased ?? false }

  package init(from fields: FieldReader) throws(ConfigError) {
    path = try fields.text("path", "the file")
    width = try fields.optionalInteger(
      "width", in: 1...LibSVMScanner.widthLimit,
      "features of a row; where left out, the largest index of the training source, in every source")
    zeroBased = try fields.optionalBoolean(
      "zero_based",
      "whether the first feature has the index 0; where left out, as in the training source, whose default is false: indices begin with 1"
    )
  }

  package func textFiles(in context: DataContext) throws(DataError) -> [String]? { [path] }

  package func read(into sink: DataSink) throws(DataError) {
    try LibSVMReader(format: self, sink: sink).read(InputFile.contents(of: path, in: sink.context))
  }
}
