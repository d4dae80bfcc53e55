internal import Specs

/// Why a zip archive of arrays cannot be used.
package enum ZipFault: Sendable, Equatable {
  case notZip(isText: Bool)
  case gzip
  case damaged(String)
  case split
  case duplicate(String)
  case encrypted(String)
  case method(String, Int)

  /// What is wrong and what helps.
  var words: String {
    switch self {
    case .notZip(let isText):
      "is not an NPZ file (a zip archive of NumPy arrays)"
        + (isText
          ? #" but text; read a table of text with "format": "csv", "path" and "targets""#
          : "; save it with numpy.savez")
    case .gzip: "is an archive inside gzip; decompress it with `gunzip -c FILE > NEW`"
    case .damaged(let reason):
      "the archive is damaged (\(reason)); fetch it again, or save it again with numpy.savez"
    case .split: "is one of several parts of a zip archive; save the arrays in one with numpy.savez"
    case .duplicate(let name):
      "two entries of the archive are named '\(name.excerpt(60))'; save it again with each name once"
    case .encrypted(let name):
      "the entry '\(name.excerpt(60))' is encrypted; save the arrays without a password, with numpy.savez"
    case .method(let name, let method):
      "the entry '\(name.excerpt(60))' is compressed by \(Self.words(method)), which is not read; save the arrays again with "
        + "numpy.savez or numpy.savez_compressed"
    }
  }

  private static func words(_ method: Int) -> String {
    switch method {
    case 9: "deflate64 (method 9)"
    case 12: "bzip2 (method 12)"
    case 14: "lzma (method 14)"
    case 93: "zstd (method 93)"
    case 95: "xz (method 95)"
    default: "method \(method)"
    }
  }
}
