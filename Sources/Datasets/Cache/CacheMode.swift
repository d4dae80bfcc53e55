/// Whether a table of text that was read is kept in a file, so that the next start need not read the text.
package enum CacheMode: String, Sendable, CaseIterable {
  case auto, on, off

  /// Bytes of text from which on reading it once more takes longer than anybody likes to wait.
  static let longText = 64_000_000

  /// Whether text in files of so many bytes is kept.
  func takes(byteCount: Int) -> Bool {
    switch self {
    case .auto: byteCount >= Self.longText
    case .on: true
    case .off: false
    }
  }
}
