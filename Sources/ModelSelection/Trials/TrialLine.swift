internal import Foundation
internal import Specs
internal import Training

/// A line of a log of trainings: one that is finished, what it belongs to, and a checksum of all that.
///
/// ```
/// {"check": "9…", "of": "5…", "result": {"metrics": {…}, "steps": 1300, "weights_sha256": "…"}, "training": "1.3.2"}
/// ```
///
/// `check` is the beginning of the SHA-256 of the same object without it. Keys are in order, so that the text of a
/// value is always the same.
package struct TrialLine: Sendable, Equatable {
  /// What all trainings of the log belong to.
  package var identity: String
  /// ``TrialSet/key(of:)``
  package var key: String
  package var result: TrialResult

  package init(identity: String, key: String, result: TrialResult) {
    (self.identity, self.key, self.result) = (identity, key, result)
  }

  private static let digits = 16

  private static func check(_ members: [ConfigValue.Member]) -> String {
    let hash = SHA256()
    Array(ConfigValue.object(members).compactText.utf8).withUnsafeBytes(hash.update)
    return String(hash.finish().prefix(digits))
  }

  package var text: String {
    let body = ConfigValue.object([
      .init("of", .string(identity)), .init("result", result.json), .init("training", .string(key)),
    ]).sortingKeys
    guard case .object(let members) = body else { return "" }
    return ConfigValue.object([.init("check", .string(Self.check(members)))] + members).compactText
  }

  /// - Returns: nil where the text is no whole line: torn by the end of the process that wrote it, or changed since.
  package init?(_ text: some StringProtocol) {
    guard case .object(let members)? = try? ConfigValue.parse(Data(text.utf8), file: "log"),
      case let body = members.filter({ $0.key != "check" }),
      case .string(let check)? = ConfigValue.object(members)["check"], check == Self.check(body),
      case let value = ConfigValue.object(body), case .string(let identity)? = value["of"],
      case .string(let key)? = value["training"], let result = value["result"].flatMap(TrialResult.init(json:))
    else { return nil }
    self.init(identity: identity, key: key, result: result)
  }
}
