/// The version of the program, as `--version`, models and `summary.json` have it.
package enum ProgramVersion {
  package static let current = "0.1.0"
}
