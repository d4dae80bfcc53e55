internal import Datasets
package import Specs

extension RunConfig {
  /// The config as the run's directory keeps it: shards decided, paths absolute.
  package func stored(shards: Int, baseDirectory: String) -> ConfigValue {
    var resolved = resolved
    if case .object(var members) = resolved, let place = members.firstIndex(where: { $0.key == "parallel" }),
      case .object(var parallel) = members[place].value
    {
      parallel.removeAll { $0.key == "shards" }
      members[place].value = .object([.init("shards", .integer(shards))] + parallel)
      resolved = .object(members)
    }
    if case .object(var members) = resolved, let place = members.firstIndex(where: { $0.key == "data" }) {
      members[place].value = members[place].value.makingPathsAbsolute(
        from: baseDirectory, formats: registries[default: DataFormatRegistry.standard])
      resolved = .object(members)
    }
    return resolved
  }
}
