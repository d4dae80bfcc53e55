internal import CPlatform

/// What a program was built from, and with which compilers.
///
/// `scripts/release-flags` has the linker write a text as the program's build ID, `ptrain commit=2b38… swift=6.3.1`:
/// nothing is compiled again for a new commit, and no source is written. A program that was built otherwise has the
/// linker's hash there, and does not know its commit.
package struct BuildFacts: Sendable, Equatable {
  /// The commit of the sources in hexadecimal digits, with a `+` behind it where they had been changed since; nil: not
  /// known.
  package private(set) var commit: String?
  /// The compilers, like `Swift 6.3.1, Clang 21.0.0`; what is not known is left out.
  package private(set) var compiler: String

  /// Those of the program that runs.
  package static let ofThisProgram: BuildFacts = {
    var count = 0
    let id = UnsafeRawBufferPointer(start: ck_build_id(&count), count: count)
    return BuildFacts(buildID: Array(id), compiler: String(cString: ck_compiler()))
  }()

  /// - Parameters:
  ///   - buildID: the bytes of the program's build ID.
  ///   - compiler: as the C compiler names itself, with an address in parentheses behind it.
  init(buildID: [UInt8], compiler: String) {
    let name = compiler.prefix { $0 != "(" }.split(separator: " ").joined(separator: " ")
    var words = String(decoding: buildID, as: UTF8.self).split(separator: " ")
    guard words.first == "ptrain" else {
      self.compiler = name
      return
    }
    words.removeFirst()
    func value(_ key: String) -> String? {
      words.first { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
    }
    commit = value("commit")
    self.compiler = [value("swift").map { "Swift " + $0 }, name.isEmpty ? nil : name].compactMap { $0 }.joined(
      separator: ", ")
  }
}
