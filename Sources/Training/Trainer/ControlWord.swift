/// What ranks tell each other with a step beside a ``StopReason``; the greatest of all ranks' counts, and 0 asks for
/// nothing.
enum ControlWord {
  /// A checkpoint without an end.
  static let saveNow: Int64 = 1
  /// A pause after this step.
  static let pause: Int64 = 2
}
