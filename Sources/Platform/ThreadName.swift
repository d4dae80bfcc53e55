internal import CPlatform

/// The name by which the system shows a thread, as `top -H` and debuggers do.
package enum ThreadName {
  /// Names the calling thread.
  ///
  /// Foundation hands `Thread.name` on to the system now and then only.
  /// - Parameter name: at most 15 characters of ASCII.
  package static func set(_ name: String) {
    precondition(name.utf8.count <= 15, "the system keeps 15 characters")
    ck_name_thread(name)
  }
}
