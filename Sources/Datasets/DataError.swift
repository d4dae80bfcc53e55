package import Platform
package import Specs

/// The facts of data that cannot be used.
///
/// ``sentence`` turns them into words.
/// `file` is the path as the config states it; `place` is a row in words, as ``RowSource/place(_:)`` has it.
package enum DataError: ReportableError, Equatable {
  // Files
  case missingFile(file: String, lookedFor: String)
  /// Nothing fits a pattern of paths.
  case noMatch(pattern: String, lookedFor: String)
  /// A pattern for directories in directories, as other programs have it.
  case doubleStar(pattern: String)
  /// A list of files, or several patterns, name one file twice, or a link to it.
  case fileTwice(file: String, first: String)
  /// A directory that is no columnar table.
  case noTable(directory: String, lookedFor: String)
  case damagedTable(file: String, problem: String)
  case notAFile(file: String, isDirectory: Bool)
  case unreadable(file: String, problem: FileProblem)
  case emptyFile(file: String)
  case tooLarge(file: String, byteCount: Int, available: Int)
  /// Columns of text that do not fit into memory, and could stay in a cache.
  case columnsTooLarge(file: String, byteCount: Int, available: Int)
  /// Columns that do not fit into memory have no room in a file either.
  case noRoomForColumns(file: String, directory: String, problem: FileProblem)
  case changed(file: String, use: DataUse, change: String)
  /// Somebody has written into a cache whose rows are read where they are.
  case changedCache(file: String, use: DataUse)
  case otherThanMapped(file: String, path: String, found: String)
  case damagedGzip(file: String, reason: String)
  case damagedZstd(file: String, reason: String)
  case noRows(file: String)
  /// Another kind of file than the source names.
  case otherFormat(file: String, FileSignature)

  // CSV
  case notUTF8(file: String, TextFault)
  case misread(file: String, LayoutFault)
  case raggedRow(file: String, line: Int, found: Int, expected: Int, hasHeader: Bool)
  case blankLine(file: String, line: Int)
  case unterminatedQuote(file: String, line: Int)
  case textAfterQuote(file: String, line: Int, field: Int)
  case duplicateColumn(file: String, column: String)
  case columnOutOfRange(file: String, index: Int, count: Int)
  case noFeatureColumns(file: String)
  case cells(file: String, CellProblems)
  case missingInFiles([FileProblems])
  case nothingLeft(file: String, DroppedRows)
  case beyondFloat(file: String, place: String, column: String, text: String)
  case notWhole(file: String, place: String, column: String?, text: String)
  case badWeight(file: String, place: String, text: String)
  case lostWeight(file: String, place: String, text: String, largest: String)
  case noWeight(file: String, part: String)
  case tooManyCategories(file: String, column: String, limit: Int)
  /// Rules of `data.columns` that fit neither the columns nor the keys.
  case columns(file: String, ColumnProblem)
  case noCategories(file: String, column: String)
  /// A cell that no training row's cells are like, in a column whose kind nobody has said.
  case otherKindThanTraining(file: String, place: String, column: String, text: String, kind: String)
  case dateTarget(file: String, place: String, column: String, text: String)
  /// A number that the logarithm of its column does not take.
  case outsideTransform(
    file: String, place: String, column: String, text: String, transform: String, bound: Int, canChoose: Bool)
  /// A target value that the logarithm of its targets does not take.
  case targetOutsideTransform(
    file: String, place: String, target: String, text: String, transform: String, bound: Int, canChoose: Bool,
    key: String = "data.normalize_targets")
  case fillOutsideTransform(file: String, column: String, transform: String, bound: Int)
  /// A column with nothing that could stand for what is missing.
  case nothingToFill(file: String, column: String)
  case unseenCategory(file: String, place: String, column: String, text: String, known: [String])

  // LIBSVM
  case sparse(file: String, LibSVMFault)

  /// What is wrong with a file of the format `hdf5`.
  case hdf5(file: String, HDF5Problem)

  // Binary arrays
  case notIDX(file: String, isText: Bool)
  case unknownIDXType(file: String, code: UInt8)
  case notNPY(file: String, isText: Bool)
  case unknownNPYVersion(file: String, version: Int)
  case damagedNPYHeader(file: String, reason: String)
  case unsupportedNPYType(file: String, type: String)
  case fortranOrder(file: String)
  case archive(file: String, ZipFault)
  case tensors(file: String, SafetensorsFault)
  case longRow(file: String, place: String, column: String, found: Int, limit: Int)
  case wrongSize(file: String, shape: [Int], expected: Int, found: Int)
  case emptyShape(file: String, shape: [Int])
  case tooManyDimensions(file: String, role: String, shape: [Int], limit: Int)
  case notFinite(file: String, row: Int)
  case rowCountsDiffer(features: String, featureRows: Int, other: String, otherRows: Int)

  // Targets and parts
  case names(file: String, NameProblem)
  case noTargets(file: String)
  case severalTargetColumns(file: String, count: Int)
  case notAClass(file: String, place: String, value: String)
  case textTarget(file: String, place: String, column: String, text: String)
  case unseenClass(file: String, place: String, text: String, known: [String])
  case targetCountsDiffer(file: String, found: Int, expected: Int)
  case shapesDiffer(file: String, found: Shape, expected: Shape)
  /// - Parameter transform: what is to become of targets, as the config has it.
  case classTargetsNormalized(_ transform: String, key: String = "data.normalize_targets")
  /// What the model reads is not in the data.
  case field(ConfigError)
  case positiveClass(key: String, problem: PositiveClass.Problem)
  case emptyPart(part: String, fraction: Double, rows: Int)
  case split(file: String, SplitProblem)
  /// What another rank has sent is no view of the rows that are here.
  case foreignView(String)

  package var exitCode: ExitCode {
    switch self {
    case .unreadable(_, let problem) where problem.isOfDescriptors: .inputOutput
    case .noRoomForColumns: .inputOutput
    case .missingFile, .noMatch, .noTable, .notAFile, .unreadable: .missingInput
    case .columnOutOfRange, .classTargetsNormalized, .positiveClass, .field, .columns, .fillOutsideTransform,
      .doubleStar:
      .config
    case .names(_, let problem): problem.isConfig ? .config : .data
    case .hdf5(_, let problem): problem.exitCode
    case .split(_, let problem): problem.isConfig ? .config : .data
    case .foreignView: .internalError
    default: .data
    }
  }
}
