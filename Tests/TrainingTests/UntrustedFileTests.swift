import Foundation
import Specs
import TestSupport
import Testing

@testable import Training

/// Files of a run that claim what is not so, found by fuzzing.
@Suite struct UntrustedFileTests {
  private static func tensor(_ name: String, _ shape: String, _ offsets: String) -> String {
    #""\#(name)": {"dtype": "F32", "shape": \#(shape), "data_offsets": \#(offsets)}"#
  }

  private static func file(_ header: String, bytes: Int, length: UInt64? = nil) -> [UInt8] {
    let text = Array("{\(header)}".utf8)
    let size = withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Array($0) }
    return size + text + [UInt8](repeating: 0, count: bytes)
  }

  @Test("tensor files are refused with what is wrong with them")
  func tensorFiles() throws {
    let a = Self.tensor("a", "[2]", "[0, 8]")
    func one(_ shape: String, _ offsets: String = "[0, 8]") -> [UInt8] {
      Self.file(Self.tensor("a", shape, offsets), bytes: 8)
    }
    let cases: [(name: String, bytes: [UInt8], says: String)] = [
      ("header longer than the file", Self.file(a, bytes: 8, length: 1000), "the header claims 1000 bytes"),
      ("header of 2^64 - 1 bytes", Self.file(a, bytes: 8, length: .max), "the header claims 18446744073709551615"),
      (
        "offsets that overlap", Self.file(a + "," + Self.tensor("b", "[2]", "[4, 12]"), bytes: 12),
        "'b' begins at byte 4"
      ),
      (
        "the same bytes twice", Self.file(a + "," + Self.tensor("b", "[2]", "[0, 8]"), bytes: 8), "'b' begins at byte 0"
      ),
      ("a hole before the first", one("[1]", "[4, 8]"), "'a' begins at byte 4 of the data, expected 0"),
      ("a hole between", Self.file(a + "," + Self.tensor("b", "[1]", "[12, 16]"), bytes: 16), "'b' begins at byte 12"),
      ("bytes behind the last", Self.file(a, bytes: 12), "the tensors have 8 bytes, the file has 12"),
      ("a tensor twice", Self.file(a + "," + a, bytes: 8), "'a' is twice"),
      (
        "a header of 2^60 bytes", Self.file(a, bytes: 8, length: 1 << 60), "the header claims 1152921504606846976 bytes"
      ),
      ("offsets backwards", one("[2]", "[8, 0]"), "lies outside"),
      ("offsets at the end of integers", one("[2]", "[9223372036854775800, 9223372036854775807]"), "lies outside"),
      ("a shape beyond integers", one("[4294967296, 4294967296]"), "more elements than the file has bytes"),
      ("a shape whose size overflows after 0", one("[0, 9223372036854775807, 4]"), "0 elements but 8 bytes"),
      ("metadata that are no text", Self.file("\"__metadata__\": {\"x\": 1}", bytes: 0), "metadata's 'x' is not text"),
      (
        "a name of 9000 accents", Self.file("\"e\(String(repeating: "\u{301}", count: 9000))\": 1", bytes: 0),
        "has type none"
      ),
      ("a name of two lines", Self.file(#""a\nb": 1"#, bytes: 0), "tensor 'a b'"),
    ]
    for entry in cases {
      do {
        _ = try Safetensors.decode(entry.bytes, file: "m")
        Issue.record("\(entry.name): accepted")
      } catch {
        #expect(error.sentence.contains(entry.says), "\(entry.name): \(error.sentence)")
        #expect(error.sentence.unicodeScalars.count < 400 && error.exitCode == .data, "\(entry.name)")
      }
    }
    // Out of order in the header, and an empty one between: that is allowed.
    let header = [
      Self.tensor("a", "[1]", "[4, 8]"), Self.tensor("b", "[1]", "[0, 4]"), Self.tensor("c", "[0]", "[4, 4]"),
    ]
    let found = try Safetensors.decode(Self.file(header.joined(separator: ","), bytes: 8), file: "m").tensors
    #expect(found.map(\.name) == ["b", "c", "a"])
  }

  @Test("a file that somebody writes to while it is read")
  func changing() throws {
    let folder = try TemporaryFolder()
    for size in [100, 2000, 300] {
      let bytes = Self.file(Self.tensor("a", "[100]", "[0, 400]"), bytes: 400)
      let path = try folder.write(Data(bytes), to: "m")
      let file = try TensorFile(path, remedy: "-")
      #expect(truncate(path, size) == 0)
      do {
        _ = try file.entries.map { try file.values(of: $0) }
        try file.requireUnchanged()
        Issue.record("\(size): accepted")
      } catch let error as RunError {
        #expect(error.exitCode == .data && error.sentence.contains("had \(bytes.count) bytes and has others now"))
      }
    }
  }

  /// A model's file with no weights and these layers.
  private func model(_ layers: String, shape: String = "[4]") -> [UInt8] {
    let data =
      #"{"shape": \#(shape), "element": "float32", "columns": [], "target_kind": "values", "class_names": [], "target_names": ["t"], "has_sample_weights": false, "normalization": {}, "target_normalization": {}, "counts": [1, 0, 0]}"#
    let members: [ConfigValue.Member] = [
      .init("data", .string(data)), .init("model", .string("{\"layers\": [\(layers)]}")),
      .init("loss", .string(#"{"type": "mse"}"#)),
    ]
    return Safetensors.encode([], metadata: members)
  }

  @Test("a model's file that describes more than it holds is bad data, before memory is taken")
  func models() throws {
    let folder = try TemporaryFolder()
    let wide = #"{"type": "dense", "units": 1048576}, {"type": "dense", "units": 1}"#
    let cases: [(name: String, bytes: [UInt8], says: String)] = [
      (
        "weights that are not there", model(wide, shape: "[1000]"),
        "tensor 'layers.0.weight' of shape 1048576×1000 is missing"
      ),
      ("weights of a petabyte", model(wide, shape: "[268435456]"), "the weights up to this layer take"),
      ("samples beyond integers", model(wide, shape: "[1099511627776, 8192]"), "samples have 9007199254740992 numbers"),
      ("an unknown layer", model(#"{"type": "a\\nb"}"#), "unknown layer"),
    ]
    for entry in cases {
      let path = try folder.write(Data(entry.bytes), to: "model.safetensors")
      do {
        _ = try SavedModel(path)
        Issue.record("\(entry.name): accepted")
      } catch let error as any ReportableError {
        #expect(
          error.sentence.contains(entry.says) && !error.sentence.contains("\n"), "\(entry.name): \(error.sentence)")
        #expect(error.exitCode == .data, "\(entry.name)")
      }
    }
  }

  @Test("a manifest that names one file often is damaged, its seal notwithstanding")
  func manifestOfRepeats() throws {
    let folder = try TemporaryFolder(), store = CheckpointStore(directory: folder.path)
    let part = try store.writePart([.init(name: "a", shape: [1], count: 1) { [1] }], rank: 0, step: 1)
    try store.commit(step: 1, parts: [part, part], members: [], keep: 1, best: nil)
    do {
      _ = try store.read(step: 1)
      Issue.record("accepted")
    } catch let error as RunError { #expect(error.sentence.contains("manifest.json names a file twice")) }
  }

  @Test("a state with numbers at the end of integers is none")
  func stateBeyondRuns() throws {
    for step in [1 << 53, Int.max, -1] {
      var state = RunState()
      state.step = step
      #expect(RunState(state.value) == nil)
    }
  }

  @Test("lines of a log that are none, or of later steps, are dropped; the rest stays as it is")
  func logs() throws {
    let folder = try TemporaryFolder()
    let good = #"{"step": 3, "loss": 0.5}"#
    let lines = [
      good, #"{"step": 6}"#, "", "{\"step\": 4", #"{"step": 1e400}"#, #"{"step": "3"}"#, #"{"step": 1, "step": 9}"#,
      "\u{0}",
      String(repeating: "[", count: 100_000), #"{"step":5}"#,
    ]
    let path = try folder.write(lines.joined(separator: "\n"), to: "metrics.jsonl")
    try MetricsLog.cut(path, after: 5)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == good + "\n" + #"{"step":5}"# + "\n")
    try MetricsLog.cut(path, after: 0)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("what a sentence repeats from outside stays on its line")
  func sentences() {
    #expect(RunError(.data, "a\nb\u{2028}c").sentence == "a b c")
    #expect(RunError(.data, String(repeating: "x", count: 99_999)).sentence.count == 1200)
  }
}
