internal import Datasets
internal import Platform
internal import Specs

/// Rows that take much memory, in a file without a name.
struct OverflowingRows {
  /// Nil where they could not go there.
  var rows: MappedRows?
  /// What a person should know of it.
  var note: String

  /// Writes rows to a file, where they take more than an overflow's limit.
  ///
  /// - Parameter overflow: nil: all rows are to stay in memory.
  /// - Returns: nil where they are few.
  /// - Throws: a `RunError` where they were written and cannot be read.
  init?(
    _ preparation: DataPreparation, _ overflow: ColumnOverflow?, for use: DataUse, progress: @escaping () -> Void
  ) throws(RunError) {
    guard let overflow, preparation.layout.byteCount > overflow.limit else { return nil }
    let start = Clock.now(), place = overflow.directory.oneLine
    let file = preparation.origin(of: use == .training ? .train : .test).source.file.oneLine
    do throws(CacheWritingProblem) {
      rows = try preparation.writeRows(to: overflow, for: use, progress: progress)
    } catch {
      let wayOut = error.problem.wayOut(or: "choose another place with data.cache_directory")
      guard !error.hasBegun else {
        throw RunError(
          .inputOutput,
          "\(file): its rows take much memory, and cannot be read in a file in \(place) (\(error.problem.words)); \(wayOut)"
        )
      }
      note =
        "\(file): takes much memory, and its rows cannot be written to a file in \(place) (\(error.problem.words)); \(wayOut)"
      return
    }
    let seconds = ((Clock.now() - start) * 1000).rounded() / 1000
    note =
      "\(file): takes much memory, so that its rows are in a file without a name in \(place) "
      + "(\(FileRoom.words(Double(preparation.layout.byteCount))), \(seconds) s)"
  }
}
