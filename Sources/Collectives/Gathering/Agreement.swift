/// An error all ranks know of: each of them throws the same value, so that they leave together with one exit code.
package struct AgreedFailure: Error, Equatable {
  /// The lowest rank that failed; it is the one to report.
  package var rank: Int
  /// All ranks that failed, in order.
  package var failedRanks: [Int]
  /// The number of ranks that took part.
  package var size: Int
  /// That rank's exit code.
  package var exitCode: Int32
  /// That rank's sentence.
  package var sentence: String

  package init(rank: Int, failedRanks: [Int], size: Int, exitCode: Int32, sentence: String) {
    self.rank = rank
    self.failedRanks = failedRanks
    self.size = size
    self.exitCode = exitCode
    self.sentence = sentence
  }
}

extension AgreedFailure: CustomStringConvertible {
  /// The sentence, with the rank in front when not every rank failed.
  package var description: String {
    failedRanks.count == size ? sentence : "rank \(rank) of \(size): \(sentence)"
  }
}

extension Cluster {
  /// Runs `body` on every rank and makes sure that all ranks go on, or none.
  ///
  /// Collective; one gather of a few bytes. `body` itself must not talk to other ranks, unless it fails on all or none.
  ///
  /// - Parameters:
  ///   - describe: an error's exit code and its one sentence.
  ///   - body: work of this rank alone that may fail, such as reading a file.
  /// - Returns: what `body` returned.
  /// - Throws: ``AgreedFailure`` of the lowest failing rank, the same on every rank; or an error of the cluster.
  package func agree<Value>(
    describe: (any Error) -> (exitCode: Int32, sentence: String), _ body: () throws -> Value
  ) throws -> Value {
    let outcome = Result(catching: body)
    var own: FailureReport?
    if case .failure(let error) = outcome {
      let agreed = error as? AgreedFailure
      let (exitCode, sentence) = agreed.map { ($0.exitCode, $0.sentence) } ?? describe(error)
      own = FailureReport(exitCode: exitCode, sentence: sentence)
    }
    let reports = try gather(own)
    let failed = reports.indices.filter { reports[$0] != nil }
    guard let first = failed.first, let report = reports[first] else { return try outcome.get() }
    throw AgreedFailure(
      rank: first, failedRanks: failed, size: size, exitCode: report.exitCode, sentence: report.sentence)
  }
}

/// How one rank failed.
private struct FailureReport: Portable {
  var exitCode: Int32
  var sentence: String

  init(exitCode: Int32, sentence: String) { (self.exitCode, self.sentence) = (exitCode, sentence) }

  init(from reader: inout PortableReader) throws {
    (exitCode, sentence) = (try reader.read(), try reader.read())
  }

  func write(to writer: inout PortableWriter) {
    writer.write(exitCode)
    writer.write(sentence)
  }
}
