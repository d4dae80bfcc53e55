internal import Platform
import Specs

extension DataError {
  package var sentence: String {
    switch self {
    case .missingFile(let file, let lookedFor):
      "\(name(file)): no such file; looked for \(name(lookedFor)) (paths are relative to the config file)"
    case .noMatch(let pattern, let lookedFor):
      "\(name(pattern)): no file fits; looked for \(name(lookedFor)) (paths are relative to the config file; * stands for any "
        + "characters of a name, ? for one)"
    case .noTable(let directory, let lookedFor):
      "\(name(directory)): is no columnar table; looked for \(name(lookedFor)) (paths are relative to the config file); make one with "
        + "`scripts/import-table FILE NEW.table`"
    case .damagedTable(let file, let problem):
      "\(name(file)): the table is damaged: \(problem); make it again with scripts/import-table"
    case .doubleStar(let pattern):
      "\(name(pattern)): '**' is not known; * stands for characters of one name, so write a name for each directory, as in data/*/*.csv"
    case .fileTwice(let file, let first):
      file == first
        ? "\(name(file)): is named twice in 'path'; each file is read once"
        : "\(name(file)): is named twice in 'path', as \(name(first)) too; each file is read once"
    case .notAFile(let file, let isDirectory):
      "\(name(file)): is "
        + (isDirectory
          ? #"a directory; give the path of a data file, or read a columnar table with "format": "table""#
          : "not a regular file; give the path of a data file")
    case .unreadable(let file, let problem):
      "\(name(file)): cannot be read (\(problem.words.lowercased())); "
        + problem.wayOut(ofReadingOr: "check the path")
    case .emptyFile(let file): "\(name(file)): the file is empty; a data file with at least one row is expected"
    case .tooLarge(let file, let byteCount, let available):
      "\(name(file)): needs \(MachineMemory.words(Double(byteCount))) of memory and this machine has "
        + "\(MachineMemory.words(Double(available))); use a smaller file"
    case .columnsTooLarge(let file, let byteCount, let available):
      "\(name(file)): its columns need \(MachineMemory.words(Double(byteCount))) of memory and this machine has "
        + "\(MachineMemory.words(Double(available))); use a smaller file, or leave its rows in a file with data.cache \"on\" (and "
        + "data.cache_directory, where there is no room beside it)"
    case .noRoomForColumns(let file, let directory, let problem):
      "\(name(file)): its columns do not fit into memory, and cannot be written to \(name(directory)) either "
        + "(\(problem.words.lowercased())); \(problem.wayOut(or: "name another directory in data.cache_directory"))"
    case .changed(let file, let use, let change):
      "\(name(file)): changed while it was \(use.words): \(change); \(use.wayOut)"
    case .changedCache(let file, let use):
      "\(name(file)): the cache was written to while its rows were \(use.words); give the same command again when nobody writes to it, "
        + "or with data.cache \"off\""
    case .otherThanMapped(let file, let path, let found):
      "\(name(file)): is mapped by the first rank of this node, and another one does not find the same at \(name(path)): \(found); start "
        + "the ranks of a node where they see the same files, or set data.mapping to \"never\""
    case .damagedGzip(let file, let reason):
      "\(name(file)): the gzip data are damaged (\(reason)); fetch or compress the file again"
    case .damagedZstd(let file, let reason):
      "\(name(file)): the zstd data cannot be used (\(reason)); fetch or compress the file again"
    case .noRows(let file): "\(name(file)): has no rows of data; at least one is needed"
    case .otherFormat(let file, let found): "\(name(file)): is \(found.noun); \(found.wayOut(for: file))"
    case .notUTF8(let file, let fault): "\(name(file)): \(fault.words)"
    case .misread(let file, let fault): "\(name(file)): \(fault.words)"
    case .raggedRow, .blankLine, .unterminatedQuote, .textAfterQuote, .duplicateColumn, .columnOutOfRange,
      .noFeatureColumns:
      tableSentence
    case .sparse(let file, let fault): "\(name(file)): \(fault.words)"
    case .archive(let file, let fault): "\(name(file)): \(fault.words)"
    case .tensors(let file, let fault): "\(name(file)): \(fault.words)"
    case .cells(let file, let problems): "\(name(file)): \(problems.words)"
    case .missingInFiles(let files): files.map { "\(name($0.file)): \($0.problems.words)" }.joined(separator: "; ")
    case .nothingLeft(let file, let dropped):
      "\(name(file)): no row is left: \(dropped.words); fill in what is missing, or leave such a column out of 'features'"
    case .beyondFloat, .notWhole, .badWeight, .lostWeight, .noWeight, .tooManyCategories, .unseenCategory,
      .outsideTransform, .targetOutsideTransform, .fillOutsideTransform, .nothingToFill:
      cellSentence
    case .notIDX, .unknownIDXType, .notNPY, .unknownNPYVersion, .damagedNPYHeader, .unsupportedNPYType, .fortranOrder,
      .longRow, .wrongSize, .emptyShape, .tooManyDimensions, .notFinite, .rowCountsDiffer:
      arraySentence
    case .noTargets, .severalTargetColumns, .notAClass, .textTarget, .unseenClass, .targetCountsDiffer, .shapesDiffer,
      .classTargetsNormalized, .positiveClass, .emptyPart, .foreignView:
      targetSentence
    case .names(let file, let problem): "\(name(file)): \(problem.words)"
    case .columns(let file, let problem): "\(problem.path): \(name(file)): \(problem.words)"
    case .noCategories(let file, let column):
      "\(name(file)): column '\(excerpt(column))' has no category: all its cells are missing; leave it out with \"role\": \"drop\" in "
        + "data.columns"
    case .otherKindThanTraining(let file, let place, let column, let text, let kind):
      "\(name(file)): \(place), column '\(excerpt(column))': all training rows have \(kind) there, and "
        + "'\(excerpt(text))' is none of these; correct the cell, or make words of them all with \"columns\": {"
        + ConfigValue.string(column.excerpt(40)).compactText + ": {\"kind\": \"categorical\"}} in 'data'"
    case .dateTarget(let file, let place, let column, let text):
      "\(name(file)): \(place), column '\(excerpt(column))': the target '\(excerpt(text))' is a date, as all others of the column are; write a number "
        + "instead, such as days, or name another target"
    case .hdf5(let file, let problem): "\(name(file)): \(problem.words)"
    case .split(let file, let problem): "\(name(file)): \(problem.words)"
    case .field(let error): error.sentence
    }
  }

