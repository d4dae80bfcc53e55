internal import Datasets
internal import Foundation
internal import Kernels
internal import Specs
internal import TestSupport

/// `csv-cuts`: small tables with whatever CSV allows and does not, cut at every byte, for 1 to 7 readers, beside the
/// reader that goes from the first byte to the last.
enum CSVCuts {
  static func run(_ arguments: BankArguments) -> Bool {
    let count = arguments.number("files", default: 10_000), seed = arguments.number("seed", default: 18)
    let first = arguments.number("first", default: 0), readers = max(1, arguments.number("readers", default: 7))
    var generator = TestGenerator(state: UInt64(seed)), reads = 0, byRanges = 0, faults = 0
    for number in 0..<first + count {
      let own = CSVCase(&generator, faults: number % 3 == 2)
      guard number >= first else { continue }
      guard let format = format(own), let expected = read(own, format, bytes: nil, readers: 1)?.outcome else {
        print("file \(number) is not read: \(own.keys)")
        return false
      }
      // With ranges of k bytes, all places are borders for some k, and there are 1 to all bytes of them.
      for bytes in 1...own.text.count {
        for readers in 1...readers {
          guard let found = read(own, format, bytes: bytes, readers: readers) else { return false }
          reads += 1
          byRanges += found.isByRanges ? 1 : 0
          guard found.outcome != expected else { continue }
          faults += 1
          if faults < 10 {
            print(
              "file \(number), ranges of \(bytes), \(readers) readers: \(String(decoding: own.text, as: UTF8.self))")
            print("  is      \(found.outcome)\n  must be \(expected)")
          }
        }
      }
      if (number + 1) % 1000 == 0 { print("\(number + 1) files, \(reads) reads, \(faults) differ") }
    }
    print("\(count) files, \(reads) reads, \(byRanges) of them by ranges, \(faults) differ")
    // Most of the good ones are not left to the other reader.
    let isGood = faults == 0 && byRanges > reads / 4
    print(isGood ? "holds" : "does not hold")
    return isGood
  }

  private static func format(_ own: CSVCase) -> CSVFormat? {
    guard let keys = try? ConfigValue.parse(Data("{\"path\": \"t.csv\", \(own.keys)}".utf8), file: "keys") else {
      return nil
    }
    return try? FieldReader.readObject(keys, path: "") { fields throws(ConfigError) in try CSVFormat(from: fields) }.0
  }

  /// - Parameters:
  ///   - bytes: of a range; nil: the text is not cut.
  ///   - readers: threads, and ranges that are read at the same time.
  private static func read(
    _ own: CSVCase, _ format: CSVFormat, bytes: Int?, readers: Int
  ) -> (outcome: String, isByRanges: Bool)? {
    guard let policy = MissingPolicy(rawValue: own.missing) else { return nil }
    var context = DataContext(baseDirectory: "")
    context.missing = MissingRule(policy: policy)
    context.threads = readers
    context.cutTexts(every: bytes, window: readers)
    if own.isKeyed { context.keys = [KeyRequest(path: "data.group", column: .name("c0"))] }
    return RangeProbe.outcome(of: own.text, as: format, in: context)
  }
}
