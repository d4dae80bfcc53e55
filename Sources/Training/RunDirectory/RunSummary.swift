internal import Foundation
internal import Specs

/// The summary of a finished run.
package enum RunSummary {
  /// The summary in a run's directory; nil where there is none that tells of weights.
  static func read(in directory: String) -> ConfigValue? {
    guard let bytes = try? DiskStorage().read(directory + "/summary.json"),
      let summary = try? ConfigValue.parse(.init(bytes), file: "summary.json"), summary["weights_sha256"] != nil
    else { return nil }
    return summary
  }
}
