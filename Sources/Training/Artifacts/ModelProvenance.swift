package import Specs

/// Where a model comes from, as far as that is the same wherever it was trained: what its file says beside
/// ``ArithmeticNumber``.
///
/// Nothing of the machine, the layout or paths is in it, so that the file is the same byte for byte.
package struct ModelProvenance: Sendable, Equatable {
  /// ``ProgramVersion``.
  package var version: String
  /// The SHA-256 of what of the config decides on the weights: ``CheckpointIdentity/configHash``.
  package var configHash: String
  /// ``LoadedData/fingerprint``.
  package var dataFingerprint: String
  /// The SHA-256 of the weights that the run began with, where they came from a file.
  package var originHash: String?

  init(version: String = ProgramVersion.current, configHash: String, dataFingerprint: String, originHash: String?) {
    self.version = version
    self.configHash = configHash
    self.dataFingerprint = dataFingerprint
    self.originHash = originHash
  }

  /// What a model's metadata say; nil where they do not, as those of earlier builds.
  package init?(metadata: [ConfigValue.Member]) {
    func text(_ key: String) -> String? { metadata.first { $0.key == key }.flatMap { String(json: $0.value) } }
    guard let version = text("version"), let configHash = text("config_sha256"),
      let dataFingerprint = text("data_fingerprint")
    else { return nil }
    self.init(
      version: version, configHash: configHash, dataFingerprint: dataFingerprint, originHash: text("origin_sha256"))
  }

  /// What a model's metadata say of where it comes from, for people: no key that they do not have.
  ///
  /// - Parameter metadata: with an arithmetic number that ``ArithmeticNumber/stated(in:)`` finds to be one.
  static func words(of metadata: [ConfigValue.Member]) -> ConfigValue {
    let isStated = metadata.contains { $0.key == ArithmeticNumber.key }
    let own = Self(metadata: metadata)?.metadata ?? []
    return .object(own + .record(["arithmetic": isStated ? ArithmeticNumber.stated(in: metadata) : nil]))
  }

  /// The members of the metadata, which hold text only.
  var metadata: [ConfigValue.Member] {
    .record([
      "version": version, "config_sha256": configHash, "data_fingerprint": dataFingerprint, "origin_sha256": originHash,
    ])
  }
}
