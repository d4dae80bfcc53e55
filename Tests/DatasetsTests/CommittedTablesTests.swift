import Foundation
import Specs
import Testing

@testable import Datasets

/// The tables in `configs/data` are those that their README describes.
@Suite struct CommittedTablesTests {
  @Test(arguments: [
    ("digits.csv", "digit", 1797, 64, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
    ("breast_cancer.csv", "diagnosis", 569, 30, ["benign", "malignant"]),
    ("wine.csv", "cultivar", 178, 13, ["class_0", "class_1", "class_2"]),
    ("diabetes.csv", "progression", 442, 10, []),
  ])
  func loads(file: String, target: String, rows: Int, features: Int, classes: [String]) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    let context = DataContext(baseDirectory: root.appendingPathComponent("configs/data").path)
    let config =
      #"{"train": {"format": "csv", "path": "\#(file)", "targets": "\#(target)"}, "test": {"fraction": 0.2}}"#
    let description = try section(config).prepare(
      in: context, targets: classes.isEmpty ? .values : .classes, seed: 42
    ).description
    #expect(description.rowCount == rows)
    #expect(description.count(of: .test) == Int((0.2 * Double(rows)).rounded()))
    #expect(description.featureShape == [features])
    #expect(description.classNames == classes)
  }
}
