internal import Specs

extension SearchSpace {
  /// Reads an object of keys:
  ///
  /// ```
  /// {"optimizer.learning_rate": {"range": [1e-4, 1e-1], "scale": "log", "points": 4},
  ///  "model.layers[0].units": {"range": [16, 256], "scale": "log", "integer": true},
  ///  "model.layers[0].activation": ["relu", "tanh"]}
  /// ```
  static func keys(in content: ConfigValue, file: String) throws(ConfigError) -> [SearchKey] {
    guard case .object(let members) = content else {
      throw ConfigError(
        "expected an object with a member for each key, like {\"optimizer.learning_rate\": {\"range\": [1e-4, 1e-1], "
          + "\"scale\": \"log\"}}, "
          + "found \(content.kindName)", file: file)
    }
    var keys: [SearchKey] = []
    for member in members {
      let problem = SearchProblem(place: file, path: member.key, exitCode: .config)
      switch member.value {
      case .array(let values):
        keys.append(SearchKey(key: member.key, values: try SearchKey.choices(values, key: member.key, problem)))
      case .object(let fields): keys.append(try key(member.key, fields, problem))
      default:
        throw problem.error(
          "expected a list of values or an object with 'range', found \(member.value.kindName) "
            + "(\(member.value.excerpt)); one value "
            + "alone stands in the config")
      }
    }
    return keys
  }

  private static func key(
    _ name: String, _ fields: [ConfigValue.Member], _ problem: SearchProblem
  ) throws(ConfigError) -> SearchKey {
    let known = ["range", "scale", "integer", "points", "choices"], object = ConfigValue.object(fields)
    for field in fields where !known.contains(field.key) {
      throw problem.error("unknown key '\(field.key.excerpt(40))'; \(NearestName.hint(field.key, among: known))")
    }
    if let choices = object["choices"] {
      guard case .array(let values) = choices, fields.count == 1 else {
        throw problem.error("'choices' is a list of values and stands alone, like {\"choices\": [16, 64]}")
      }
      return SearchKey(key: name, values: try SearchKey.choices(values, key: name, problem))
    }
    guard case .array(let ends)? = object["range"], ends.count == 2 else {
      throw problem.error("expected 'range' with two numbers, like {\"range\": [16, 256], \"integer\": true}")
    }
    var scale = SearchKey.Scale.linear, isWhole = false, points: Int?
    if let value = object["scale"] {
      guard case .string(let word) = value, let found = SearchKey.Scale(rawValue: word) else {
        throw problem.error("'scale' is \"linear\" or \"log\", found \(value.excerpt)")
      }
      scale = found
    }
    if let value = object["integer"] {
      guard case .boolean(let found) = value else {
        throw problem.error("'integer' is true or false, found \(value.excerpt)")
      }
      isWhole = found
    }
    if let value = object["points"] {
      guard case .integer(let found) = value else {
        throw problem.error("'points' is a whole number, found \(value.excerpt)")
      }
      points = try SearchKey.points(found, problem)
    }
    return SearchKey(
      key: name, values: try SearchKey.range(ends[0], ends[1], scale, isWhole: isWhole, problem), gridPoints: points)
  }
}

extension SearchKey {
  /// As a file of keys has it, and as it is read again.
  var json: ConfigValue {
    func range(_ low: ConfigValue, _ high: ConfigValue, _ scale: Scale, isWhole: Bool) -> ConfigValue {
      .object(
        [.init("range", .array([low, high])), .init("scale", .string(scale.rawValue))]
          + (isWhole ? [.init("integer", .boolean(true))] : [])
          + (gridPoints.map { [.init("points", .integer($0))] } ?? []))
    }
    switch values {
    case .choices(let values): return .array(values)
    case .range(let low, let high, let scale): return range(.number(low), .number(high), scale, isWhole: false)
    case .integers(let low, let high, let scale): return range(.integer(low), .integer(high), scale, isWhole: true)
    }
  }
}
