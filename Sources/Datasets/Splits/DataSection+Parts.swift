internal import Specs

extension DataSection.PartSource {
  /// Which rows of the training source it is, where it is some of them.
  package var choice: RowChoice? { if case .rows(let choice) = self { choice } else { nil } }
}

extension DataSection {
  /// The columns that parts are cut by, each once.
  var keyRequests: [KeyRequest] {
    var requests: [KeyRequest] = []
    if let (key, column) = folds?.column { requests.append(KeyRequest(path: key, column: column)) }
    for (part, source) in [(DataPart.validation, validation), (.test, test)] {
      guard let (key, column) = source?.choice?.column, !requests.contains(where: { $0.column == column }) else {
        continue
      }
      requests.append(KeyRequest(path: "data.\(part.name).\(key)", column: column))
    }
    return requests
  }

  /// Reads the source of a part other than training, or what chooses its rows.
  static func part(
    _ key: String, _ summary: String, _ columns: ColumnRules, _ fields: FieldReader
  ) throws(ConfigError) -> PartSource? {
    let registry = fields.registries[default: DataFormatRegistry.standard]
    let sources = try fields.describedSchema(of: registry, tag: "format", path: fields.pathOf(key))
    let choices = try RowChoice.schemas(path: fields.pathOf(key))
    return try fields.read(
      key, schema: .anyOf(choices + [sources]), default: (nil, nil), example: nil, summary: summary
    ) { value, path throws(ConfigError) in
      if RowChoice.isMeant(by: value) {
        let (choice, text) = try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in
          try RowChoice(from: fields)
        }
        return (.rows(choice), text)
      }
      let (format, text) = try fields.readVariant(value, registry, tag: "format", path: path)
      try requireTargets(format, columns, path: path)
      return (.source(format), text)
    }
  }

  /// Refuses parts that cannot be chosen together.
  static func requireTogether(
    _ validation: PartSource?, _ test: PartSource?, _ fields: FieldReader
  ) throws(ConfigError) {
    guard let validation = validation?.choice, let test = test?.choice,
      let problem = RowChoice.problem(validation: validation, test: test)
    else { return }
    throw fields.error("test", problem)
  }
}
