internal import Platform
package import Specs

/// Why a text in the format of LIBSVM cannot be used.
package enum LibSVMFault: Error, Equatable {
  case notUTF8(line: Int, UTF8Text.Fault, byte: Int)
  // Labels
  case table(line: Int)
  case severalLabels(line: Int, text: String)
  case textLabel(line: Int, text: String)
  case infiniteLabel(line: Int, text: String)
  case noLabel(line: Int)
  case query(line: Int, text: String)
  case queryMissing(line: Int, isFirst: Bool)
  // Pairs
  case noPair(line: Int, text: String)
  case zeroIndex(line: Int)
  case unordered(line: Int, index: Int, before: Int)
  case beyondLimit(line: Int, index: String, limit: Int)
  case beyondWidth(line: Int, index: Int, width: Int, isStated: Bool)
  case value(line: Int, index: Int, text: String, LibSVMValueFault)
  // The whole
  case noFeatures
  case dense(rows: Int, width: Int, byteCount: Int, available: Int)
}

/// Why a value cannot be used.
package enum LibSVMValueFault: Sendable, Equatable {
  case noNumber, infinite, beyondFloat
  case missing(canDropRows: Bool)
}

extension LibSVMFault {
  /// What is wrong and what helps.
  var words: String {
    switch self {
    case .notUTF8(let line, let fault, let byte):
      "line \(line): \(fault.words("byte \(byte) of the line")); save the file as UTF-8, or remove such comments"
    case .table(let line):
      #"line \#(line) has no pairs like '3:0.5' but commas; read a table of text with "format": "csv", "path" and "targets""#
    case .severalLabels(let line, let text):
      "line \(line): several labels ('\(text.excerpt(40))') are not read; give each row one, or a table with a column for each class"
    case .textLabel(let line, let text):
      "line \(line): the label '\(text.excerpt(40))' is not a number; number the classes, or write the values as decimal numbers"
    case .infiniteLabel(let line, let text):
      "line \(line): the label '\(text.excerpt(40))' is not finite; replace it by a finite number, or remove the row"
    case .noLabel(let line):
      "line \(line) has no label; begin it with one (class or value), as in '1 3:0.5'"
    case .query(let line, let text):
      "line \(line): '\(text.excerpt(40))' is no query; 'qid:' and a whole number stand once, between label and pairs"
    case .queryMissing(let line, let isFirst):
      isFirst
        ? "line \(line) has a 'qid:', and rows before have none; give all rows one, or none"
        : "line \(line) has no 'qid:', and rows before have one; give all rows one, or none"
    case .value, .noPair, .zeroIndex, .unordered, .beyondLimit, .beyondWidth: wordsOfPair
    case .noFeatures: "no row has a feature; rows are like '1 3:0.5 7:2'"
    case .dense(let rows, let width, let byteCount, let available):
      "\(rows) rows of \(width) features take \(MachineMemory.words(Double(byteCount))) or more, because zeros are held too, and this machine "
        + "has \(MachineMemory.words(Double(available))); give fewer rows or features"
    }
  }

  private var wordsOfPair: String {
    switch self {
    case .noPair(let line, let text):
      "line \(line): '\(text.excerpt(40))' is no pair of index and value like '3:0.5'; separate pairs by blanks, and begin comments with '#'"
    case .zeroIndex(let line):
      "line \(line) has the index 0, and indices begin with 1; where the file counts from 0, set 'zero_based' to true"
    case .unordered(let line, let index, let before):
      index == before
        ? "line \(line): the index \(index) stands twice; give each index of a row once"
        : "line \(line): the index \(index) stands behind \(before); sort the pairs of each row by index"
    case .beyondLimit(let line, let index, let limit):
      "line \(line): the index \(index.excerpt(40)) is too large: rows of at most \(limit) features are read, because zeros are held too; "
        + "number the features that occur, or choose fewer"
    case .beyondWidth(let line, let index, let width, let isStated):
      isStated
        ? "line \(line): the index \(index) is beyond the \(width) features that 'width' states; set it to as many as there are"
        : "line \(line): the index \(index) is beyond the \(width) features of the training source; leave such pairs out, or train with a "
          + "'width' that holds them"
    case .value(let line, let index, let text, let fault):
      "line \(line), index \(index): \(words(text.excerpt(40), fault))"
    default: ""
    }
  }

  private func words(_ text: String, _ fault: LibSVMValueFault) -> String {
    switch fault {
    case .noNumber: "'\(text)' is not a number; correct it"
    case .infinite: "'\(text)' is not finite; replace it by a finite number, or remove the row"
    case .beyondFloat: "\(text) is beyond the range of float32 (±3.4e38); rescale the feature"
    case .missing(let canDropRows):
      "'\(text)' stands for a missing value; fill in what is missing, "
        + (canDropRows
          ? #"remove the rows, or leave them out with "missing": "drop_row" in 'data'"# : "or remove the rows")
    }
  }
}
