import Foundation
import Specs
import Testing

@testable import Datasets

/// One damaged input and the sentence it must give.
struct DamagedInput: Sendable, CustomTestStringConvertible {
  var files: [String: [UInt8]]
  var config: String
  var sentence: String
  var exitCode = ExitCode.data
  var targets = TargetDemand.classes
  var testDescription: String { sentence }

  static func csv(
    _ text: String, _ keys: String = #""targets": "y""#, _ sentence: String, exitCode: ExitCode = .data,
    targets: TargetDemand = .classes
  ) -> DamagedInput {
    DamagedInput(
      files: ["t.csv": Array(text.utf8)], config: #"{"train": {"format": "csv", "path": "t.csv", \#(keys)}}"#,
      sentence: sentence, exitCode: exitCode, targets: targets)
  }

  static func idx(_ features: [UInt8], _ targets: [UInt8], _ sentence: String) -> DamagedInput {
    DamagedInput(
      files: ["x.idx": features, "y.idx": targets],
      config: #"{"train": {"format": "idx", "features": "x.idx", "targets": "y.idx"}}"#, sentence: sentence)
  }

  static func npy(
    _ features: [UInt8], _ targets: [UInt8], _ sentence: String, targets kind: TargetDemand = .classes
  ) -> DamagedInput {
    DamagedInput(
      files: ["x.npy": features, "y.npy": targets],
      config: #"{"train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}}"#, sentence: sentence,
      targets: kind)
  }

  private static let fillIn =
    "fill in what is missing, remove the rows, or leave them out with \"missing\": \"drop_row\" in 'data'"
  /// Where something can stand for it.
  private static let fill =
    "set \"missing\": \"median\" in 'data', which also makes missing words a category of their own, leave the rows out with "
    + "\"missing\": \"drop_row\", or fill in what is missing"

  static let tables: [DamagedInput] = [
    csv("", "t.csv: the file is empty; a data file with at least one row is expected", exitCode: .data),
    csv("a,y\n", "t.csv: has no rows of data; at least one is needed"),
    csv("\n\n", "t.csv: has no rows of data; at least one is needed"),
    csv("a,y\n1,2\n3\n", "t.csv: line 3 has 1 field, the header has 2; every row must have as many"),
    csv("a,y\n1,2,3\n", "t.csv: line 2 has 3 fields, the header has 2; every row must have as many"),
    csv(
      "1,2\n3,4,5\n", #""header": false, "targets": 1"#,
      "t.csv: line 2 has 3 fields, the first row has 2; every row must have as many"),
    csv("a,y\n1,2\n\n3,4\n", "t.csv: line 3 is empty but rows follow; remove the line"),
    csv(
      "a,y\n1,\"2\n3,4\n",
      "t.csv: line 2: a quoted field begins here and never ends; close it, and double each quote inside it"),
    csv(
      "a,y\n\"1\"x,2\n",
      "t.csv: line 2, field 1: text follows the closing quote; double each quote inside a quoted field"),
    csv(
      "5.1,3.5\n1,2\n", #""targets": "y""#,
      "t.csv: line 1 should name the columns but holds only numbers; if the file has no header, set 'header' to false"),
    csv("a,a,y\n1,2,3\n", "t.csv: line 1: two columns are named 'a'; rename one"),
    csv(
      "age,label\n1,2\n", #""targets": "labl""#,
      "t.csv: has no column 'labl'; did you mean 'label'? known: age, label", exitCode: .config),
    csv(
      "1,2\n", #""header": false, "targets": 2"#, "t.csv: has no column 2; its 2 columns count from 0 to 1",
      exitCode: .config),
    csv("y\n1\n", "t.csv: no column is left for the features; at least one besides targets and weights is needed"),
    csv(
      "age,y\n1,2\nabc,3\n",
      "t.csv: line 3, column 'age': 'abc' is not a number; correct the cell, or add it to 'missing_values' where it stands for a missing "
        + #"number; or put "columns": {"age": {"kind": "categorical"}} in 'data'"#),
    csv(
      "age,y,w\n1,2,much\n", #""targets": "y", "sample_weight": "w""#,
      "t.csv: line 2, column 'w': 'much' is not a number; correct the cell"),
    csv("age,y\n1,2\n,3\n", "t.csv: line 3, column 'age': the cell is empty; " + fill),
    csv(
      "age,y\nNaN,2\n", "t.csv: line 2, column 'age': 'NaN' stands for a missing value; " + fill),
    csv(
      "age,y\n-inf,2\n",
      "t.csv: line 2, column 'age': '-inf' is not finite; replace it by a finite number, or remove the row"),
    csv(
      "age,y\n1,nan\n",
      "t.csv: line 2, column 'y': 'nan' stands for a missing value; " + fillIn
        + "; where 'nan' is a value, list the marks that are none under 'missing_values' ([] for no mark)"),
    csv(
      "age,y\n1e39,2\n",
      "t.csv: line 2, column 'age': 1e39 is beyond the range of float32 (±3.4e38); rescale the column"),
    csv(
      "a,y,w\n1,2,-1\n", #""targets": "y", "sample_weight": "w""#,
      "t.csv: line 2: the sample weight -1 is not allowed; weights are 0, or from 1e-307 to 1.7e308"),
    csv(
      "a,y\n1,2\n1,2.5\n",
      "t.csv: line 3: target 2.5 is not a class; classes are whole numbers or text (for values choose a loss like 'mse')"
    ),
    csv(
      "a,y\n1,2\n1,x\n",
      "t.csv: line 3, column 'y': target 'x' is not a number, and the loss wants values; correct it, or choose a loss on classes",
      targets: .values),
    csv(
      "a,y,z\n1,2,3\n", #""targets": ["y", "z"]"#,
      "t.csv: the loss wants one class per row, but there are 2 target columns; name one, or choose a loss on values"),
    csv(
      "a,y,z\n1,2,q\n", #""targets": ["y", "z"]"#, "t.csv: line 2, column 'z': 'q' is not a number; correct the cell",
      targets: .values),
    csv(
      "a,y\n1,1e300\n",
      "t.csv: line 2, column 'y': 1e+300 is beyond the range of float32 (±3.4e38); rescale the column",
      targets: .values),
    DamagedInput(
      files: ["t.csv": [0xff, 0xfe, 0x61, 0]],
      config: #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}}"#,
      sentence: "t.csv: is UTF-16 text; save it as UTF-8, for example with `iconv -f utf-16 -t utf-8 FILE > NEW`"),
    DamagedInput(
      files: ["t.csv": [0x1f, 0x8b, 8, 0]],
      config: #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}}"#,
      sentence: "t.csv: the gzip data are damaged (it ends early); fetch or compress the file again"),
  ]

  static let arrays: [DamagedInput] = [
    idx(
      Array("P5 28 28".utf8), [],
      "x.idx: is not an IDX file (it must begin with two zero bytes, a type and a rank) but text; read a table of text with \"format\": \"csv\", \"path\" and \"targets\""
    ),
    idx([0, 0, 8, 3, 0], [], "x.idx: is not an IDX file (it must begin with two zero bytes, a type and a rank)"),
    idx(
      [0, 0, 7, 1, 0, 0, 0, 1, 0], [],
      "x.idx: IDX element type 0x7 is unknown; known: 0x8 uint8, 0x9 int8, 0xb int16, 0xc int32, 0xd float32, 0xe float64"
    ),
    idx(
      DatasetsTests.idx([2, 2], [1, 2, 3]), [],
      "x.idx: is truncated: shape 2×2 needs 4 bytes of data, 3 are there; fetch the file again"),
    idx(
      DatasetsTests.idx([2, 2], [1, 2, 3, 4, 5]), [],
      "x.idx: shape 2×2 needs 4 bytes of data, but 5 are there; the file is damaged"),
    idx(
      DatasetsTests.idx([0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [1]), [],
      "x.idx: is truncated: shape 4294967295×4294967295×4294967295 needs 9223372036854775807 bytes of data, 1 are there; fetch the file again"
    ),
    idx(
      DatasetsTests.idx([0, 2], []), [],
      "x.idx: the array of shape 0×2 holds no data; at least one row and one element are needed"),
    idx(
      DatasetsTests.idx([2], [1, 2]), DatasetsTests.idx([3], [1, 2, 3]),
      "y.idx: has 3 rows, but x.idx has 2; they must match row by row"),
    idx(
      DatasetsTests.idx([1], [1]), DatasetsTests.idx([1, 1, 1], [1]),
      "y.idx: targets of shape 1×1×1 cannot be used; at most 2 dimensions, rows first, are allowed"),
    npy(
      Array("PK, a zip archive".utf8), [],
      "x.npy: is not an NPY file (it must begin with \\x93NUMPY) but text; read a table of text with \"format\": \"csv\", \"path\" and \"targets\""
    ),
    npy(
      [0x93] + Array("NUMPY".utf8) + [9, 0, 0, 0], [], "x.npy: NPY version 9 is unknown; known: 1, 2, 3"),
    npy(
      [0x93] + Array("NUMPY".utf8) + [1, 0, 200, 0, 123], [],
      "x.npy: the NPY header cannot be read (it ends early); save the array again with numpy.save"),
    npy(
      DatasetsTests.npy("|O", "(1,)", [0]), [],
      "x.npy: NPY element type '|O' cannot be used; convert the array with astype to one of: \(NPYFile.typeNames)"),
    npy(
      DatasetsTests.npy("<f4", "(2, 2)", littleEndian([1, 2, 3, 4]), fortran: true), [],
      "x.npy: the array is in Fortran order; save it with numpy.save(path, numpy.ascontiguousarray(array))"),
    npy(
      DatasetsTests.npy("<f4", "()", littleEndian([1])), [],
      "x.npy: the array of shape () holds no data; at least one row and one element are needed"),
    npy(
      DatasetsTests.npy("<f4", "(2, 1)", littleEndian([1, .nan])), DatasetsTests.npy("|u1", "(2,)", [1, 2]),
      "x.npy: row 1 (counted from 0), column '0': 'NaN' stands for a missing value; " + fill
    ),
    npy(
      DatasetsTests.npy("<f4", "(1,)", littleEndian([1])), DatasetsTests.npy("<f4", "(1,)", littleEndian([0.5])),
      "y.npy: row 0 (counted from 0): target 0.5 is not a class; classes are whole numbers or text (for values choose a loss like 'mse')"
    ),
  ]

  static let pairs: [DamagedInput] = [
    DamagedInput(
      files: ["t.csv": Array("a,y\n1,u\n".utf8), "v.csv": Array("a,y\n1,u\n2,w\n".utf8)],
      config: pair(#"{"format": "csv", "path": "v.csv", "targets": "y"}"#),
      sentence: "v.csv: line 3: class 'w' does not occur in the training source; known: u"),
    DamagedInput(
      files: ["t.csv": Array("a,b,y\n1,2,3\n".utf8), "v.csv": Array("a,y\n1,3\n".utf8)],
      config: pair(#"{"format": "csv", "path": "v.csv", "targets": "y"}"#),
      sentence: "v.csv: has no column 'b', a feature of the training source; known: a, y", exitCode: .config),
    DamagedInput(
      files: [
        "t.csv": Array("a,b,y\n1,2,3\n".utf8), "v.idx": DatasetsTests.idx([1, 3], [1, 2, 3]),
        "w.idx": DatasetsTests.idx([1], [1]),
      ],
      config: pair(#"{"format": "idx", "features": "v.idx", "targets": "w.idx"}"#),
      sentence: "v.idx: samples have shape 3, the training source has 2"),
    DamagedInput(
      files: ["t.csv": Array("a,b,y\n1,2,3\n".utf8), "v.csv": Array("a,b,y,z\n1,3,4,5\n".utf8)],
      config: pair(#"{"format": "csv", "path": "v.csv", "targets": ["y", "z"]}"#),
      sentence: "v.csv: 'targets' names 'z', which is no target of the training source; take it from the list",
      targets: .values),
    DamagedInput(
      files: ["t.csv": Array("a,y\n1,3\n2,3\n".utf8)], config: pair(#"{"fraction": 0.1}"#),
      sentence:
        "data.validation.fraction: 0.1 of 2 rows leaves no row for validation; use a larger fraction or more rows"),
    DamagedInput(
      files: ["t.csv": Array("a,y\n1,3\n2,3\n".utf8)],
      config:
        #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "normalize_targets": "standard"}"#,
      sentence: "data.normalize_targets: 'standard' is for values, but the loss wants classes; remove the key",
      exitCode: .config),
    DamagedInput(
      files: ["t.csv": Array("a,y\n1,3\n2,0\n".utf8)],
      config: #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "normalize_targets": "log"}"#,
      sentence:
        "t.csv: line 3: target 'y' is 0, and 'log' takes the logarithms of numbers above 0; correct it, or set data.normalize_targets to "
        + "'log1p' (numbers above -1) or 'standard'",
      targets: .values),
  ]

  static func pair(_ validation: String) -> String {
    #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": \#(validation)}"#
  }

  static func csv(_ text: String, _ sentence: String, exitCode: ExitCode = .data, targets: TargetDemand = .classes)
    -> DamagedInput
  { csv(text, #""targets": "y""#, sentence, exitCode: exitCode, targets: targets) }
}

@Suite struct DataErrorTests {
  @Test(arguments: DamagedInput.tables + DamagedInput.arrays + DamagedInput.pairs)
  func saysInOneSentence(input: DamagedInput) throws {
    let directory = try TemporaryDirectory()
    for (name, bytes) in input.files { try directory.write(name, bytes) }
    let section = try section(input.config)
    let error = #expect(throws: DataError.self) {
      try section.prepare(in: directory.context, targets: input.targets, seed: 1)
    }
    #expect(error?.sentence == input.sentence)
    #expect(error?.exitCode == input.exitCode)
  }

  @Test func missingAndUnreadableFiles() throws {
    let directory = try TemporaryDirectory()
    try directory.write("secret.csv", "a,y\n1,2\n")
    func sentence(_ path: String) throws -> (String?, ExitCode?) {
      let source = try format(#"{"format": "csv", "path": "\#(path)", "targets": "y"}"#)
      let error = #expect(throws: DataError.self) { try source.load(in: directory.context) }
      return (error?.sentence, error?.exitCode)
    }
    #expect(
      try sentence("none.csv") == (
        "none.csv: no such file; looked for \(directory.path)/none.csv (paths are relative to the config file)",
        .missingInput
      ))
    #expect(
      try sentence(".") == (
        #".: is a directory; give the path of a data file, or read a columnar table with "format": "table""#,
        .missingInput
      ))
    #expect(
      try sentence("/dev/null") == ("/dev/null: is not a regular file; give the path of a data file", .missingInput))
    try FileManager.default.createSymbolicLink(atPath: directory.path + "/loop", withDestinationPath: "loop")
    #expect(
      try sentence("loop") == (
        "loop: cannot be read (too many levels of symbolic links); check the path", .missingInput
      ))
    // Root reads everything: then there is nothing to see.
    if getuid() != 0 {
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: directory.path + "/secret.csv")
      #expect(
        try sentence("secret.csv") == (
          "secret.csv: cannot be read (permission denied); give this user the right to read it or check the path",
          .missingInput
        ))
    }
  }

  @Test func sentencesStayOnOneLine() {
    var problems = CellProblems()
    problems.add(
      .text, column: "x\ty", role: .target, place: "line 2",
      text: "p\r\nq\u{2028}" + String(repeating: "z", count: 99))
    let error = DataError.cells(file: "a\nb.csv", problems)
    #expect(
      error.sentence
        == "a b.csv: line 2, column 'x y': 'p  q \(String(repeating: "z", count: 32))...' is not a number; correct the cell"
    )
  }

  @Test(
    "a fragment that names a column holds no character that a terminal obeys or that ends a line",
    arguments: [0x01, 0x08, 0x1b, 0x7f, 0x85, 0x9b, 0x2028, 0x2029])
  func fragmentsStayOnOneLine(code: Int) throws {
    let scalar = try #require(Unicode.Scalar(code))
    let text = "a,b\(Character(scalar))c,y\n1,2,0\n3,4,1\n5,6,0\n7,(,1\n9,1,0\n2,3,1\n"
    let format = try FieldReader.readObject(
      json(#"{"path": "t.csv", "targets": "y"}"#), path: ""
    ) { fields throws(ConfigError) in try CSVFormat(from: fields) }.0
    let sentence = RangeProbe.outcome(of: Array(text.utf8), as: format, in: DataContext(baseDirectory: "")).outcome
    let digits = String(code, radix: 16)
    let escaped = "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    #expect(sentence.contains(#"put "columns": {"b\#(escaped)c": {"#), "\(sentence)")
    let isPlain = sentence.unicodeScalars.allSatisfy {
      $0.properties.generalCategory != .control && ![0x2028, 0x2029].contains($0.value)
    }
    #expect(isPlain, "\(sentence.debugDescription)")
  }
}
