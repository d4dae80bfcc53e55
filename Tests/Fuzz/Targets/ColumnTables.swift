internal import Datasets
internal import Foundation
internal import Specs

extension FuzzTarget {
  /// Text that is cut into two files at its first NUL, or in its middle.
  static func csvParts(_ folder: ScratchFolder) throws -> FuzzTarget {
    let section = try section(
      #"{"train": {"format": "csv", "path": ["t1.csv", "t2.cs?"], "targets": "y"}, "missing": "drop_row"}"#)
    let context = DataContext(baseDirectory: folder.path)
    func parts(_ first: String, _ second: String) -> [UInt8] { Array(first.utf8) + [0] + Array(second.utf8) }
    return FuzzTarget(
      name: "csv-parts",
      valid: [
        parts("a,b,y\n1,2,0\n3,4,1\n", "a,b,y\n5,6,0\n"), parts("a,b,y\n1,2,0\n3,4,1\n", "y,a,b\r\n1,2,0\r\n"),
        parts("\"a\",y\n1,cat", "\u{feff}y,\"a\"\ndog,1\n\n\n"),
      ],
      refused: [
        parts("", ""), parts("a,y\n1,2\n", "a\n1\n"), parts("a,y\n\"1,2\n", "a,y\n\"1,2\n"),
        parts("a,y\n1,2\n", "PAR1"),
        parts("a,y\n1,2\n", "a,a\n1,2\n"), parts("a,y\n", "a,y\n"), parts("a,y\n1,2\n", "\n\n"),
      ], codes: [.data, .config, .missingInput]
    ) { bytes in
      let cut = bytes.firstIndex(of: 0)
      try folder.write(Array(bytes[..<(cut ?? bytes.count / 2)]), to: "t1.csv")
      try folder.write(Array(bytes[(cut.map { $0 + 1 } ?? bytes.count / 2)...]), to: "t2.csv")
      let prepared = try section.prepare(in: context, targets: .byColumns, seed: 1).makePreparedData()
      precondition(prepared.description.rowCount > 0, "prepared data without rows")
    }
  }

  private static let manifest = """
    {"format": "ptrain-table", "version": 1, "rows": 4, "columns": [
    {"name": "a", "type": "int64", "file": "x"}, {"name": "b", "type": "int64", "file": "x", "missing": "m"},
    {"name": "c", "type": "category", "file": "c", "labels": ["u", "v"]}, {"name": "d", "type": "text", "file": "x", "offsets": "o"},
    {"name": "e", "type": "date", "file": "c"}, {"name": "f", "type": "bool", "file": "m"}, {"name": "y", "type": "int8", "file": "m"}]}
    """

  /// The files of a table whose manifest is sound.
  static func table(_ folder: ScratchFolder) throws -> FuzzTarget {
    let ends: [UInt8] = [0, 3, 3, 9, 32]
    let offsets = ends.flatMap { end -> [UInt8] in [end, 0, 0, 0, 0, 0, 0, 0] }
    let text = Array("red, blue and green and nothing ".utf8), codes: [UInt8] = [0, 0, 0, 0, 1, 0, 0, 0]
    let sound = text + offsets + codes + [255, 255, 255, 255, 0, 0, 0, 0] + [0, 1, 0, 1]
    let read = try examine(folder)
    return FuzzTarget(
      name: "table", valid: [sound], refused: [[], Array(sound.dropLast()), sound + [0]],
      codes: [.data, .config, .missingInput]
    ) { bytes in
      func part(_ range: Range<Int>) -> [UInt8] { Array(bytes.dropFirst(range.lowerBound).prefix(range.count)) }
      try folder.write(part(0..<32), to: "x")
      try folder.write(part(32..<72), to: "o")
      try folder.write(part(72..<88), to: "c")
      try folder.write(Array(bytes.dropFirst(88)), to: "m")
      try folder.write(Array(manifest.utf8), to: "table.json")
      try read()
    }
  }

  /// A manifest beside files that are sound.
  static func tableManifest(_ folder: ScratchFolder) throws -> FuzzTarget {
    try folder.write([UInt8](repeating: 65, count: 32), to: "x")
    try folder.write([0, 8, 16, 24, 32].flatMap { [UInt8($0), 0, 0, 0, 0, 0, 0, 0] }, to: "o")
    try folder.write([UInt8](repeating: 0, count: 16), to: "c")
    try folder.write([0, 1, 0, 1], to: "m")
    let read = try examine(folder)
    let other =
      #"{"format": "ptrain-table", "version": 1, "rows": 4, "columns": [{"name": "y", "type": "uint8", "file": "m"}, {"name": "a", "type": "float32", "file": "c"}]}"#
    return FuzzTarget(
      name: "table-manifest", valid: [Array(manifest.utf8)],
      refused: [
        // Its config wants a column that is not there.
        other, "", "{}", "[]", manifest.replacing("4", with: "1099511627776"),
        manifest.replacing("\"x\"", with: "\"../x\""),
      ]
      .map { Array($0.utf8) }, codes: [.data, .config, .missingInput]
    ) { bytes in
      try folder.write(bytes, to: "table.json")
      try read()
    }
  }

  /// Reads a table in which columns are features of every kind.
  private static func examine(_ folder: ScratchFolder) throws -> () throws -> Void {
    let section = try section(
      #"{"train": {"format": "table", "path": ".", "targets": "y", "categorical": "d"}, "missing": "drop_row"}"#)
    let context = DataContext(baseDirectory: folder.path)
    return {
      let prepared = try section.prepare(in: context, targets: .byColumns, seed: 1).makePreparedData()
      precondition(prepared.description.rowCount > 0, "prepared data without rows")
    }
  }

  private static func section(_ text: String) throws -> DataSection {
    try FieldReader.readObject(ConfigValue.parse(Data(text.utf8), file: "data"), path: "data") {
      fields throws(ConfigError) in try DataSection(from: fields)
    }.0
  }
}
