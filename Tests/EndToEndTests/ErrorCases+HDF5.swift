import Foundation
import TestSupport

/// HDF5 files that cannot be used; the library is asked in a process of its own.
extension ErrorCase {
  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

  private static func golden(_ name: String) -> [UInt8] {
    let url = URL(fileURLWithPath: Command.root + "/Tests/DatasetsTests/Golden/\(name).h5")
    return [UInt8]((try? Data(contentsOf: url)) ?? Data())
  }

  /// Datasets of a file; by default of one that holds what is refused.
  private static func hdf5(
    _ name: String, _ keys: String, file: [UInt8] = golden("refused"), _ code: Int32 = 65, ranks: [Int] = [0],
    says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "hdf5: \(name)", overrides: [#"data={"train":{"format":"hdf5",\#(keys)}}"#], files: ["x.h5": file],
      code: code, ranks: ranks, says: says)
  }

  private static func feature(_ name: String, _ ranks: [Int] = [0], says: String) -> ErrorCase {
    hdf5(name, #""path":"x.h5","features":"\#(name)","targets":"y""#, ranks: ranks, says: says)
  }

  static let hdf5: [ErrorCase] = [
    hdf5("no file", #""path":"y.h5","features":"x","targets":"y""#, 66, ranks: [0, 2], says: "y.h5: no such file"),
    hdf5("no match", #""path":"y*.h5","features":"x","targets":"y""#, 66, says: "no file fits"),
    hdf5("a file twice", #""path":["x.h5","x*.h5"],"features":"y","targets":"y2""#, says: "is named twice in 'path'"),
    hdf5("text", #""path":"data.csv","features":"x","targets":"y""#, says: "is not an HDF5 file but text"),
    hdf5(
      "nonsense behind the signature", #""path":"x.h5","features":"x","targets":"y""#,
      file: signature + [UInt8](repeating: 1, count: 500), ranks: [0, 2], says: "cannot open it"),
    hdf5(
      "cut", #""path":"x.h5","features":"x","targets":"y""#, file: Array(golden("edges").dropLast(600)),
      says: "cannot open it"),
    hdf5("no features", #""path":"x.h5","targets":"y""#, 78, says: "features"),
    hdf5("no targets", #""path":"x.h5","features":"x""#, 78, says: "key 'targets' is required"),
    hdf5("no dataset", #""path":"x.h5","features":[],"targets":"y""#, 78, says: "expected at least one dataset"),
    hdf5("a dataset twice", #""path":"x.h5","features":["y","y"],"targets":"z""#, 78, says: "is named twice"),
    hdf5("feature and target", #""path":"x.h5","features":"y","targets":"y""#, 78, says: "is also a feature"),
    hdf5(
      "target and weight", #""path":"x.h5","features":"x","targets":"y","sample_weight":"y""#, 78,
      says: "is also a feature or target"),
    hdf5(
      "a weight of text", #""path":"x.h5","features":"y","targets":"great","sample_weight":"fixed""#,
      says: "is text, and sample weights are numbers"),
    feature("none at all", [0, 2], says: "has no dataset 'none at all'; known: "),
    feature("compund", says: "did you mean '/compound'?"), feature("group", says: "is a group"),
    feature("scalar", says: "holds one value and no rows"), feature("empty", says: "holds no data"),
    feature("none", says: "holds no data"), feature("unwritten", says: "never written to"),
    feature("lzf", says: "compressed with lzf"), feature("compound", says: "type compound"),
    feature("words", says: "text of any length"), feature("fixed", says: "features are numbers"),
    feature("external", says: "external file"), feature("virtual", says: "is virtual"),
    feature("outside", says: "cannot describe it"), feature("dangling", says: "cannot describe it"),
    feature("great", says: "beyond 9223372036854775807"), feature("infinite", says: "row 2 (counted from 0)"),
    feature("longer", says: "they must match row by row"),
  ]
}
