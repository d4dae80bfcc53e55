internal import FuzzSupport
internal import Glibc
internal import Specs

/// Reads inputs one after the other, in a process that may die of one.
struct Worker {
  /// The exit code of a worker that found a fault without dying of it.
  static let faultCode: Int32 = 3
  /// The file in the folder that says which.
  static let faultFile = "fault"
  /// Bytes that one block may have beyond the input's: what does not depend on numbers in the input.
  static let constantBlock = 1 << 20
  /// Bytes that may be held at a time for each byte of input, and besides: values in memory are larger than their text.
  static let growthPerByte = 256, constantGrowth = 32 << 20

  let target: FuzzTarget
  let mutator: Mutator
  let state: SharedState
  let folder: ScratchFolder
  let showsSentences: Bool

  /// Reads the inputs of a range; ends the process at the first fault.
  func run(_ range: Range<Int>) throws {
    Self.limitMemory()
    for index in range {
      state[.index] = index
      if let fault = check(mutator.input(index), index: index) {
        try folder.write(Array(fault.utf8), to: Self.faultFile)
        exit(Self.faultCode)
      }
    }
  }

  /// Reads one input and returns what is wrong with the reader.
  func check(_ bytes: [UInt8], index: Int) -> String? {
    var refusal: (any Error)?
    fuzz_watch()
    do { try target.read(bytes) } catch { refusal = error }
    let block = fuzz_largest_block(), growth = fuzz_peak_growth()
    state[.largestBlock] = max(state[.largestBlock], block)
    state[.peakGrowth] = max(state[.peakGrowth], growth)
    if let refusal {
      state[.refused] += 1
      if let fault = check(refusal) { return fault }
      if index < target.valid.count { return "a valid input is refused: \(refusal)" }
    } else {
      state[.accepted] += 1
      if index >= target.valid.count, index < target.valid.count + target.refused.count {
        return "an input that must be refused is accepted"
      }
    }
    let allowance = target.allowance(bytes)
    guard block <= bytes.count + Self.constantBlock + allowance else {
      return "a block of \(block) bytes for an input of \(bytes.count)"
    }
    guard growth <= Self.growthPerByte * bytes.count + Self.constantGrowth + 4 * allowance else {
      return "\(growth) bytes held for an input of \(bytes.count)"
    }
    return nil
  }

  /// What is wrong with a refusal: not one that a person can read, or the wrong exit code.
  private func check(_ refusal: any Error) -> String? {
    guard let known = refusal as? any ReportableError else { return "not a reportable error: \(refusal)" }
    let sentence = known.sentence
    let isNew = state.note(sentence)
    if isNew, showsSentences { say("\(target.name): \(sentence)") }
    if sentence.unicodeScalars.contains(where: { $0.properties.generalCategory == .control || $0.isLineBreak }) {
      return "a sentence with control characters: \(sentence.debugDescription)"
    }
    guard (12...1500).contains(sentence.unicodeScalars.count) else {
      return "a sentence of \(sentence.unicodeScalars.count) characters: \(sentence.prefix(80))"
    }
    guard target.codes.contains(known.exitCode) else { return "exit code \(known.exitCode): \(sentence)" }
    return nil
  }

  /// A block that no machine has fails at once instead of filling this one.
  private static func limitMemory() {
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    limit = rlimit(rlim_cur: 8 << 30, rlim_max: 8 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }
}

extension Unicode.Scalar {
  fileprivate var isLineBreak: Bool {
    properties.generalCategory == .lineSeparator || properties.generalCategory == .paragraphSeparator
  }
}
