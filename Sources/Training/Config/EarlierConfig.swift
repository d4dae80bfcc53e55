internal import Specs

/// Configs of runs as builds of arithmetic number 1 wrote them.
enum EarlierConfig {
  /// The config without what those builds wrote where nothing was said: biases from `zeros`. They are known by a dense
  /// layer without `initializer`, which later builds always write.
  ///
  /// - Returns: nil for a config of a later build.
  static func withoutItsDefaults(_ config: ConfigValue) -> ConfigValue? {
    guard case .object(let members) = config, case .object(let model)? = config["model"],
      case .array(let layers)? = config["model"]?["layers"],
      layers.contains(where: { $0["type"] == .string("dense") && $0["initializer"] == nil })
    else { return nil }
    let plain = layers.map { layer -> ConfigValue in
      guard case .object(let keys) = layer else { return layer }
      return .object(keys.filter { $0 != .init("bias_initializer", .string("zeros")) })
    }
    let changed = model.map { $0.key == "layers" ? .init("layers", .array(plain)) : $0 }
    return .object(members.map { $0.key == "model" ? .init("model", .object(changed)) : $0 })
  }
}
