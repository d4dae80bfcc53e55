import Foundation
import Specs
import Testing

@testable import Datasets

/// Files of several arrays: what is in them, and which two are likely features and targets.
@Suite struct ArrayListingTests {
  @Test(
    "files are told by their endings",
    arguments: [
      ("a.h5", "hdf5"), ("a.b.NC", "hdf5"), ("x/d.npz", "npz"), ("d.safetensors", "safetensors"), ("d.npy", nil),
      ("d.csv", nil), ("npz", "npz"),
    ] as [(String, String?)])
  func endings(file: String, format: String?) { #expect(ArrayListing.format(of: file) == format) }

  private func pair(_ entries: [(String, [Int])]) -> String? {
    ArrayListing(entries.map { .init(name: $0.0, shape: $0.1) }).likelyPair.map { "\($0.features) \($0.targets)" }
  }

  @Test("the likely pair: by names, else the wide and the narrow one of as many rows; else none")
  func pairs() {
    #expect(pair([("y", [10]), ("x", [10, 3])]) == "x y")
    #expect(
      pair([("/run/labels", [10]), ("/run/images", [10, 8, 8]), ("/run/time", [10])]) == "/run/images /run/labels")
    #expect(
      pair([("x_test", [5, 3]), ("y_test", [5]), ("x_train", [10, 3]), ("y_train", [10])]) == "x_train y_train")
    #expect(pair([("p", [10, 1]), ("q", [10, 40]), ("r", [7, 90])]) == "q p")
    #expect(pair([("p", [10, 2]), ("q", [10, 2])]) == nil)
    #expect(pair([("p", [10, 4]), ("q", [12])]) == nil)
    #expect(pair([("y", [1]), ("x", [])]) == nil)
    #expect(pair([]) == nil)
    #expect(pair([("a", [10, .max, .max]), ("y", [10])]) != nil)
  }

  @Test("tensors of a file, and their survey")
  func tensors() throws {
    let header =
      #"{"x":{"dtype":"F32","shape":[4,2],"data_offsets":[0,32]},"y":{"dtype":"U8","shape":[4],"data_offsets":[32,36]}}"#
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) }
    let directory = try TemporaryDirectory()
    try directory.write(
      "d.safetensors", length + Array(header.utf8) + littleEndian([1, 2, 3, 4, 5, 6, 7, 8]) + [0, 1, 1, 0])
    let listing = try ArrayListing(file: "d.safetensors", format: "safetensors", in: directory.context)
    #expect(
      listing.entries.sorted { $0.name < $1.name } == [.init(name: "x", shape: [4, 2]), .init(name: "y", shape: [4])])
    let source = try json(#"{"format": "safetensors", "path": "d.safetensors", "features": "x", "targets": "y"}"#)
    let survey = try ArraySurvey(source, name: "y", in: directory.context)
    #expect(
      survey.rows == 4 && survey.shape == [2] && survey.targetCount == 1
        && survey.target.distinctNumbers == [0: 2, 1: 2])
  }

  @Test("rows of labels and pairs, from 1 on, or from 0 where that is said")
  func sparse() throws {
    let directory = try TemporaryDirectory()
    try directory.write("d.svm", "1 1:2 3:1\n0 2:1\n1 3:4\n")
    let survey = try ArraySurvey(json(#"{"format": "libsvm", "path": "d.svm"}"#), name: "label", in: directory.context)
    #expect(survey.rows == 3 && survey.shape == [3] && survey.target.distinctNumbers == [0: 1, 1: 2])
    #expect(throws: DataError.self) {
      try ArraySurvey(json(#"{"format": "safetensors", "path": "d.svm"}"#), name: "y", in: directory.context)
    }
  }
}
