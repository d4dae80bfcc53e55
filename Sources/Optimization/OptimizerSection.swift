package import Specs

/// The `optimizer` object: an optimizer of the registry, its schedule, and parameters with settings of their own.
package struct OptimizerSection: Sendable {
  package var optimizer: any OptimizerSpec
  package var schedule: LearningRateSchedule
  package var penalties: Penalties
  /// The first group whose pattern matches a parameter's name holds for it.
  package var groups: [ParameterGroup]

  /// Penalties on the weights, whose derivatives are added to the mean gradient.
  package struct Penalties: Sendable, Equatable {
    /// Of `l1 · Σ|w|`.
    package var l1: Double
    /// Of `l2 / 2 · Σ w²`.
    package var l2: Double

    init(from fields: FieldReader, default standard: Penalties) throws(ConfigError) {
      l1 = try fields.number("l1", default: standard.l1, in: .nonNegative, "penalty l1 · Σ|w|")
      l2 = try fields.number("l2", default: standard.l2, in: .nonNegative, "penalty l2 / 2 · Σ w²")
    }

    static let none = Penalties()
    private init() {
      l1 = 0
      l2 = 0
    }
  }

  /// Parameters with other settings.
  package struct ParameterGroup: Sendable {
    package var pattern: NamePattern
    package var path: String
    package var optimizer: any OptimizerSpec
    package var penalties: Penalties
  }

  /// - Parameter describing: the kind to describe, where only the keys are wanted.
  package init(from fields: FieldReader, describing described: String? = nil) throws(ConfigError) {
    let registry = fields.registries[default: OptimizerRegistry.standard]
    let kind = try fields.text(
      "type", default: described, "the optimizer: \(registry.kinds.joined(separator: ", "))")
    optimizer = try registry.make(kind, from: fields, path: fields.pathOf("type"))
    schedule = try fields.variant(
      "schedule", ScheduleRegistry.standard, default: "constant", "the learning rate over time")
    let penalties = try Penalties(from: fields, default: .none)
    self.penalties = penalties
    groups = try fields.list(
      "parameter_groups", of: .anything, default: [],
      "objects with a pattern 'match' of parameters' names, like \"*.bias\", and the settings that differ for them"
    ) { value, path throws(ConfigError) in
      guard case .object(let members) = value else {
        throw ConfigError("expected an object, found \(value.kindName) (\(value.excerpt))", path: path)
      }
      let own = try FieldReader(
        .object(members.filter { ["match", "l1", "l2"].contains($0.key) }), path: path)
      let pattern = NamePattern(try own.text("match", "pattern of parameters' names; * stands for any text"))
      let groupPenalties = try Penalties(from: own, default: penalties)
      let reader = try fields.overlaid(
        with: members.filter { !["match", "l1", "l2"].contains($0.key) },
        without: ["type", "schedule", "parameter_groups", "l1", "l2"], path: path)
      let optimizer = try registry.make(kind, from: reader, path: path)
      try reader.finish()
      return (
        ParameterGroup(pattern: pattern, path: path, optimizer: optimizer, penalties: groupPenalties), value
      )
    }
  }
}
