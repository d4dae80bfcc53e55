import Foundation
import TestSupport
import Testing

/// What `scripts/parts` does with parts that fail: `scripts/test` is made of them.
@Suite struct PartsTests {
  private func run(_ lines: String, environment: [String: String] = [:]) throws -> Command.Outcome {
    try Command.run(["sh", "-c", "set -eu\n. scripts/parts\n" + lines], environment: environment)
  }

  @Test("parts that pass say what they did, and nothing at the end")
  func passing() throws {
    let outcome = try run(
      """
      beside "b" echo beside
      part "a" echo alone
      joined
      part "c" sh -c 'echo error >&2'
      """)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map { $0.replacing(#/[0-9]+ s/#, with: "N s") }
    #expect(
      lines == [
        "== b: beside what follows", "== a", "alone", "== a: N s", "== b", "beside", "== b: over after N s", "== c",
        "error", "== c: N s",
      ])
  }

  @Test("the first part that fails ends all, and its findings are the last lines")
  func alone() throws {
    let folder = try TemporaryFolder()
    // The findings stand far above the part's end; what runs beside has much to say, too.
    let outcome = try run(
      """
      bad() {
        printf '\\033[91m\\342\\234\\230\\033[0m Test "x" recorded an issue\\n  \\342\\206\\263 2 is not 1\\n'
        seq 1000
        false
        echo on
      }
      long() {
        seq 1000
        echo begun >"$FOLDER/begun"
        exec sleep 600
      }
      beside "long" long
      until [ -s "$FOLDER/begun" ]; do sleep 0.05; done
      part "good" true
      part "bad" bad
      part "never" echo never
      """, environment: ["FOLDER": folder.path])
    #expect(outcome.status == 1)
    #expect(outcome.errors == "== bad: failed, exit code 1\n✘ Test \"x\" recorded an issue\n  ↳ 2 is not 1\n")
    #expect(outcome.output.contains("== good: ") && outcome.output.contains("\n1000\n"))
    #expect(!outcome.output.contains("never") && !outcome.output.contains("\non\n"))
    #expect(outcome.output.hasSuffix("== long: ended before it was over\n996\n997\n998\n999\n1000\n"))
  }

  @Test("parts beside each other are all waited for, and all that failed are said at the end")
  func joined() throws {
    let outcome = try run(
      """
      beside "a" sh -c 'seq 100; exit 7'
      beside "b" sh -c 'sleep 0.2; echo passed'
      beside "c" sh -c 'echo why; exit 3'
      joined
      echo never
      """)
    #expect(outcome.status == 3)
    let ofA = (61...100).map { "\($0)\n" }.joined()
    #expect(outcome.errors == "== a: failed, exit code 7\n\(ofA)== c: failed, exit code 3\nwhy\n")
    #expect(outcome.output.contains("passed\n== b: over after") && !outcome.output.contains("never"))
  }

  @Test("what was started ends with the script that a signal ends")
  func signals() throws {
    let folder = try TemporaryFolder()
    let outcome = try run(
      """
      beside "long" sh -c 'echo $$ >"$FOLDER/process"; exec sleep 600'
      until [ -s "$FOLDER/process" ]; do sleep 0.05; done
      kill -TERM $$ &
      joined
      """, environment: ["FOLDER": folder.path])
    #expect(outcome.status == 143 && outcome.output.hasSuffix("== long: ended before it was over\n"), "\(outcome)")
    let process = try #require(
      Int32(
        String(decoding: FileManager.default.contents(atPath: folder.path + "/process") ?? Data(), as: UTF8.self)
          .trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(kill(process, 0) != 0)
  }
}
