package import Specs
package import Training

/// One of the configs that are compared.
package struct Candidate: Sendable {
  /// What the command line calls it; no two have one name.
  package var name: String
  /// The keys that were set in the base config, with their values.
  package var settings: [ConfigValue.Member]
  package var config: RunConfig

  package init(name: String, settings: [ConfigValue.Member], config: RunConfig) {
    (self.name, self.settings, self.config) = (name, settings, config)
  }

  /// As files have it.
  var json: ConfigValue { .object([.init("name", .string(name)), .init("set", .object(settings))]) }
}

extension ConfigError {
  /// The same error of a candidate's config.
  func of(candidate name: String) -> ConfigError {
    var error = self
    error.problem += " (candidate '\(name.excerpt(80))')"
    return error
  }
}
