/// The command line: `Fuzz TARGET|all [--inputs N] [--seed S] [--only INDEX] [--jobs N] [--output DIR] [--show]`.
struct Options {
  static let usage =
    "usage: Fuzz TARGET|all [--inputs N] [--seed S] [--only INDEX] [--jobs N] [--output DIR] [--show]; targets: "
    + FuzzTarget.all.map(\.name).joined(separator: ", ")

  var targets: [String] = []
  var inputs = 10_000
  var seed: UInt64 = 1
  /// The one input to read, in this process.
  var only: Int?
  /// Workers at a time.
  var jobs = 2
  /// Where inputs go that a reader failed on.
  var output = ".build/fuzz"
  /// Whether each new sentence is printed.
  var showsSentences = false
  /// The folder of a supervisor whose worker this is.
  var worker: String?
  var from = 0

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      func number() throws -> Int {
        guard let text = rest.popFirst(), let number = Int(text), number >= 0 else {
          throw FuzzError(sentence: "\(argument) needs a whole number; \(Self.usage)")
        }
        return number
      }
      switch argument {
      case "--inputs": inputs = try number()
      case "--seed": seed = UInt64(try number())
      case "--only": only = try number()
      case "--jobs": jobs = max(1, try number())
      case "--from": from = try number()
      case "--output": output = rest.popFirst() ?? output
      case "--worker": worker = rest.popFirst()
      case "--show": showsSentences = true
      case "all": targets = FuzzTarget.all.map(\.name)
      default: targets.append(argument)
      }
    }
    guard !targets.isEmpty else { throw FuzzError(sentence: Self.usage) }
  }

  /// A target by its name.
  static func target(_ name: String, _ folder: ScratchFolder) throws -> FuzzTarget {
    guard let entry = FuzzTarget.all.first(where: { $0.name == name }) else {
      throw FuzzError(sentence: "unknown target '\(name)'; \(usage)")
    }
    return try entry.make(folder)
  }
}
