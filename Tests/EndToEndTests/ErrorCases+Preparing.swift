/// Features that cannot be filled, or that a transform does not take.
extension ErrorCase {
  static let preparing: [ErrorCase] = [
    .set("data.normalize", "qantile", says: "unknown value 'qantile'; did you mean 'quantile'?"),
    .set("data.normalize", "log10", says: "known: none, standard, minmax, robust, log, log1p, quantile or"),
    .set("data.missing", "medain", says: "did you mean 'median'?"),
    transformed(
      "log", "a,b,y\n1,2,0\n3,0,1\n5,6,0\n",
      says:
        "data.csv: line 3, column 'b': 0 is not above 0, as its transform 'log' wants it; correct it, or choose 'log1p'"
    ),
    transformed(
      "log1p", "a,b,y\n1,2,0\n3,4,1\n-2.5,6,0\n",
      says:
        "data.csv: line 4, column 'a': -2.5 is not above -1, as its transform 'log1p' wants it; correct it, or choose 'quantile'"
    ),
    ErrorCase(
      name: "a logarithm in the test part",
      overrides: ["data.normalize=log", #"data.test={"format": "csv", "path": "test.csv", "targets": "y"}"#],
      files: ["test.csv": Array("a,b,y\n1,2,0\n-4,4,1\n".utf8)], code: 65, ranks: [0],
      says: "test.csv: line 3, column 'a': -4 is not above 0"),
    filled("mean", [[.nan, 1], [.nan, 2]], says: "x.npy: feature 0 is missing in every training row"),
    filled("most_frequent", [[1, .nan], [2, .nan]], says: "x.npy: feature 1 is missing in every training row"),
    filled(
      "zero", [[1, .nan], [2, 3]], "log", code: 78,
      says:
        "x.npy: feature 0: where it is missing 0 stands for it ('zero'), and its transform 'log' wants numbers above 0; fill it"
    ),
    filled(
      "median", [[1, .nan], [-2, 3]], "log", says: "x.npy: row 1 (counted from 0), feature 0: -2 is not above 0"),
    filled("error", [[1, .nan], [-2, 3]], says: "x.npy: row 0 (counted from 0), "),
    filled("most_frequent", [[1, 2], [2, 3]], targets: [0, .nan], says: "y.npy: row 1 (counted from 0), "),
  ]

  private static func transformed(_ method: String, _ table: String, says: String) -> ErrorCase {
    ErrorCase(
      name: "transform \(method)", overrides: ["data.normalize=\(method)"], files: ["data.csv": Array(table.utf8)],
      code: 65,
      says: says)
  }

  /// Rows of an array with missing numbers.
  private static func filled(
    _ policy: String, _ rows: [[Float]], _ method: String = "none", targets: [Float] = [0, 1], code: Int32 = 65,
    says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "missing \(policy), \(method): \(says)",
      overrides: [
        #"data={"train":{"format":"npy","features":"x.npy","targets":"y.npy"},"missing":"\#(policy)","normalize":"\#(method)"}"#
      ],
      files: ["x.npy": npy(rows.flatMap { $0 }, "(\(rows.count), \(rows[0].count))"), "y.npy": npy(targets, "(2,)")],
      code: code, ranks: [0], says: says)
  }

  /// An NPY file of float32.
  static func npy(_ values: [Float], _ shape: String) -> [UInt8] {
    let header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }\n".utf8)
    let elements = values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * UInt32($0))) }
    }
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + elements
  }
}
