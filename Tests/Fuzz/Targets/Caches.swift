internal import Datasets
internal import Foundation
internal import Platform
internal import Specs
internal import Training

extension FuzzTarget {
  /// The cache of a small table, whose text lies beside it.
  static func cache(_ folder: ScratchFolder) throws -> FuzzTarget {
    let text = "a,b,y\n" + (0..<9).map { "\($0),\(Double($0) / 7),\($0 % 2)\n" }.joined()
    try folder.write(Array(text.utf8), to: "t.csv")
    let data = try ConfigValue.parse(
      Data(#"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "cache": "on"}"#.utf8), file: "data")
    let section = try FieldReader.readObject(data, path: "data") { fields throws(ConfigError) in
      try DataSection(from: fields)
    }.0
    let path = folder.path + "/.t.csv.ptrain-cache",
      made = try CacheProbe.make(section, in: folder.path, environment: [:])
    return FuzzTarget(
      name: "cache", valid: [made], refused: [[], Array(made.dropLast()), Array(made.prefix(300)), made + [0]],
      codes: [.data, .internalError, .inputOutput]
    ) { bytes in
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      try CacheProbe.read(path)
    }
  }
}
