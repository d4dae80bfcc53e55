internal import Foundation

/// What the system calls the CPU.
package enum ProcessorName {
  /// The model that Linux tells, like `AMD EPYC 7B13`; nil where it tells none, as on aarch64.
  package static var model: String? {
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)).flatMap(model(in:))
  }

  /// - Parameter text: that of `/proc/cpuinfo`.
  static func model(in text: String) -> String? {
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    guard let value = line?.split(separator: ":", maxSplits: 1).dropFirst().first else { return nil }
    let name = value.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return name.isEmpty ? nil : name
  }
}
