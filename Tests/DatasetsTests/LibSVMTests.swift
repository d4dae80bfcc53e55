import Foundation
import Specs
import TestSupport
import Testing

@testable import Datasets

@Suite struct LibSVMTests {
  private func table(
    _ text: String, _ keys: String = "", readsTargets: Bool = true, training: Int? = nil,
    missing: MissingPolicy = .error
  ) throws -> Table {
    let directory = try TemporaryDirectory()
    try directory.write("t.svm", text)
    var context = directory.context
    context.readsTargets = readsTargets
    context.missing.policy = missing
    context.training = training.map { SourceNames(targets: ["target"], naming: .place, featureCount: $0) }
    return try format(#"{"format": "libsvm", "path": "t.svm"\#(keys.isEmpty ? "" : ", " + keys)}"#).load(in: context)
  }

  @Test("rows are dense, in the order of their indices; labels are targets")
  func rows() throws {
    let text = "+1 1:0.5 3:-2e1 # a comment: 7:1\n# nothing\n\n-1\t2:3\t \r\n1.5\n0 3:1#x\r2 1:1"
    let read = try table("\u{feff}" + text)
    #expect(read.count == 5 && read.featureShape == [3] && read.naming == .place)
    #expect(features(read) == [0.5, 0, -20, 0, 3, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0])
    #expect(try read.targets?.valueTargets(source: read.source) == [1, -1, 1.5, 0, 2])
    #expect((0..<5).map { read.source.place($0) } == ["line 1", "line 4", "line 5", "line 6", "line 7"])
    #expect(features(try table("1 0:2 2:1\n", #""zero_based": true"#)) == [2, 0, 1])
    #expect(features(try table("1 1:2\n", #""width": 3"#)) == [2, 0, 0])
  }

  @Test("widths come from the training source")
  func width() throws {
    #expect(features(try table("1 2:1\n", training: 4)) == [0, 1, 0, 0])
    #expect(features(try table("1 2:1\n", #""width": 2"#, training: 4)) == [0, 1])
    let directory = try TemporaryDirectory()
    try directory.write("t.svm", "0 1:1 4:2\n1 2:3\n").write("v.svm", "1 1:5\n0\n").write("w.svm", "1 5:1\n")
    func prepare(_ test: String) throws -> DataPreparation {
      try section(
        #"{"train": {"format": "libsvm", "path": "t.svm"}, "test": {"format": "libsvm", "path": "\#(test)"}}"#
      )
      .prepare(in: directory.context, targets: .classes, seed: 1)
    }
    let data = try prepare("v.svm")
    #expect(data.description.featureShape == [4] && data.description.classNames == ["0", "1"])
    #expect(features(data.sources[1].table) == [5, 0, 0, 0, 0, 0, 0, 0])
    let error = #expect(throws: DataError.self) { try prepare("w.svm") }
    #expect(
      error?.sentence.hasPrefix("w.svm: line 1: the index 5 is beyond the 4 features of the training source;") == true)
    // A model knows it too.
    let model = try DataDescription(data.description.configValue)
    let rest = try format(#"{"format": "libsvm", "path": "v.svm"}"#)
    let read = try DataPreparation(rest, like: model, targets: .classes, in: directory.context)
    #expect(read.description.featureShape == [4])
  }

  @Test("where indices begin comes from the training source, unless another says it")
  func zeroBased() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.svm", "0 0:1 2:2\n1 1:3\n").write("v.svm", "1 0:5 2:7\n0\n")
    func prepare(_ more: String) throws -> DataPreparation {
      try section(
        #"{"train": {"format": "libsvm", "path": "t.svm", "zero_based": true}, "test": {"format": "libsvm", "path": "v.svm"\#(more)}}"#
      )
      .prepare(in: directory.context, targets: .classes, seed: 1)
    }
    let data = try prepare("")
    #expect(features(data.sources[1].table) == [5, 0, 7, 0, 0, 0])
    #expect(throws: DataError.self) { try prepare(#", "zero_based": false"#) }
    let model = try DataDescription(data.description.configValue)
    let read = try DataPreparation(
      try format(#"{"format": "libsvm", "path": "v.svm"}"#), like: model, targets: .classes, in: directory.context)
    #expect(model.countsFromZero && features(read.sources[0].table) == [5, 0, 7, 0, 0, 0])
  }

  @Test("a table and its sparse text are the same data, bit for bit")
  func sameAsTable() throws {
    var generator = TestGenerator(state: 5)
    let rows = 200, width = 7
    var text = "", table = (0..<width).map { "c\($0)" }.joined(separator: ",") + ",y\n"
    for row in 0..<rows {
      let cells = (0..<width).map { _ in
        Bool.random(using: &generator) ? "0" : "\(Double.random(in: -1e6...1e6, using: &generator))"
      }
      let pairs = cells.indices.filter { cells[$0] != "0" || Bool.random(using: &generator) }
      text += "\(row % 3) " + pairs.map { "\($0 + 1):\(cells[$0])" }.joined(separator: " ") + "\n"
      table += cells.joined(separator: ",") + ",\(row % 3)\n"
    }
    let directory = try TemporaryDirectory()
    try directory.write("t.svm", text).write("t.csv", table)
    let pieces = try [#""libsvm", "path": "t.svm", "width": 7"#, #""csv", "path": "t.csv", "targets": "y""#].map {
      keys in
      var bytes: [UInt8] = []
      let data = try section(
        #"{"train": {"format": \#(keys)}, "normalize": "standard", "validation": {"fraction": 0.2}}"#
      )
      .prepare(in: directory.context, targets: .classes, seed: 1)
      data.makePreparedData().forEachPiece { bytes += $0 }
      return (bytes, data.description.normalization, data.description.classNames)
    }
    #expect(pieces[0].0 == pieces[1].0 && pieces[0].1 == pieces[1].1 && pieces[0].2 == pieces[1].2)
  }

  @Test("queries are groups of rows")
  func queries() throws {
    let read = try table("1 qid:7 1:1\n2 qid:7 1:2\n0 qid:10 1:3\n")
    #expect(read.keys.map(\.name) == ["qid"] && read.keys.map(\.role) == [.group])
    #expect(read.keys.first?.labels(0..<3) == ["7", "7", "10"] && features(read) == [1, 2, 3])
  }

  @Test("rows to predict need no label, and may have a bad one")
  func prediction() throws {
    let read = try table("1:1\nspam 2:2\n1,2 1:3\n# end\n", readsTargets: false, training: 2)
    #expect(features(read) == [1, 0, 0, 2, 3, 0] && read.targets == nil)
  }

  @Test("missing values are left out where that is wanted")
  func missing() throws {
    let read = try table("1 1:1\n2 1:NaN\nnan 1:3\n4 1:4\n", missing: .dropRow)
    #expect(features(read) == [1, 4] && read.dropped.rows == [1, 2] && read.source.place(1) == "line 4")
  }

  static let refused: [(String, String, String)] = [
    ("", "", "t.svm: the file is empty"), ("\n# x\n", "", "t.svm: has no rows of data"),
    ("1\n2\n", "", "t.svm: no row has a feature; rows are like '1 3:0.5 7:2'"),
    ("1 1:1\n1:1\n", "", "t.svm: line 2 has no label; begin it with one (class or value), as in '1 3:0.5'"),
    ("1 1:1\n1,3,5 1:1\n", "", "t.svm: line 2: several labels ('1,3,5') are not read; give each row one"),
    (
      "a,b,y\n1,2,0\n", "",
      #"t.svm: line 1 has no pairs like '3:0.5' but commas; read a table of text with "format": "csv""#
    ),
    ("5.1,3.5,1\n1,2,0\n", "", "t.svm: line 1 has no pairs like '3:0.5' but commas"),
    ("spam 1:1\n", "", "t.svm: line 1: the label 'spam' is not a number; number the classes"),
    ("-inf 1:1\n", "", "t.svm: line 1: the label '-inf' is not finite"),
    ("1e999 1:1\n", "", "t.svm: line 1: the label '1e999' is not finite"),
    (
      "1 0:1\n", "",
      "t.svm: line 1 has the index 0, and indices begin with 1; where the file counts from 0, set 'zero_based' to true"
    ),
    ("1 2:1 2:3\n", "", "t.svm: line 1: the index 2 stands twice; give each index of a row once"),
    ("1 3:1 2:3\n", "", "t.svm: line 1: the index 2 stands behind 3; sort the pairs of each row by index"),
    ("1 1:0 0:3\n", #""zero_based": true"#, "the index 0 stands behind 1"),
    ("1 4194305:1\n", "", "t.svm: line 1: the index 4194305 is too large: rows of at most 4194304 features are read"),
    ("1 4194304:1\n", #""zero_based": true"#, "the index 4194304 is too large"),
    ("1 99999999999999999999999:1\n", "", "the index 99999999999999999999999 is too large"),
    ("1 5:1\n", #""width": 4"#, "t.svm: line 1: the index 5 is beyond the 4 features that 'width' states"),
    ("1 1:1 x\n", "", "t.svm: line 1: 'x' is no pair of index and value like '3:0.5'"),
    ("1 a:1\n", "", "'a:1' is no pair"), ("1 -1:1\n", "", "'-1:1' is no pair"), ("1 :1\n", "", "':1' is no pair"),
    ("1 1:\n", "", "t.svm: line 1, index 1: '' is not a number; correct it"),
    ("1 1:2:3\n", "", "t.svm: line 1, index 1: '2:3' is not a number; correct it"),
    ("1 1:inf\n", "", "t.svm: line 1, index 1: 'inf' is not finite"),
    ("1 1:1e39\n", "", "t.svm: line 1, index 1: 1e39 is beyond the range of float32"),
    (
      "1 1:1\n1 2:nan\n", "",
      "t.svm: line 2, index 2: 'nan' stands for a missing value; fill in what is missing, remove the rows, or"
    ),
    ("1 qid:x 1:1\n", "", "t.svm: line 1: 'qid:x' is no query"), ("1 1:1 qid:2\n", "", "'qid:2' is no query"),
    ("1 qid:1 qid:2\n", "", "'qid:2' is no query"),
    ("1 qid:1 1:1\n2 1:1\n", "", "t.svm: line 2 has no 'qid:', and rows before have one"),
    ("1 1:1\n2 qid:1 1:1\n", "", "t.svm: line 2 has a 'qid:', and rows before have none"),
    ("PAR1\u{15}", "", "t.svm: is a Parquet file"),
  ]

  @Test("what cannot be used is told in a sentence", arguments: refused)
  func refuses(_ text: String, _ keys: String, _ says: String) throws {
    let error = #expect(throws: DataError.self) { try table(text, keys) }
    #expect(error?.sentence.contains(says) == true, "\(error?.sentence ?? "accepted")")
    #expect(error?.exitCode == .data && (error?.sentence.utf8.count ?? 0) < 400)
  }

  @Test("bytes that are not UTF-8 are named by line and place, also in comments")
  func text() throws {
    let directory = try TemporaryDirectory()
    try directory.write("t.svm", Array("1 1:1\r\n2 1:1 # caf".utf8) + [0xe9, 0x0a])
    let error = #expect(throws: DataError.self) {
      try format(#"{"format": "libsvm", "path": "t.svm"}"#).load(in: directory.context)
    }
    #expect(error?.sentence.hasPrefix("t.svm: line 2: byte 0xe9 (byte 12 of the line) is not UTF-8") == true)
  }

  @Test("rows that cannot be held are refused before memory is taken")
  func dense() throws {
    let text = "1 4194304:1\n" + String(repeating: "1\n", count: 1 << 17)
    let error = #expect(throws: DataError.self) { try table(text) }
    #expect(
      error?.sentence.contains("131073 rows of 4194304 features take 2199.0 GB or more") == true,
      "\(error?.sentence ?? "")")
  }
}
