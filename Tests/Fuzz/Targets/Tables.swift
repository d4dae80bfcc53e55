internal import Datasets
internal import Foundation
internal import Specs

extension FuzzTarget {
  /// A table with a header; the targets decide whether they are classes.
  static func csv(_ folder: ScratchFolder) throws -> FuzzTarget {
    let wide = (0..<1_000_000).map { "c\($0)" }.joined(separator: ",")
    return try table(
      "csv", folder,
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": {"fraction": 0.2}, "normalize": "standard"}"#,
      valid: [
        "a,b,y\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n9,1,0\n2,3,1\n", "a,y\r\n1,cat\r\n2,dog\r\n3,cat\r\n4,dog\r\n5,cat\r\n",
        "\"a\",\"col \"\"x\"\"\",y\n-1e3,+.5,1\n2.,3.5e-2,2\n1,1,1\n1,2,2\n3,3,1\n4,4,2\n",
      ],
      refused: [
        "", "\n", "a,y", "a,y\n1\n", "a,y\n1,2,3\n", "a,y\n\"1,2\n", "a,y\n\"1\"x,2\n", "a,a,y\n1,2,3\n", "1,2\n3,4\n",
        "a,y\n1,2\n\n3,4\n", "a,y\n1\u{0},2\n", "a\u{0}b,c\n1,2\n", "a,y\n1e39,2\n", "a,y\nnan,2\n", "a,y\n,2\n",
        "a,y\n0x10,1\n", "b,c\n1,2\n", "y\n1\n", "a\u{2028}b,c\n1,2\n", "\u{feff}", wide + "\n1,2\n",
        "a,y\n1\(String(repeating: "\u{301}", count: 500)),2\n",
        "a\(String(repeating: "\u{301}", count: 500)),y\nx,2\n",
        String(repeating: "\"", count: 999), "a,y\n\(String(repeating: "9", count: 900)),1\n",
      ], allowance: { $0.count > Mutator.lengthLimit ? 64 * $0.count : 0 })
  }

  /// Columns of every kind: categories, weights, values that are normalized.
  static func csvRoles(_ folder: ScratchFolder) throws -> FuzzTarget {
    try table(
      "csv-roles", folder,
      #"{"train": {"format": "csv", "path": "t.csv", "targets": ["y", "z"], "features": ["a", "c"], "categorical": ["c"], "sample_weight": "w"}, "test": {"format": "csv", "path": "t.csv", "targets": ["y", "z"], "features": ["c", "a"], "categorical": ["c"], "sample_weight": "w"}, "normalize": "minmax", "normalize_targets": "standard"}"#,
      valid: [
        "a,c,y,z,w\n1,red,0.5,1,1\n2,\"blue\ngreen\",1.5,2,0\n3,red,2.5,3,2.5\n",
        "w,extra,z,y,c,a\n1,x,1,2,1,3\n1,y,2,3,2,4\n1,z,3,4,10,5\n",
      ],
      refused: [
        "a,c,y,z\n1,red,2,3\n", "a,c,y,z,w\n1,,2,3,1\n", "a,c,y,z,w\n1,red,2,3,-1\n", "a,c,y,z,w\n1,red,x,3,1\n",
        "a,c,y,z,w\n1,red,1e300,3,1\n", "a,c,y,z,w\n1,red,2,3,nan\n",
      ],
      // A category of each row becomes a column of zeros and one 1.
      allowance: { bytes in
        let lines = bytes.count { $0 == 10 || $0 == 13 } + 1
        return 4 * lines * lines
      })
  }

