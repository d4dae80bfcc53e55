internal import Specs

/// The command line as it came from the system; `CommandLine.arguments` repairs what is not UTF-8.
enum RawArguments {
  /// What is wrong with the first argument that is not UTF-8.
  static var problem: String? {
    for number in 1..<max(1, Int(CommandLine.argc)) {
      guard let text = CommandLine.unsafeArgv[number] else { return nil }
      var count = 0
      while text[count] != 0 { count += 1 }
      let fault = text.withMemoryRebound(to: UInt8.self, capacity: count) {
        UTF8Text.check(UnsafeBufferPointer(start: $0, count: count)).fault
      }
      guard let fault else { continue }
      return
        "argument \(number) (\(String(cString: text).excerpt(120))): \(fault.words("byte \(fault.offset + 1) of it")); "
        + "write it in UTF-8, and rename a file whose name is not"
    }
    return nil
  }
}
