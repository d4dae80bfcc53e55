internal import CPlatform

/// The start of MPI, which may end the process by itself: one process of a node says so, and says nothing that another
/// has said.
package enum StartGuard {
  /// From now on until ``end()`` a failure is said, and the exit code is 69 where the process ends in an orderly way.
  ///
  /// - Parameters:
  ///   - mark: the path of a file that the one who speaks makes; nil: there is no place for it.
  ///   - isFirstOfNode: speaks where the mark cannot be made.
  ///   - isOnlyNode: whether no process of the job is on another machine.
  ///   - gone: the line for a failure, `ptrain: ` and line break included.
  ///   - ended: that for SIGTERM, where none has spoken.
  package static func begin(
    mark: String?, isFirstOfNode: Bool, isOnlyNode: Bool, gone: StaticString, ended: StaticString
  ) {
    ck_start_begin(mark, isFirstOfNode ? 1 : 0, isOnlyNode ? 1 : 0, gone.text, ended.text)
  }

  package static func end() { ck_start_end() }

  /// Whether MPI is starting.
  package static var isOn: Bool { ck_start_is_on() != 0 }

  /// Whether this process is the one of its node that speaks; true at most once.
  package static func claim() -> Bool { ck_start_claim() != 0 }
}

extension StaticString {
  /// The text as C has it, which lives as long as the program.
  var text: UnsafePointer<CChar> { UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self) }
}
