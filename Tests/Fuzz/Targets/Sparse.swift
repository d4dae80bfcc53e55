internal import Datasets
internal import Foundation
internal import Specs

extension FuzzTarget {
  /// Rows of labels and pairs; classes, and a part of the rows held back.
  static func libsvm(_ folder: ScratchFolder) throws -> FuzzTarget {
    try sparse(
      "libsvm", folder,
      #"{"train": {"format": "libsvm", "path": "t.svm"}, "validation": {"fraction": 0.2}, "normalize": "standard"}"#,
      valid: [
        "+1 1:0.5 3:-2e1 # a comment: 7:1\n-1 2:3\n+1 1:1\n-1 2:1\n+1 3:1\n-1 1:2\n",
        "\u{feff}# x\n\n2\t1:1\t4:.5\r\n1 1:2\r0\n2 2:1\n1 3:1\n0 1:1\n",
      ],
      refused: [
        "", "\n", "# x\n", "1\n", "1 0:1\n", "1 1:1 1:2\n", "1 2:1 1:2\n", "1:1\n", "1,2 1:1\n", "a,b\n1,2\n",
        "x 1:1\n",
        "1 1:nan\n", "nan 1:1\n", "1 1:inf\n", "inf 1:1\n", "1 1:1e39\n", "1 1:\n", "1 :1\n", "1 1:1:1\n", "1 -1:1\n",
        "1 4194305:1\n", "1 99999999999999999999:1\n", "1 1:1 qid:1\n", "1 qid:1 1:1\n2 1:1\n", "1 1:1 x\n", "PAR1",
        "1 1:1\u{0}\n", "1 4194304:1\n" + String(repeating: "1\n", count: 100_000),
      ])
  }

  /// Rows with a stated width and queries, whose first index is 0; another source follows, with rows left out.
  static func libsvmRoles(_ folder: ScratchFolder) throws -> FuzzTarget {
    try sparse(
      "libsvm-roles", folder,
      #"{"train": {"format": "libsvm", "path": "t.svm", "width": 40, "zero_based": true}, "test": {"format": "libsvm", "path": "t.svm"}, "missing": "drop_row", "normalize_targets": "standard"}"#,
      targets: .values, valid: ["0.5 qid:1 1:1\n1.5 qid:1 2:1\n2.5 qid:2 39:1\n", "1 1:nan\n2 2:1\nnan 3:1\n3\n"],
      refused: ["1 40:1\n", "1 1:nan\n", "1e300 1:1\n2 1:1\n", "1 qid:1 1:1\n1 1:1\n"])
  }

  private static func sparse(
    _ name: String, _ folder: ScratchFolder, _ text: String, targets: TargetDemand = .byColumns, valid: [String],
    refused: [String]
  ) throws -> FuzzTarget {
    let section = try FieldReader.readObject(ConfigValue.parse(Data(text.utf8), file: name), path: "data") {
      fields throws(ConfigError) in try DataSection(from: fields)
    }.0
    let context = DataContext(baseDirectory: folder.path)
    return FuzzTarget(
      name: name, valid: valid.map { Array($0.utf8) }, refused: refused.map { Array($0.utf8) }, codes: [.data],
      // Rows are held with their zeros; their width is the largest index, of up to 7 digits.
      allowance: { bytes in
        let lines = bytes.count { $0 == 10 || $0 == 13 } + 1
        let words = bytes.split { $0 < 0x30 || $0 > 0x39 }.compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        return 24 * (lines + 16) * min(1 << 22, words.max() ?? 0)
      }
    ) { bytes in
      try folder.write(bytes, to: "t.svm")
      let preparation = try section.prepare(in: context, targets: targets, seed: 1)
      let data = preparation.makePreparedData()
      precondition(data.description.rowCount > 0, "prepared data without rows")
      for part in DataPart.allCases {
        guard let rows = data.rows(of: part), rows.count > 0, rows.featureCount < 10_000 else { continue }
        var values = [Float](repeating: .nan, count: rows.featureCount)
        rows.gatherFeatures(rows: [rows.count - 1], count: 1, into: &values, stride: rows.featureCount)
        precondition(values.allSatisfy(\.isFinite), "features that are not finite")
      }
    }
  }
}
