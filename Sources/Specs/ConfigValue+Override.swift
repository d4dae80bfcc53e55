extension ConfigValue {
  /// The value with one key set, as `--set model.layers[0].units=32` says it.
  ///
  /// The right side is JSON, or text where it is not JSON. Objects on the way are made where they are missing, and of a
  /// text: `"adam"` is `{"type": "adam"}`.
  package func overriding(_ setting: String) throws(ConfigError) -> ConfigValue {
    let text = setting.excerpt(120)
    guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
      throw ConfigError("--set \(text): expected KEY=VALUE, like optimizer.learning_rate=0.05", exitCode: .usage)
    }
    let path = String(setting[..<equals]), right = String(setting[setting.index(after: equals)...])
    let value = (try? JSONParser.parse(Array(right.utf8))) ?? .string(right)
    guard path.utf8.count <= Self.keyLimit else {
      throw ConfigError(
        "--set \(text): the key has \(path.utf8.count) bytes, at most \(Self.keyLimit) are allowed", exitCode: .usage)
    }
    var steps: [Step] = []
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
      guard let name = pieces.first, !name.isEmpty else {
        throw ConfigError("--set \(text): an empty key in '\(path.excerpt(60))'", exitCode: .usage)
      }
      steps.append(.key(String(name)))
      for piece in pieces.dropFirst() {
        guard piece.hasSuffix("]"), let index = Int(piece.dropLast()), index >= 0 else {
          throw ConfigError("--set \(text): '[\(String(piece).excerpt(60))' is not an index like [0]", exitCode: .usage)
        }
        steps.append(.index(index))
      }
    }
    guard steps.count <= JSONParser.depthLimit / 2 else {
      throw ConfigError(
        "--set \(text): the key has \(steps.count) steps, at most \(JSONParser.depthLimit / 2) are allowed",
        exitCode: .usage)
    }
    return try self.setting(steps[...], to: value, text: text)
  }

  /// Bytes that the key of an override may have.
  private static var keyLimit: Int { 1000 }

  private enum Step {
    case key(String)
    case index(Int)
  }

  private func setting(_ steps: ArraySlice<Step>, to value: ConfigValue, text: String) throws(ConfigError)
    -> ConfigValue
  {
    guard let step = steps.first else { return value }
    let rest = steps.dropFirst()
    switch step {
    case .key(let key):
      var members: [Member] = []
      switch self {
      case .object(let found): members = found
      case .null: break
      // A kind by its name alone gets a key.
      case .string: members = [Member("type", self)]
      case .array where Int(key) != nil:
        throw ConfigError(
          "--set \(text): '.\(key.excerpt(60))' is inside a list, whose entries are written like layers[0]",
          exitCode: .usage)
      default:
        throw ConfigError("--set \(text): '\(key.excerpt(60))' is inside \(kindName), not an object", exitCode: .usage)
      }
      let old = members.first { $0.key == key }?.value ?? .null
      let new = try old.setting(rest, to: value, text: text)
      if let place = members.firstIndex(where: { $0.key == key }) {
        members[place].value = new
      } else {
        members.append(Member(key, new))
      }
      return .object(members)
    case .index(let index):
      guard case .array(var values) = self, index < values.count else {
        throw ConfigError("--set \(text): there is no entry [\(index)]", exitCode: .usage)
      }
      values[index] = try values[index].setting(rest, to: value, text: text)
      return .array(values)
    }
  }
}
