package import Collectives
internal import Specs

/// What all ranks of a cluster have failed at together, as a value.
package struct SharedFailure: Error, Equatable {
  package var exitCode: Int32
  /// The first rank's sentence; others may know less of where it happened.
  package var sentence: String

  package init(exitCode: Int32, sentence: String) { (self.exitCode, self.sentence) = (exitCode, sentence) }

  /// - Returns: nil for an error that a rank may have met alone, while others wait for it.
  init?(_ error: any Error) {
    switch error {
    case let divergence as Divergence:
      self.init(exitCode: ExitCode.notFinite.rawValue, sentence: "\(divergence.trace); \(divergence.wayOut)")
    case let failure as AgreedFailure: self.init(exitCode: failure.exitCode, sentence: "\(failure)")
    case let error as any ReportableError: self.init(exitCode: error.exitCode.rawValue, sentence: error.sentence)
    default: return nil
    }
  }
}

extension Cluster {
  /// Does with all ranks what may fail on all of them, and takes that for a result: what one group of ranks fails at is
  /// over with it, and the other groups hear of it when they ask.
  ///
  /// Such errors are an ``AgreedFailure`` of these ranks, and what all of them find alike wrong with a config or with
  /// data. Anything else that is thrown, such as an error of the network, is thrown on: it ends the run. Collective;
  /// one gather of a few bytes, by which ranks that have not all failed in the same way find that out.
  ///
  /// In `body` a rank throws nothing alone but what ends the run: others would wait for it.
  ///
  /// What `body` has taken from the cluster before it failed it gives back itself.
  ///
  /// - Throws: ``RunError`` where some ranks failed and others did not, or otherwise.
  package func result<Value>(of body: () throws -> Value) throws -> Result<Value, SharedFailure> {
    let outcome = Result(catching: body)
    var own: SharedFailure?
    if case .failure(let error) = outcome {
      guard let failure = SharedFailure(error) else { throw error }
      own = failure
    }
    let all = try gather(own)
    guard let first = all.firstIndex(where: { $0 != nil }), let failure = all[first] else {
      return .success(try outcome.get())
    }
    guard all.allSatisfy({ $0?.exitCode == failure.exitCode }) else {
      throw RunError(
        .internalError, "rank \(first) of \(size) failed, and not all others did so too: \(failure.sentence)")
    }
    return .failure(all[0] ?? failure)
  }
}

extension SharedFailure: Portable {
  package init(from reader: inout PortableReader) throws {
    self.init(exitCode: try reader.read(), sentence: try reader.read())
  }

  package func write(to writer: inout PortableWriter) {
    writer.write(exitCode)
    writer.write(sentence)
  }
}