  /// Columns with rules of every sort; the others are what their cells show.
  static func csvColumns(_ folder: ScratchFolder) throws -> FuzzTarget {
    try table(
      "csv-columns", folder,
      #"""
      {"train": {"format": "csv", "path": "t.csv"}, "test": {"format": "csv", "path": "t.csv"}, "missing": "category",
       "columns": {"y": {"role": "target", "missing": "drop_row"}, "w": {"role": "weight"}, "g": {"role": "group"},
        "i": {"role": "id"}, "d*": {"kind": "date", "missing": "median"}, "when": {"format": "%d.%m.%Y %H:%M", "parts": ["hour", "days"]},
        "price": {"decimal": ",", "thousands": ".", "strip": ["€"], "indicator": true, "missing": "mean"},
        "level": {"order": ["low", "mid", "high"]}, "c": {"rare_below": 2, "unknown": "other", "missing": "most_frequent"}}}
      """#,
      valid: [
        "a,b,c,d,when,price,level,g,i,w,y\n1,yes,u,2024-02-29,29.02.2024 12:30,\"1.234,5 €\",low,p,1,1,0\n,no,u,,,,,q,2,2,1\n"
          + "3,NA,v,2023-12-31T10:00:00+02:00,1.1.1970 0:00,5,high,p,,1,0\n",
        "y,w,g,i,d,when,price,level,c,text\n0,1,g,1,2024-01-01,01.01.2024 00:00,5,mid,u,red\n1,1,g,2,2024-01-02,02.01.2024 23:59,7,mid,u,blue\n"
          + "1,1,h,3,2024-01-03,03.01.2024 01:00,-€7,low,u,red\n",
      ],
      refused: [
        "a,y\n1,0\n", "a,b,c,d,when,price,level,g,i,w,y\n1,yes,u,2024-02-30,29.02.2024 12:30,5,low,p,1,1,0\n",
        "a,b,c,d,when,price,level,g,i,w,y\n1,yes,u,2024-02-01,29.02.2024 12:30,1.5,lower,,1,1,0\n",
      ],
      // A category of each row becomes a column of zeros and one 1.
      allowance: { bytes in
        let lines = bytes.count { $0 == 10 || $0 == 13 } + 1
        return 8 * lines * lines
      })
  }

  /// A table without a header, its columns by number.
  static func csvPlain(_ folder: ScratchFolder) throws -> FuzzTarget {
    try table(
      "csv-plain", folder,
      #"{"train": {"format": "csv", "path": "t.csv", "header": false, "targets": 1, "delimiter": ";"}, "test": {"fraction": 0.3}}"#,
      valid: [
        "1;2;3\n4;5;6\n1;2;3\n4;5;6\n1;2;3\n4;5;6\n1;2;3\n", "0;cat\n1;dog\n2;cat\n3;dog\n4;cat\n5;dog\n6;cat\n",
      ],
      refused: ["1\n2\n", "1;2;3\n4;5\n", ";;\n", "1;2.5;3\n1;1e300;3\n"])
  }

  /// A table whose parts are cut by columns.
  static func csvSplits(_ folder: ScratchFolder) throws -> FuzzTarget {
    try table(
      "csv-parts", folder,
      #"{"train": {"format": "csv", "path": "t.csv", "targets": "y"}, "validation": {"fraction": 0.3, "time": "t"}, "test": {"column": "g", "values": "b"}}"#,
      valid: [
        "a,g,t,y\n1,a,2024-01-01,0\n2,b,2024-01-02T10:00,1\n3,c,2024-01-02,0\n4,a,2024-W05-1,1\n5,a,2024/03/01,0\n",
        "t,y,g,a\n3,1,b,1\n1e3,0,1,2\n-5,1,3,3\n3,1,1,1\n3,0,b,9\n",
      ],
      refused: [
        "a,g,t,y\n1,a,1,0\n2,c,2,1\n", "a,g,t,y\n1,b,1,0\n2,b,2,1\n", "a,g,t,y\n1,b,x,0\n2,a,x,1\n3,a,y,1\n",
        "a,g,y\n1,b,0\n",
        "a,g,t,y\n1,b,,0\n2,a,,1\n3,a,,1\n",
      ])
  }

  private static func table(
    _ name: String, _ folder: ScratchFolder, _ text: String, valid: [String], refused: [String],
    allowance: @escaping @Sendable ([UInt8]) -> Int = { _ in 0 }
  ) throws -> FuzzTarget {
    let section = try FieldReader.readObject(ConfigValue.parse(Data(text.utf8), file: name), path: "data") {
      fields throws(ConfigError) in try DataSection(from: fields)
    }.0
    let context = DataContext(baseDirectory: folder.path)
    return FuzzTarget(
      name: name, valid: valid.map { Array($0.utf8) }, refused: refused.map { Array($0.utf8) },
      codes: [.data, .config, .missingInput], allowance: allowance
    ) { bytes in
      try folder.write(bytes, to: "t.csv")
      if bytes.count % 3 == 0, bytes.count < 4096 {
        var other = context
        other.cutTexts(every: 1 + bytes.count / 3 % 40)
        precondition(
          outcome(of: section, in: other) == outcome(of: section, in: context), "a text read by ranges is another one")
      }
      let preparation = try section.prepare(in: context, targets: .byColumns, seed: 1)
      let data = preparation.makePreparedData()
      precondition(data.description.rowCount > 0, "prepared data without rows")
      // As ranks and model files hand it on.
      let text = data.description.configValue.compactText
      let back = try DataDescription(ConfigValue.parse(Data(text.utf8), file: "data"))
      precondition(back == data.description, "a description that does not come back from its text")
    }
  }

  /// What data come to, or why they do not.
  private static func outcome(of section: DataSection, in context: DataContext) -> String {
    do throws(DataError) {
      let preparation = try section.prepare(in: context, targets: .byColumns, seed: 1)
      return "\(preparation.description.configValue.compactText) \(preparation.notes) \(preparation.dropped)"
    } catch {
      return error.sentence
    }
  }
}
