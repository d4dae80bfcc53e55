/// What `--resume` asks for.
package enum ResumeMode: Sendable, Equatable {
  /// Go on where a run of the same config stopped, else begin.
  case auto
  /// Begin; a run in the directory is renamed.
  case never
  /// The weights of a checkpoint's directory or a model's file.
  case weights(String)
}
