import Foundation

/// What tests wait for on the disk.
package enum Files {
  /// Whether there is a file with something in it. One that is only there may have been made before what a test waits
  /// for.
  package static func hold(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int).flatMap { $0 } ?? 0 > 0
  }
}
