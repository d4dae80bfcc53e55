/// What data are used for, for messages.
package enum DataUse: Sendable {
  case training, reading

  /// As in "changed while it was …".
  var words: String { self == .training ? "trained on" : "read" }

  /// What to do where a file has changed meanwhile.
  var wayOut: String {
    "give the same command again when nobody writes to it"
      + (self == .training ? ", or with data.mapping \"never\", which copies it before the first step" : "")
  }
}
