internal import Foundation
internal import Specs

extension SearchKey {
  /// Values or points that a key may have.
  static let limit = 10_000
  /// Whole numbers up to here are doubles too.
  private static let wholeLimit = 1 << 53

  /// Different values.
  static func choices(
    _ values: [ConfigValue], key: String, _ problem: SearchProblem
  ) throws(ConfigError) -> Values {
    guard !values.isEmpty else {
      throw problem.error("the list of values is empty; give two or more, or leave the key to the config")
    }
    guard values.count <= limit else {
      throw problem.error("there are \(values.count) values, at most \(limit) are allowed; give a range instead")
    }
    var read: [ConfigValue] = [], texts = Set<String>()
    for value in values {
      var value = value
      if key == "loss", case .string(let word) = value {
        value = try loss(word, problem)
      }
      // 1 and 1.0 are one value, and keys of objects have no order.
      guard texts.insert(value.sortingKeys.compactText).inserted else {
        throw problem.error(
          "the value \(value.excerpt) is in the list twice, and no value is tried more often than others; give each "
            + "once"
        )
      }
      read.append(value)
    }
    return .choices(read)
  }

  /// A loss by its word, as the config has it and as it is read again.
  private static func loss(_ word: String, _ problem: SearchProblem) throws(ConfigError) -> ConfigValue {
    let option = problem.exitCode == .usage ? "--search loss" : "loss"
    do {
      let value = try LossWord.value(word, option: option)
      return try ConfigValue.parse(Data(value.sortingKeys.compactText.utf8), file: problem.place)
    } catch {
      // In a file the key is the path, which goes before by itself.
      throw problem.exitCode == .usage
        ? ConfigError(error.problem, exitCode: .usage)
        : problem.error(
          error.problem.hasPrefix(option + ": ")
            ? String(error.problem.dropFirst(option.count + 2)) : error.problem)
    }
  }

  /// Numbers between two.
  static func range(
    _ low: ConfigValue, _ high: ConfigValue, _ scale: Scale, isWhole: Bool, _ problem: SearchProblem
  ) throws(ConfigError) -> Values {
    guard let first = Double(searched: low), let last = Double(searched: high) else {
      let found = Double(searched: low) == nil ? low : high
      throw problem.error("expected two numbers, found \(found.kindName) (\(found.excerpt)); give [LOW, HIGH]")
    }
    let span = "from \(low.compactText) to \(high.compactText)"
    guard first < last else {
      throw problem.error(
        first == last
          ? "there is one number \(span); give a range of more, or set the key in the config"
          : "there is nothing \(span); give the smaller number first")
    }
    guard scale == .linear || first > 0 else {
      throw problem.error(
        "a log scale needs numbers above 0, found \(low.compactText); give a smallest one above 0, or leave out 'log'")
    }
    guard (last - first).isFinite else {
      throw problem.error("the range \(span) is wider than numbers can be; give smaller ones")
    }
    guard isWhole else { return .range(low: first, high: last, scale: scale) }
    for (value, number) in [(low, first), (high, last)] {
      guard number == number.rounded(), abs(number) <= Double(wholeLimit) else {
        throw problem.error(
          "a range of whole numbers needs whole numbers up to 2^53 as its ends, found \(value.compactText); give "
            + "whole ones, or leave "
            + "out 'int'")
      }
    }
    return .integers(low: Int(first), high: Int(last), scale: scale)
  }

  static func points(_ count: Int, _ problem: SearchProblem) throws(ConfigError) -> Int {
    guard (2...limit).contains(count) else {
      throw problem.error("a range has from 2 to \(limit) points in a grid, found \(count)")
    }
    return count
  }
}
