internal import Foundation
package import Specs
internal import Training

/// The candidates of a comparison: a base config with keys set in it, in every combination.
package enum CandidateList {
  /// More than anybody reads.
  static let limit = 1000

  /// One value of a key.
  private struct Setting {
    var key: String
    var value: ConfigValue
    var name: String
  }

  /// Makes them; the first is the reference.
  ///
  /// - Parameters:
  ///   - base: the config that all are made of.
  ///   - losses: names of losses with commas between, as ``LossWord`` reads them; nil: that of the config.
  ///   - vary: `KEY=[VALUE, …]` each.
  /// - Throws: ``ConfigError``: 64 where the options cannot be read, 78 where a candidate is no config, which it names.
  package static func make(
    base: ConfigValue, losses: String?, vary: [String], registries: Registries = .standard
  ) throws(ConfigError) -> [Candidate] {
    var lists: [[Setting]] = []
    if let losses { lists.append(try self.losses(losses, base: base)) }
    for text in vary { lists.append(try settings(text)) }
    guard !lists.isEmpty else {
      throw ConfigError(
        "nothing to compare: give --losses mse,huber or --vary KEY=[VALUE, …], like --vary "
          + "optimizer.learning_rate=[0.1,0.01]",
        exitCode: .usage)
    }
    let keys = lists.map { $0[0].key }
    for (index, key) in keys.enumerated() where keys[..<index].contains(key) {
      throw ConfigError(
        "--vary \(key.excerpt(60)): this key is varied twice; give all of its values in one list", exitCode: .usage)
    }
    let count = lists.reduce(1) { $0.multipliedReportingOverflow(by: $1.count).overflow ? .max : $0 * $1.count }
    guard (2...limit).contains(count) else {
      throw ConfigError(
        count < 2
          ? "nothing to compare: there is one candidate; give --losses or --vary two values or more"
          : "there are more than \(limit) candidates; give fewer values", exitCode: .usage)
    }
    var candidates: [Candidate] = [], used: [String: Int] = [:]
    for number in 0..<count {
      var rest = number, chosen: [Setting] = []
      for list in lists.reversed() {
        chosen.insert(list[rest % list.count], at: 0)
        rest /= list.count
      }
      var name = chosen.map(\.name).joined(separator: ", ")
      used[name, default: 0] += 1
      if let times = used[name], times > 1 { name += " #\(times)" }
      candidates.append(try candidate(name, chosen, of: base, registries))
    }
    return candidates
  }

  private static func candidate(
    _ name: String, _ settings: [Setting], of base: ConfigValue, _ registries: Registries
  ) throws(ConfigError) -> Candidate {
    let set = settings.map { ConfigValue.Member($0.key, $0.value) }
    let value = try base.setting(set, option: "--vary")
    do {
      return Candidate(name: name, settings: set, config: try RunConfig(value, registries: registries))
    } catch {
      throw error.of(candidate: name)
    }
  }

  private static func losses(_ text: String, base: ConfigValue) throws(ConfigError) -> [Setting] {
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard words.allSatisfy({ !$0.isEmpty }) else {
      throw ConfigError(
        "--losses '\(text.excerpt(60))': expected names of losses with commas between, like mse,mae,huber:2",
        exitCode: .usage)
    }
    // What samples and mistakes weigh is said of the problem, not of a loss.
    let common = ["class_weights", "cost"].compactMap { key in base["loss"]?[key].map { ConfigValue.Member(key, $0) } }
    var settings: [Setting] = []
    for word in words {
      var value = try LossWord.value(word, option: "--losses")
      if case .object(let members) = value { value = .object(members + common) }
      settings.append(Setting(key: "loss", value: value, name: word))
    }
    return settings
  }

  private static func settings(_ text: String) throws(ConfigError) -> [Setting] {
    let shown = text.excerpt(80)
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw ConfigError(
        "--vary \(shown): expected KEY=[VALUE, …], like optimizer.learning_rate=[0.1,0.01]", exitCode: .usage)
    }
    let key = String(text[..<equals]), right = text[text.index(after: equals)...]
    guard case .array(let values)? = try? ConfigValue.parse(Data(right.utf8), file: "--vary"), !values.isEmpty else {
      throw ConfigError(
        "--vary \(shown): expected a JSON list of values behind '=', like \(key.excerpt(40))=[1,2]; texts in it are "
          + "in double quotes",
        exitCode: .usage)
    }
    var settings: [Setting] = []
    for value in values {
      var (value, name) = (value, value.compactText)
      if case .string(let word) = value {
        name = word
        if key == "loss" { value = try LossWord.value(word, option: "--vary loss") }
      }
      settings.append(Setting(key: key, value: value, name: "\(key)=\(name.excerpt(80))"))
    }
    return settings
  }
}

extension ConfigValue {
  /// The config with some keys set, as `--set` does it.
  ///
  /// - Parameter option: what the keys came from, for errors.
  func setting(_ members: [Member], option: String) throws(ConfigError) -> ConfigValue {
    var value = self
    for member in members {
      do { value = try value.overriding("\(member.key)=\(member.value.compactText)") } catch {
        var error = error
        if error.problem.hasPrefix("--set ") { error.problem = "\(option) " + error.problem.dropFirst("--set ".count) }
        throw error
      }
    }
    return value
  }
}
