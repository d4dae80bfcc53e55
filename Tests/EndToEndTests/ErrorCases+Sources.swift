/// Sentences of sources that the other tables leave out; all of them are read in one way by every rank, so one process
/// says them.
extension ErrorCase {
  private static func source(
    _ name: String, _ source: String, _ files: [String: [UInt8]] = [:], code: Int32 = 65, says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "sources: \(name)", overrides: [#"data={"train": \#(source)}"#], files: files, code: code, ranks: [0],
      says: says)
  }

  private static func sparse(_ name: String, _ bytes: [UInt8], says: String) -> ErrorCase {
    source("libsvm, \(name)", #"{"format": "libsvm", "path": "d"}"#, ["d": bytes], says: says)
  }

  private static func sparse(_ name: String, _ text: String, says: String) -> ErrorCase {
    sparse(name, Array(text.utf8), says: says)
  }

  static let sources: [ErrorCase] = [
    source(
      "two stars", #"{"format": "csv", "path": "data/**/x.csv", "targets": "y"}"#, code: 78,
      says: "data/**/x.csv: '**' is not known; * stands for characters of one name"),
    source(
      "a header in the middle", #"{"format": "csv", "path": "data.csv", "targets": "y"}"#,
      ["data.csv": Array("a,y\n1,0\na,y\n2,1\n".utf8)],
      says: "data.csv: line 3 is the header again, as in files that were joined; remove it"),
    source(
      "idx, one file for both", #"{"format": "idx", "features": "x.idx", "targets": "x.idx"}"#, code: 78,
      says: "targets: file 'x.idx' is also the features; it can be only one of them"),
    source(
      "npy, one file for both", #"{"format": "npy", "features": "x.npy", "targets": "x.npy"}"#, code: 78,
      says: "targets: file 'x.npy' is also the features; it can be only one of them"),
    source(
      "npy, a version", #"{"format": "npy", "features": "x.npy", "targets": "y.npy"}"#,
      ["x.npy": [0x93] + Array("NUMPY".utf8) + [9, 0, 10, 0] + [UInt8](repeating: 0x20, count: 64)],
      says: "x.npy: NPY version 9 is unknown; known: 1, 2, 3"),
    sparse("no pair", "1 3:0.5 word\n", says: "d: line 1: 'word' is no pair of index and value like '3:0.5'"),
    sparse(
      "a query that comes late", "1 3:0.5\n1 qid:2 3:1\n",
      says: "d: line 2 has a 'qid:', and rows before have none; give all rows one, or none"),
    sparse(
      "a query that is left out", "1 qid:2 3:0.5\n1 3:1\n",
      says: "d: line 2 has no 'qid:', and rows before have one; give all rows one, or none"),
    sparse("no feature", "1\n0\n", says: "d: no row has a feature; rows are like '1 3:0.5 7:2'"),
    sparse(
      "no UTF-8", Array("1 3:1 # caf".utf8) + [0xe9, 0x0a],
      says: "save the file as UTF-8, or remove such comments"),
  ]

  /// All of them, as one table.
  static let all: [ErrorCase] =
    general + training + classCases + graphs + inputs + text + tables + short + formats + hdf5 + missing + columns
    + names
    + files + watching + losses + splits + preparing + sources + comparing + advice + sweeping + searching
}