  private var tableSentence: String {
    switch self {
    case .raggedRow(let file, let line, let found, let expected, let hasHeader):
      "\(name(file)): line \(line) has \(found.counted("field")), \(hasHeader ? "the header" : "the first row") has \(expected); every row must have as many"
    case .blankLine(let file, let line): "\(name(file)): line \(line) is empty but rows follow; remove the line"
    case .unterminatedQuote(let file, let line):
      "\(name(file)): line \(line): a quoted field begins here and never ends; close it, and double each quote inside it"
    case .textAfterQuote(let file, let line, let field):
      "\(name(file)): line \(line), field \(field): text follows the closing quote; double each quote inside a quoted field"
    case .duplicateColumn(let file, let column):
      "\(name(file)): line 1: two columns are named '\(excerpt(column))'; rename one"
    case .columnOutOfRange(let file, let index, let count):
      "\(name(file)): has no column \(index); its \(count.counted("column")) count from 0 to \(count - 1)"
    case .noFeatureColumns(let file):
      "\(name(file)): no column is left for the features; at least one besides targets and weights is needed"
    default: ""
    }
  }

  private var cellSentence: String {
    switch self {
    case .notWhole(let file, let place, let column, let text):
      "\(name(file)): \(place)\(column.map { ", column '\(excerpt($0))'" } ?? ""): \(text) is no whole number between -16777215 and "
        + "16777215, and the model reads it as int32; correct it, or give the input dtype float32"
    case .beyondFloat(let file, let place, let column, let text):
      "\(name(file)): \(place), column '\(excerpt(column))': \(excerpt(text)) is beyond the range of float32 (±3.4e38); rescale the column"
    case .outsideTransform(let file, let place, let column, let text, let transform, let bound, let canChoose):
      "\(name(file)): \(place), \(column): \(text) is not above \(bound), as its transform '\(transform)' wants it; "
        + (canChoose
          ? "correct it, or choose \(bound == 0 ? "'log1p' (numbers above -1) or " : "")'quantile', which takes any number"
          : "correct it: the model was trained on the logarithms of this column")
    case .targetOutsideTransform(
      let file, let place, let target, let text, let transform, let bound, let canChoose, let key):
      "\(name(file)): \(place): target '\(excerpt(target))' is \(text), and '\(transform)' takes the logarithms of numbers above \(bound); "
        + (canChoose
          ? "correct it, or set \(key) to \(bound == 0 ? "'log1p' (numbers above -1) or " : "")'standard'"
          : "correct it: the model was trained on the logarithms of its targets")
    case .fillOutsideTransform(let file, let column, let transform, let bound):
      "\(name(file)): \(column): where it is missing 0 stands for it ('zero'), and its transform '\(transform)' wants numbers above "
        + "\(bound); fill it with 'median', or choose 'log1p'"
    case .nothingToFill(let file, let column):
      "\(name(file)): \(column) is missing in every training row, and nothing can stand for it; leave it out of the features"
    case .badWeight(let file, let place, let text):
      "\(name(file)): \(place): the sample weight \(excerpt(text)) is not allowed; weights are 0, or from 1e-307 to 1.7e308"
    case .lostWeight(let file, let place, let text, let largest):
      "\(name(file)): \(place): the sample weight \(text) is lost beside the largest, \(largest); give 0 to leave the row out, or weights at most 1e30 times as large as others"
    case .noWeight(let file, let part):
      "\(name(file)): all \(part) samples weigh 0; give some a sample weight above 0"
    case .tooManyCategories(let file, let column, let limit):
      "\(name(file)): column '\(excerpt(column))' has more than \(limit) categories; leave an identifier out of 'features', and a number out of 'categorical'"
    case .unseenCategory(let file, let place, let column, let text, let known):
      "\(name(file)): \(place), column '\(excerpt(column))': the category '\(excerpt(text))' does not occur in the training rows; \(NearMiss.hint(text, among: known, shown: shortened(known))); a model takes such ones where "
        + "it was trained with \"unknown\": \"zeros\" for the column in data.columns"
    default: ""
    }
  }

