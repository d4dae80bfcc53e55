internal import Specs

/// Why a file of tensors, or one of them, cannot be used.
package enum SafetensorsFault: Sendable, Equatable {
  case text
  case gzip
  case damaged(String)
  /// The type of a tensor's elements.
  case type(String)

  /// What is wrong and what helps.
  var words: String {
    switch self {
    case .text:
      #"is not a safetensors file but text; read a table of text with "format": "csv", "path" and "targets""#
    case .gzip: "is a file inside gzip; decompress it with `gunzip -c FILE > NEW`"
    case .damaged(let problem):
      "the safetensors file cannot be used (\(problem.excerpt(1000))); save it again with safetensors.numpy.save_file"
    case .type(let type):
      "safetensors element type \(type.excerpt(40)) cannot be used; convert the tensor to one of: "
        + SafetensorsFile.typeNames
    }
  }
}
