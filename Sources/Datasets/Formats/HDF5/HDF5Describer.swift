internal import Glibc
package import Platform
internal import Synchronization

/// Has HDF5 files described in processes of their own, in which the HDF5 library may crash or hang.
package struct HDF5Describer: Sendable {
  /// What came of it.
  package struct Answer: Sendable {
    /// The answer for each file, in their order; fewer where there is a problem.
    package var texts: [[UInt8]]
    /// Why the file behind these has none.
    package var problem: HDF5Problem?

    package init(texts: [[UInt8]], problem: HDF5Problem? = nil) { (self.texts, self.problem) = (texts, problem) }
  }

  /// Describes data sets of files.
  ///
  /// - Parameters:
  ///   - paths: of the files, as this process finds them.
  ///   - datasets: their paths in the files.
  ///   - progress: to be called now and then.
  package typealias Describe = @Sendable (_ paths: [String], _ datasets: [String], _ progress: () -> Void) -> Answer

  package let describe: Describe

  package init(_ describe: @escaping Describe) { self.describe = describe }

  /// Seconds that a file may take.
  package static let patience = 30.0
  /// Bytes that the process may take for itself, besides its program.
  package static let memory = 1 << 30
  /// Bytes of answers that are read.
  private static let answerLimit = 1 << 29
  /// Files that one process describes: their paths fit on a command line.
  private static let filesAtOnce = 64

  /// The word on the program's command line, ahead of the number of files, their paths and the data sets.
  package static let command = "describe-hdf5"

  /// In processes of this program, or of one that takes the same words and prints a line of JSON for each file.
  ///
  /// - Parameter environment: what this process was started with; of that they get where libraries are, and nothing of
  ///   MPI.
  package static func childProcess(
    program: String = "/proc/self/exe", environment: ProcessEnvironment, patience: Double = patience
  ) -> HDF5Describer {
    var variables = environment.variables.filter { ["PATH", "LD_LIBRARY_PATH", "TMPDIR"].contains($0.key) }
    // For libraries that cannot be told so by a call.
    variables["HDF5_USE_FILE_LOCKING"] = "FALSE"
    let own = variables
    return HDF5Describer { paths, datasets, progress in
      var texts: [[UInt8]] = []
      while texts.count < paths.count {
        let group = Array(paths[texts.count..<min(texts.count + filesAtOnce, paths.count)])
        let line = [program, command, "--", "\(group.count)"] + group + datasets
        let answer = run(line, own, files: group.count, patience, progress)
        texts += answer.texts
        if let problem = answer.problem { return Answer(texts: texts, problem: problem) }
      }
      return Answer(texts: texts)
    }
  }

  /// In this process, which a damaged file may end: for tests. One call at a time: a file that is open without locks
  /// the library does not open once more through another file's link.
  package static let inProcess = HDF5Describer { paths, datasets, _ in
    turn.withLock { _ in
      Answer(texts: paths.map { Array(HDF5Inspection.describe($0, datasets).utf8) })
    }
  }
  private static let turn = Mutex(())

  private static func run(
    _ line: [String], _ environment: [String: String], files: Int, _ patience: Double, _ progress: () -> Void
  ) -> Answer {
    let output: PrintedOutput
    do throws(FileProblem) {
      output = try PrintedOutput()
    } catch { return Answer(texts: [], problem: .cannotStart(reason: error.words)) }
    let child: ChildProcess
    do throws(ChildProcess.StartError) {
      child = try ChildProcess(line, environment: environment, output: output.descriptor)
    } catch { return Answer(texts: [], problem: .cannotStart(reason: error.words)) }
    var deadline = Clock.now() + patience, count = 0, pause: UInt32 = 500
    while true {
      let ending = child.poll(), size = output.byteCount
      if size > answerLimit {
        _ = child.end(patience: 0.2)
        return Answer(texts: [], problem: .misdescribed)
      }
      // Each answer is a sign of life.
      if size > count { (count, deadline) = (size, Clock.now() + patience) }
      if let ending {
        let lines = lines(output.contents, files)
        // What comes after the last answer does not count.
        guard lines.count < files else { return Answer(texts: lines) }
        switch ending {
        case .exited(let code): return Answer(texts: lines, problem: .ended(code: code))
        case .killed(let signal): return Answer(texts: lines, problem: .crashed(signal: signal))
        }
      }
      guard Clock.now() < deadline else {
        _ = child.end(patience: 0.2)
        return Answer(texts: lines(output.contents, files), problem: .silent(seconds: Int(patience.rounded(.up))))
      }
      progress()
      usleep(pause)
      pause = min(2 * pause, 20_000)
    }
  }

  /// The lines that are whole, some at most.
  private static func lines(_ text: [UInt8], _ limit: Int) -> [[UInt8]] {
    text.split(separator: 0x0a, omittingEmptySubsequences: false).dropLast().prefix(limit).map(Array.init)
  }
}
