internal import Specs

/// A reader of untrusted input, and what is thrown at it.
struct FuzzTarget {
  /// Its name on the command line.
  var name: String
  /// Inputs that the reader takes; mutations start from them.
  var valid: [[UInt8]]
  /// Inputs that it must refuse.
  var refused: [[UInt8]] = []
  /// Other inputs to begin with.
  var starts: [[UInt8]] = []
  /// The exit codes that its errors may have.
  var codes: Set<ExitCode>
  /// Bytes that one block of memory may have beyond the input's and 1 MB, for inputs whose content is larger in memory.
  var allowance: @Sendable ([UInt8]) -> Int = { _ in 0 }
  /// Reads an input: returns, or throws a `ReportableError`.
  var read: ([UInt8]) throws -> Void

  /// Everything that reads files or text from outside, by name, made with a folder of its own.
  static let all: [(name: String, make: @Sendable (ScratchFolder) throws -> FuzzTarget)] = [
    ("config", config), ("network", network), ("override", override), ("run-directory", runDirectory),
    ("expression", expression), ("csv", csv), ("csv-roles", csvRoles), ("csv-plain", csvPlain),
    ("csv-splits", csvSplits),
    ("csv-columns", csvColumns),
    ("csv-parts", csvParts), ("cache", cache), ("table", table), ("table-manifest", tableManifest), ("idx", idx),
    ("npy", npy), ("npz", npz), ("npz-content", npzContent), ("tensors", tensors), ("tensors-header", tensorsHeader),
    ("libsvm", libsvm), ("libsvm-roles", libsvmRoles), ("hdf5", hdf5), ("gzip", gzip), ("gzip-content", gzipContent),
    ("zstd", zstd), ("zstd-content", zstdContent), ("safetensors", safetensors),
    ("safetensors-header", safetensorsHeader), ("checkpoint", checkpoint), ("model", model), ("metrics", metrics),
  ]

  /// Valid inputs, those to be refused, and the rest: the first indices of every run.
  var corpus: [[UInt8]] { valid + refused + starts }
}
