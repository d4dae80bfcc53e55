internal import Specs

/// What a checkpoint belongs to: all that the weights of a run depend on, and nothing else.
///
/// The config but for what may change (``ConfigDifference/mayChange``), shards and seed among it; the content of the
/// data, not their paths; the weights that the run began with, where they are not its own; the arithmetic. Its hash
/// stands in the manifest, with the parts that it is made of. No random number decides: a run that is moved, or whose
/// directory has lost its config, goes on.
struct CheckpointIdentity: Sendable, Equatable {
  /// How the checkpoint of one run differs from those of another.
  enum Mismatch: Equatable {
    /// By the data alone.
    case data
    /// By the arithmetic alone.
    case arithmetic(Int)
    /// In words, as in "it belongs to a run of … ".
    case other(String)
  }

  /// The config as a run's directory keeps it.
  let config: ConfigValue
  /// ``LoadedData/fingerprint``.
  let fingerprint: String
  /// SHA-256 of the weights that the run began with, where they came from a file.
  let origin: String?
  let arithmetic: Int
  /// What the kinds of the config are found in.
  let registries: Registries

  init(
    config: ConfigValue, fingerprint: String, origin: String?, arithmetic: Int = ArithmeticNumber.current,
    registries: Registries = .standard
  ) {
    (self.config, self.fingerprint, self.origin, self.arithmetic) = (config, fingerprint, origin, arithmetic)
    self.registries = registries
  }

  static func == (a: CheckpointIdentity, b: CheckpointIdentity) -> Bool {
    (a.config, a.fingerprint, a.origin, a.arithmetic) == (b.config, b.fingerprint, b.origin, b.arithmetic)
  }

  /// What a manifest says of itself; nil where it says nothing that can be understood, or contradicts itself.
  init?(manifest: ConfigValue, registries: Registries = .standard) {
    guard case .object(let members) = manifest, let config = manifest["config"],
      case .string(let fingerprint)? = manifest["data_fingerprint"],
      let arithmetic = ArithmeticNumber.stated(in: members), Self.shards(config) != nil,
      manifest["shards"] == nil || manifest["shards"] == Self.shards(config)
    else { return nil }
    var origin: String?
    switch manifest["origin"] {
    case .string(let hash)?: origin = hash
    case nil: break
    default: return nil
    }
    self.init(
      config: config, fingerprint: fingerprint, origin: origin, arithmetic: arithmetic, registries: registries)
    // Checkpoints of earlier builds state the parts alone.
    guard manifest["identity"] == nil || manifest["identity"] == .string(hash) else { return nil }
  }

  private static func shards(_ config: ConfigValue) -> ConfigValue? {
    guard case .integer(let shards)? = config["parallel"]?["shards"], shards > 0 else { return nil }
    return .integer(shards)
  }

  /// SHA-256 of all parts.
  var hash: String {
    let text = ConfigValue.object([
      .init("config", ConfigDifference.lasting(config, registries)), .init("data_fingerprint", .string(fingerprint)),
      .init("origin", origin.map(ConfigValue.string) ?? .null), .init("arithmetic", .integer(arithmetic)),
    ]).compactText
    return SHA256.hash(text)
  }

  /// SHA-256 of what of the config decides on the weights of a run that has ended: what may not change when it goes on,
  /// its epochs, and, where results may depend on the layout, how gradients travel.
  var configHash: String {
    var values = [ConfigDifference.lasting(config, registries), config["training"]?["epochs"] ?? .null]
    if let parallel = config["parallel"], parallel["invariant"] == .boolean(false) {
      values += ["allreduce", "wire"].map { parallel[$0] ?? .null }
    }
    return SHA256.hash(ConfigValue.array(values).compactText)
  }

  /// What the manifest holds of it.
  var members: [ConfigValue.Member] {
    [
      .init("identity", .string(hash)), .init("config", config), .init("data_fingerprint", .string(fingerprint)),
      .init("arithmetic", .integer(arithmetic)),
    ] + (origin.map { [.init("origin", .string($0))] } ?? [])
  }

  /// How another one differs from this one; nil: not at all.
  func mismatch(of other: CheckpointIdentity) -> Mismatch? {
    var found = other
    // What builds of other arithmetic wrote where nothing was said is no difference, and keys that builds since then
    // have added hold there too, at their defaults.
    let readings = [found.config] + (EarlierConfig.withoutItsDefaults(found.config).map { [$0] } ?? [])
    for reading in readings where !ConfigDifference.between(found.config, config, registries).isEmpty {
      guard let old = try? RunConfig(reading, registries: registries, isTrained: true),
        case .integer(let shards)? = Self.shards(reading)
      else { continue }
      found = CheckpointIdentity(
        config: old.stored(shards: shards, baseDirectory: "/"), fingerprint: found.fingerprint,
        origin: found.origin, arithmetic: found.arithmetic, registries: registries)
    }
    let differences = ConfigDifference.between(found.config, config, registries)
    if !differences.isEmpty { return .other("another config: \(ConfigDifference.text(differences))") }
    if found.origin != origin {
      return .other(
        found.origin == nil
          ? "a run that began with weights of its own" : "a run that began with weights from elsewhere")
    }
    // First, because what other arithmetic makes of the same data has another fingerprint.
    if found.arithmetic != arithmetic { return .arithmetic(found.arithmetic) }
    if found.fingerprint != fingerprint { return .data }
    return nil
  }
}