  private var arraySentence: String {
    switch self {
    case .notIDX(let file, let isText):
      "\(name(file)): is not an IDX file (it must begin with two zero bytes, a type and a rank)\(isText ? Self.textHint : "")"
    case .unknownIDXType(let file, let code):
      "\(name(file)): IDX element type 0x\(String(code, radix: 16)) is unknown; known: 0x8 uint8, 0x9 int8, 0xb int16, 0xc int32, 0xd float32, 0xe float64"
    case .notNPY(let file, let isText):
      "\(name(file)): is not an NPY file (it must begin with \\x93NUMPY)\(isText ? Self.textHint : "; save it with numpy.save")"
    case .unknownNPYVersion(let file, let version):
      "\(name(file)): NPY version \(version) is unknown; known: 1, 2, 3"
    case .damagedNPYHeader(let file, let reason):
      "\(name(file)): the NPY header cannot be read (\(reason)); save the array again with numpy.save"
    case .unsupportedNPYType(let file, let type):
      "\(name(file)): NPY element type \(excerpt(type)) cannot be used; convert the array with astype to one of: \(NPYFile.typeNames)"
    case .fortranOrder(let file):
      "\(name(file)): the array is in Fortran order; save it with numpy.save(path, numpy.ascontiguousarray(array))"
    case .wrongSize(let file, let shape, let expected, let found):
      found < expected
        ? "\(name(file)): is truncated: shape \(words(shape)) needs \(expected) bytes of data, \(found) are there; fetch the file again"
        : "\(name(file)): shape \(words(shape)) needs \(expected) bytes of data, but \(found) are there; the file is damaged"
    case .emptyShape(let file, let shape):
      "\(name(file)): the array of shape \(words(shape)) holds no data; at least one row and one element are needed"
    case .tooManyDimensions(let file, let role, let shape, let limit):
      "\(name(file)): \(role) of shape \(words(shape)) cannot be used; at most \(limit.counted("dimension")), rows first, \(limit == 1 ? "is" : "are") allowed"
    case .notFinite(let file, let row):
      "\(name(file)): row \(row) (counted from 0) holds a value that is infinite or beyond float32 (±3.4e38); replace it or remove the row"
    case .longRow(let file, let place, let column, let found, let limit):
      "\(name(file)): \(place), column '\(excerpt(column))': has \(found) entries, and the training rows have at most \(limit); cut it, or train on rows that are as long"
    case .rowCountsDiffer(let features, let featureRows, let other, let otherRows):
      "\(name(other)): has \(otherRows.counted("row")), but \(name(features)) has \(featureRows); they must match row by row"
    default: ""
    }
  }

