internal import Foundation
internal import Specs

extension SearchKey {
  /// What a word of `--search` may look like.
  static let form =
    "expected KEY=[VALUE, …], KEY=LOW..HIGH, or KEY=LOW..HIGH:log:int, like optimizer.learning_rate=1e-4..1e-1:log"

  /// Reads `KEY=[VALUE, …]`, or `KEY=LOW..HIGH` and behind it, each with a colon before, `log`, `int`, and the number
  /// of its points in a grid.
  init(word: String) throws(ConfigError) {
    let shown = word.excerpt(80)
    guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
      throw ConfigError("--search \(shown): \(Self.form)", exitCode: .usage)
    }
    let key = String(word[..<equals]), right = String(word[word.index(after: equals)...])
    let problem = SearchProblem(place: "--search \(shown)", path: "", exitCode: .usage)
    guard !right.hasPrefix("[") else {
      guard case .array(let values)? = try? ConfigValue.parse(Data(right.utf8), file: "--search") else {
        throw problem.error(
          "expected a JSON list of values behind '=', like \(key.excerpt(40))=[1,2]; texts in it are in double quotes")
      }
      self.init(key: key, values: try Self.choices(values, key: key, problem))
      return
    }
    var parts = right.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let ends = parts.removeFirst().components(separatedBy: "..")
    guard ends.count == 2 else { throw problem.error(Self.form) }
    var numbers: [ConfigValue] = []
    for end in ends {
      guard let number = try? ConfigValue.parse(Data(end.utf8), file: "--search"), Double(searched: number) != nil
      else {
        throw problem.error(
          "'\(end.excerpt(40))' is no number; expected two numbers with '..' between, like 1e-4..1e-1, or a list of "
            + "values, like "
            + "[\"relu\",\"tanh\"]")
      }
      numbers.append(number)
    }
    var scale = Scale.linear, isWhole = false, points: Int?
    for part in parts {
      switch part {
      case "log" where scale == .linear: scale = .log
      case "int" where !isWhole: isWhole = true
      default:
        guard points == nil, let count = Int(part) else {
          throw problem.error(
            "'\(part.excerpt(40))' behind a colon; expected log, int, or the points of a grid, each at most once, like "
              + "16..256:log:int:5")
        }
        points = count
      }
    }
    self.init(
      key: key, values: try Self.range(numbers[0], numbers[1], scale, isWhole: isWhole, problem),
      gridPoints: try points.map { count throws(ConfigError) in try Self.points(count, problem) })
  }
}

/// Where what is searched was said, for errors.
struct SearchProblem {
  /// The option or file.
  var place: String
  /// The key in the file; empty on the command line.
  var path: String
  var exitCode: ExitCode

  func error(_ problem: String) -> ConfigError {
    exitCode == .usage
      ? ConfigError("\(place): \(problem)", exitCode: .usage) : ConfigError(problem, path: path, file: place)
  }
}

extension Double {
  /// A number of JSON.
  init?(searched value: ConfigValue) {
    switch value {
    case .integer(let number): self = Double(number)
    case .number(let number) where number.isFinite: self = number
    default: return nil
    }
  }
}
