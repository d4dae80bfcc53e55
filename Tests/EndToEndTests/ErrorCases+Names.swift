import Foundation

/// Names and kinds that differ between the training source and another one, or that a source gives twice.
extension ErrorCase {
  /// The good training table (a, b, y) or another one, and a test source that does not fit it.
  private static func test(
    _ name: String, _ table: String, keys: String = #""targets": "y""#, training: String? = nil,
    set overrides: [String] = [], code: Int32 = 65, says: String
  ) -> ErrorCase {
    var files = ["test.csv": Array(table.utf8)]
    if let training { files["data.csv"] = Array(training.utf8) }
    return ErrorCase(
      name: "names: \(name)",
      overrides: overrides + [#"data.test={"format": "csv", "path": "test.csv", \#(keys)}"#], files: files, code: code,
      says: says)
  }

  /// A training table that cannot be used.
  private static func train(
    _ name: String, _ table: String, set overrides: [String] = [], code: Int32 = 65, says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "names: \(name)", overrides: overrides, files: ["data.csv": Array(table.utf8)], code: code, says: says)
  }

  private static let two = "a,b,u,v\n1,2,0,3\n3,4,1,4\n5,7,0,9\n"
  private static let twoTargets = [#"loss={"type": "mse"}"#, #"data.train.targets=["u", "v"]"#]

  private static func npy(_ shape: String, _ values: [Float]) -> [UInt8] {
    let header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header
      + values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
  }

  private static func arrays(
    _ name: String, targets: [UInt8], test: String? = nil, table: String = "", code: Int32 = 65, says: String
  ) -> ErrorCase {
    let train = #""train": {"format": "npy", "features": "x.npy", "targets": "y.npy"}"#
    return ErrorCase(
      name: "names: \(name)", overrides: ["data={\(train)\(test.map { #", "test": \#($0)"# } ?? "")}"],
      files: ["x.npy": npy("(3, 2)", [1, 2, 3, 4, 5, 6]), "y.npy": targets, "test.csv": Array(table.utf8)], code: code,
      says: says)
  }

  static let names: [ErrorCase] = [
    test(
      "columns are missing", "b2,y\n1,0\n", code: 78,
      says: "test.csv: has no columns 'a', 'b', features of the training source; known: b2, y"),
    test(
      "a column in capitals", "A,b,y\n1,2,0\n", code: 78,
      says: "has no column 'a', a feature of the training source; did you mean 'A'? known: A, b, y"),
    test(
      "several in capitals", "A,B,y\n1,2,0\n", code: 78, says: "did you mean 'A' for 'a', 'B' for 'b'? known: A, B, y"),
    test(
      "numbers as names, written otherwise", "0.0,1.0,y\n1,2,0\n", training: "0,1,y\n1,2,0\n3,4,1\n", code: 78,
      says: "did you mean '0.0' for '0', '1.0' for '1'?"),
    test(
      "keys of columns that are not there", "a,b,y\n1,2,0\n", keys: #""targets": "Y", "sample_weight": "w""#, code: 78,
      says: "has no columns 'Y', 'w'; did you mean 'y' for 'Y'? known: a, b, y"),
    test(
      "header false", "a,b,y\n1,2,0\n", keys: #""header": false, "targets": 2"#,
      says: "test.csv: line 1 holds the names of the training source's columns, but 'header' is false; set 'header'"),
    test(
      "header false, other order", "y,b,a\n0,1,2\n", keys: #""header": false, "targets": 0"#,
      says: "line 1 holds the names of the training source's columns"),
    test(
      "header false, extra columns", "id,y,b,c,a\n7,0,1,5,2\n",
      keys: #""header": false, "targets": 1, "features": [2, 4]"#,
      says: "line 1 holds the names of the training source's columns"),
    test(
      "header false, names are numbers", "1,0,y\n1,2,0\n", keys: #""header": false, "targets": 2"#,
      training: "0,1,y\n1,2,0\n3,4,1\n", says: "line 1 holds the names of the training source's columns"),
    train(
      "header false, a header of words", "a,b,y\n1,2,0\n3,4,1\n",
      set: ["data.train.header=false", "data.train.targets=2"],
      says: "data.csv: line 1 ('a', …) holds only text and looks like a header, but 'header' is false"),
    train(
      "header false, the columns' indices", "0,1,2\n1,2,0\n3,4,1\n",
      set: ["data.train.header=false", "data.train.targets=2"],
      says: "data.csv: line 1 holds the names of the columns, 0 and up, but 'header' is false"),
    test(
      "no header", "1,2,0\n3,4,1\n",
      says: "test.csv: line 1 holds only numbers, not the names of the training source's columns (a, b); if the file"),
    train(
      "numbers for names", "5,7,9\n1,2,0\n3,4,1\n", set: ["data.train.targets=\"9\""],
      says: "if the file has no header, set 'header' to false, and if the numbers are the names, set it to true"),
    train("a column twice but for blanks", "a,\" a\",y\n1,2,0\n3,4,1\n", says: "line 1: two columns are named 'a'"),
    train(
      "a column twice in two normal forms", "\u{E9},e\u{301},y\n1,2,0\n3,4,1\n", says: "line 1: two columns are named"),
    train(
      "a class twice but for blanks", "a,b,y\n1,2,cat\n3,4,\"cat \"\n5,6,dog\n",
      says: "data.csv: line 3: the class 'cat ' differs from 'cat' only in white space around it; write both alike"),
    train(
      "a category twice but for blanks", "a,b,y\nu,2,0\n\" u\",4,1\n", set: ["data.train.categorical=a"],
      says: "data.csv: line 3: the category ' u' differs from 'u' only in white space around it"),
    set("data.train.targets", #"["y", " y"]"#, says: "column 'y' is named twice"),
    set("data.train.features", #"["a", "a "]"#, says: "column 'a' is named twice"),
    set("data.train.categorical", #"["a", "a"]"#, says: "column 'a' is named twice"),
    set("data.train.targets", "2", says: "expected a column's name, as 'header' is true; found the number 2"),
    test(
      "a class near another", "a,b,y\n1,2,Cat\n", training: "a,b,y\n1,2,cat\n3,4,dog\n",
      says: "test.csv: line 2: class 'Cat' does not occur in the training source; did you mean 'cat'? known: cat, dog"),
    test(
      "a class that lost its zeros", "a,b,y\n1,2,7\n", training: "a,b,y\n1,2,007\n3,4,012\n",
      says: "class '7' does not occur in the training source; did you mean '007'? known: 007, 012"),
    test(
      "text for a number", "a,b,y\n1,2,0\n1,2,x\n", says: "test.csv: line 3: class 'x' does not occur in the training"),
    test(
      "a category that lost its zeros", "a,b,y\n1,2,0\n", training: "a,b,y\n01,2,0\n02,4,1\n",
      set: ["data.train.categorical=a"],
      says: "column 'a': the category '1' does not occur in the training rows; did you mean '01'? known: 01, 02"),
    test(
      "a target is missing", two, keys: #""targets": "u""#, training: two, set: twoTargets,
      says: "test.csv: 'targets' lacks 'v', which the training source has; add it to the list"),
    test(
      "a target too many", "a,b,u,v,w\n1,2,0,3,4\n", keys: #""targets": ["w", "v", "u"]"#, training: two,
      set: twoTargets,
      says: "test.csv: 'targets' names 'w', which is no target of the training source; take it from the list"),
    test(
      "a target of another name", "a,b,u,V\n1,2,0,3\n", keys: #""targets": ["u", "V"]"#, training: two, set: twoTargets,
      says: "'targets' names 'V', where the training source has 'v'; did you mean 'v'? they are matched by name"),
    test(
      "another target beside the right one", "a,b,y,z\n1,2,0,1\n", keys: #""targets": "z""#,
      says: "'targets' names 'z', but the training source's target is 'y', a column here too; name that one"),
    test(
      "a feature as target", "a,b,y\n1,2,0\n", keys: #""targets": "a""#, code: 78,
      says: "'targets' names 'a', a feature of the training source; name another column"),
    test(
      "a feature as weight", "a,b,y\n1,2,0\n", keys: #""targets": "y", "sample_weight": "b""#, code: 78,
      says: "'sample_weight' names 'b', a feature of the training source; name another column"),
    test(
      "other features", "a,b,c,y\n1,2,3,0\n", keys: #""targets": "y", "features": ["a", "c"]"#, code: 78,
      says: "'features' names 'a', 'c', but the training source's are 'a', 'b'; leave the key out"),
    test(
      "numbers as categories", "a,b,y\n1,2,0\n", keys: #""targets": "y", "categorical": "b""#, code: 78,
      says: "'categorical' names 'b', a column of numbers in the training source, which decides; take it from the list"),
    test(
      "too many columns without header", "1,2,3,0\n", keys: #""header": false, "targets": 3"#,
      says: "test.csv: has 3 columns for features, the training source has 2 (a, b); list as many under 'features'"),
    arrays(
      "targets of an array are no classes", targets: npy("(3,)", [0, 0.5, 1]),
      says: "y.npy: row 1 (counted from 0): target 0.5 is not a class"),
    arrays(
      "targets of an array are not finite", targets: npy("(3,)", [0, 1, .infinity]),
      says: "y.npy: row 2 (counted from 0) holds a value that is infinite or beyond float32"),
    arrays(
      "a table with a column too many for arrays", targets: npy("(3,)", [0, 1, 0]),
      test: #"{"format": "csv", "path": "test.csv", "targets": "y"}"#, table: "id,a,b,y\n1,2,3,0\n",
      says: "test.csv: has 3 columns for features, the training source has 2; list as many under 'features'"),
    arrays(
      "categories beside arrays", targets: npy("(3,)", [0, 1, 0]),
      test: #"{"format": "csv", "path": "test.csv", "targets": "y", "categorical": "a"}"#, table: "a,b,y\n1,2,0\n",
      code: 78,
      says: "'categorical' cannot be used here: the training source is an array of numbers, without categories"),
  ]
}
