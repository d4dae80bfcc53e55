internal import Specs
internal import Training

/// Makes the configs of a search's trials.
struct TrialMaker {
  let base: ConfigValue
  let space: SearchSpace
  let registries: Registries

  /// - Parameter number: from 0.
  /// - Throws: ``ConfigError`` where it is no config, with what to search instead where that can be told.
  func trial(_ number: Int, _ settings: [ConfigValue.Member]) throws(ConfigError) -> Candidate {
    let name = settings.map { member in
      if case .string(let word) = member.value { return "\(member.key)=\(word.excerpt(80))" }
      return "\(member.key)=\(member.value.compactText.excerpt(80))"
    }.joined(separator: ", ")
    let value = try base.setting(settings, option: "--search")
    do {
      return Candidate(name: name, settings: settings, config: try RunConfig(value, registries: registries))
    } catch {
      var error = error
      error.problem += hint(error, settings) + " (trial \(number + 1): \(name.excerpt(200)))"
      throw error
    }
  }

  /// The way out where a range is of numbers that a key does not take.
  private func hint(_ error: ConfigError, _ settings: [ConfigValue.Member]) -> String {
    guard let place = settings.firstIndex(where: { $0.key == error.path }) else { return "" }
    let key = space.keys[place]
    if case .choices = key.values { return "" }
    if case .range = key.values, case .number(let number) = settings[place].value,
      takes(.number(number.rounded()), settings, place)
    {
      return "; search whole numbers: --search \(key.key)=LOW..HIGH:int, or \"integer\": true in --space"
    }
    // A key of words finds fault with the word, not with its being one.
    guard error.problem.contains("found a number") else { return "" }
    let other = fault(.string("?"), settings, place)
    return other?.path == error.path && other?.problem.contains("found text") == true ? "" : words(key)
  }

  private func words(_ key: SearchKey) -> String {
    "; the key takes words and no numbers: give a list of them, like --search \(key.key)=[\"ONE\",\"OTHER\"]"
  }

  /// Whether a key takes another value.
  private func takes(_ value: ConfigValue, _ settings: [ConfigValue.Member], _ place: Int) -> Bool {
    fault(value, settings, place)?.path != settings[place].key
  }

  private func fault(_ value: ConfigValue, _ settings: [ConfigValue.Member], _ place: Int) -> ConfigError? {
    var settings = settings
    settings[place].value = value
    do {
      _ = try RunConfig(base.setting(settings, option: "--search"), registries: registries)
      return nil
    } catch {
      return error
    }
  }
}
