internal import Specs
internal import Training

/// The keys of a config as this program reads them.
enum ConfigKeys {
  /// The keys of the whole config.
  static func root() throws -> [Schema.Property] {
    let fields = FieldReader(describing: "")
    _ = try RunConfig(from: fields)
    return fields.properties
  }

  /// What may stand at a key, for people.
  static func listing(_ key: String, in root: [Schema.Property]) throws -> String {
    SchemaListing(try SchemaPlace(root: root).following(key)).text
  }
}
