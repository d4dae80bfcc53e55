import Foundation
import Platform
import Specs
import Testing

@testable import Datasets

/// Programs in the place of the one that asks the HDF5 library: whatever becomes of it, one sentence says so.
@Suite struct HDF5DescriberTests {
  /// Runs a script for some files.
  private static func answer(
    _ script: String, files: Int = 1, patience: Double = 20, environment: ProcessEnvironment = [:]
  ) throws -> HDF5Describer.Answer {
    let folder = try TemporaryDirectory()
    try folder.write("program", "#!/bin/sh\n" + script + "\n")
    #expect(chmod(folder.path + "/program", 0o755) == 0)
    let describer = HDF5Describer.childProcess(
      program: folder.path + "/program", environment: environment, patience: patience)
    // A process that another test starts holds the script open to write for a moment, and so long it cannot be started
    // (ETXTBSY).
    for _ in 0..<200 {
      let answer = describer.describe((0..<files).map { "f\($0).h5" }, ["a b", "-c"], {})
      guard case .cannotStart? = answer.problem else { return answer }
      usleep(20_000)
    }
    return describer.describe((0..<files).map { "f\($0).h5" }, ["a b", "-c"], {})
  }

  @Test("answers are lines; the program is told the number of files, their names, the datasets")
  func lines() throws {
    let answer = try Self.answer(#"for x in "$@"; do echo "$x"; done"#, files: 2)
    #expect(
      answer.texts.map { String(decoding: $0, as: UTF8.self) } == ["describe-hdf5", "--"] && answer.problem == nil)
    let all = try Self.answer(#"printf '%s,' "$@"; echo"#, files: 1)
    #expect(String(decoding: all.texts[0], as: UTF8.self) == "describe-hdf5,--,1,f0.h5,a b,-c,")
  }

  @Test("many files go to several programs")
  func many() throws {
    let answer = try Self.answer(#"shift 2; n=$1; shift; for i in $(seq $n); do echo $1; shift; done"#, files: 150)
    #expect(
      answer.problem == nil && answer.texts.map { String(decoding: $0, as: UTF8.self) } == (0..<150).map { "f\($0).h5" }
    )
  }

  @Test("it gets where libraries are, and nothing of MPI; locks are off")
  func environment() throws {
    let answer = try Self.answer(
      "echo $LD_LIBRARY_PATH,$OMPI_COMM_WORLD_SIZE,$HDF5_USE_FILE_LOCKING,$HDF5_PLUGIN_PATH",
      environment: [
        "PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": "/opt/x", "OMPI_COMM_WORLD_SIZE": "4", "HDF5_PLUGIN_PATH": "/p",
      ])
    #expect(answer.texts.map { String(decoding: $0, as: UTF8.self) } == ["/opt/x,,FALSE,"])
  }

  @Test("a crash, another end, silence, a flood and a program that is not there")
  func problems() throws {
    let crash = try Self.answer("echo 1; printf half; kill -SEGV $$", files: 3)
    #expect(crash.texts.count == 1 && crash.problem == .crashed(signal: 11))
    #expect(try Self.answer("exit 3").problem == .ended(code: 3))
    #expect(try Self.answer("true", files: 2).problem == .ended(code: 0))
    let began = Clock.now(), hang = try Self.answer("echo 1; exec sleep 60", files: 2, patience: 0.5)
    #expect(hang.texts.count == 1 && hang.problem == .silent(seconds: 1) && Clock.now() - began < 15)
    let none = HDF5Describer.childProcess(program: "/nowhere/program", environment: [:]).describe(["x"], ["y"], {})
    guard case .cannotStart? = none.problem else {
      Issue.record("a program that is not there: \(String(describing: none.problem))")
      return
    }
    // What comes after the last answer does not matter.
    #expect(try Self.answer("echo 1; kill -SEGV $$").problem == nil)
  }

  @Test("each problem is one sentence with the file's name and a way out")
  func sentences() {
    let problems: [(HDF5Problem, String)] = [
      (.noLibrary, "apt-get install libhdf5-103-1"), (.oldLibrary(version: "1.8.0"), "1.10.5 or later"),
      (.cannotStart(reason: "no"), "cannot be started (no)"), (.crashed(signal: 11), "ended by signal 11"),
      (.ended(code: 3), "ended with code 3"), (.silent(seconds: 30), "within 30 seconds"),
      (.misdescribed, "in a way that cannot be"),
      (.sparse("x", stored: 1, count: 1000), "only 1 of its 1000 chunks was ever written to"),
      (.damaged("x", reason: "y"), "dataset 'x': is damaged (y)"),
    ]
    for (problem, says) in problems {
      let error = DataError.hdf5(file: "a.h5", problem)
      #expect(error.sentence.hasPrefix("a.h5: ") && error.sentence.contains(says), "\(error.sentence)")
      #expect(!error.sentence.contains("\n"))
    }
    #expect(DataError.hdf5(file: "a", .noLibrary).exitCode == .missingInput)
    #expect(DataError.hdf5(file: "a", .crashed(signal: 11)).exitCode == .data)
    #expect(DataError.hdf5(file: "a", .cannotStart(reason: "")).exitCode == .inputOutput)
  }
}