  private var targetSentence: String {
    switch self {
    case .noTargets(let file): "\(name(file)): no targets are given; add the key 'targets' to this data source"
    case .severalTargetColumns(let file, let count):
      "\(name(file)): the loss wants one class per row, but there are \(count) target columns; name one, or choose a loss on values"
    case .notAClass(let file, let place, let value):
      "\(name(file)): \(place): target \(value) is not a class; classes are whole numbers or text (for values choose a loss like 'mse')"
    case .textTarget(let file, let place, let column, let text):
      "\(name(file)): \(place), column '\(excerpt(column))': target '\(excerpt(text))' is not a number, and the loss wants values; correct it, or choose a loss on classes"
    case .unseenClass(let file, let place, let text, let known):
      "\(name(file)): \(place): class '\(excerpt(text))' does not occur in the training source; \(NearMiss.hint(text, among: known, shown: shortened(known)))"
    case .targetCountsDiffer(let file, let found, let expected):
      "\(name(file)): has \(found.counted("target")) per row, the training source has \(expected)"
    case .shapesDiffer(let file, let found, let expected):
      "\(name(file)): samples have shape \(found), the training source has \(expected)"
    case .positiveClass(let key, let problem): "\(key): \(problem.words)"
    case .classTargetsNormalized(let transform, let key):
      "\(key): '\(transform)' is for values, but the loss wants classes; remove the key"
    case .emptyPart(let part, let fraction, let rows):
      "data.\(part).fraction: \(ConfigValue.number(fraction).compactText) of \(rows.counted("row")) leaves no row for \(part); use a larger fraction or more rows"
    case .foreignView(let problem):
      "the data: another rank has sent a view that is none of the rows here: \(problem); start all ranks with the same build of ptrain and the same data"
    default: ""
    }
  }

  /// What helps where an array turns out to be a table.
  private static let textHint = #" but text; read a table of text with "format": "csv", "path" and "targets""#

  private func name(_ file: String) -> String { file.oneLine }

  private func words(_ shape: [Int]) -> String {
    guard shape.count > 8 else { return shape.isEmpty ? "()" : Shape(shape).description }
    return Shape(Array(shape.prefix(8))).description + "×… (\(shape.count) dimensions)"
  }

  /// A cell's text, short and on one line.
  private func excerpt(_ text: String) -> String { text.excerpt(40) }

  private func shortened(_ names: [String]) -> [String] {
    let short = names.prefix(24).map(excerpt)
    return names.count <= 24 ? short : short + ["… (\(names.count) in all)"]
  }
}
