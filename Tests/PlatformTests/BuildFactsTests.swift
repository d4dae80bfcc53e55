import Testing

@testable import Platform

/// What a program says of its build, and the system of its CPU.
@Suite struct BuildFactsTests {
  private static func facts(_ text: String, compiler: String = "Clang 21.0.0 (https://a.b/c.git 1f2e)") -> BuildFacts {
    BuildFacts(buildID: Array(text.utf8), compiler: compiler)
  }

  @Test("the text that scripts/release-flags has written is read, whatever of it is there")
  func texts() {
    let full = Self.facts("ptrain commit=2b38ba0+ swift=6.3.1")
    #expect(full.commit == "2b38ba0+" && full.compiler == "Swift 6.3.1, Clang 21.0.0")
    let older = Self.facts("ptrain swift=6.3.1", compiler: "12.2.0")
    #expect(older.commit == nil && older.compiler == "Swift 6.3.1, 12.2.0")
    #expect(Self.facts("ptrain").commit == nil && Self.facts("ptrain").compiler == "Clang 21.0.0")
    // What later builds add is passed over.
    #expect(Self.facts("ptrain day=3 commit=1f").commit == "1f")
  }

  @Test("another linker's hash is no commit")
  func hashes() {
    for text in ["", "ptrainer commit=1f", "commit=1f", " "] {
      #expect(Self.facts(text) == Self.facts(""), "\(text)")
    }
    let hash: [UInt8] = [0xc3, 0x98, 0xb1, 0x26, 0x14, 0x00, 0x35, 0xf9, 0x20, 0x20, 0xff]
    #expect(BuildFacts(buildID: hash, compiler: "c").commit == nil)
    // The tests' own program was not built by that script, and the compiler has a name.
    #expect(!BuildFacts.ofThisProgram.compiler.isEmpty && !BuildFacts.ofThisProgram.compiler.contains("("))
  }

  @Test("the CPU's model is the first that is told; some systems tell none")
  func processors() {
    let text = "processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD  EPYC 7B13: 64 \nmodel name\t: other\n"
    #expect(ProcessorName.model(in: text) == "AMD EPYC 7B13: 64")
    #expect(ProcessorName.model(in: "processor\t: 0\nCPU implementer\t: 0x41\n") == nil)
    #expect(ProcessorName.model(in: "model name\t: \n") == nil && ProcessorName.model(in: "") == nil)
  }
}
