package import Datasets
package import Specs

/// A first config for data that nobody has trained on, as text with comments.
package struct StartingConfig: Sendable {
  /// The source and what has to be said of its columns.
  package enum Source: Sendable {
    case table(TableSurvey, path: String, target: String)
    /// Arrays with features of some shape.
    case arrays(features: String, targets: String, shape: [Int])
  }

  package var name: String
  package var source: Source
  package var reading: TargetReading
  package var recipe: StartingRecipe
  package var goal: StartingRecipe.Goal
  package let columns: StartingColumns?
  /// The object `train` of arrays, where they are not two files of the format npy.
  package var train: ConfigValue?

  /// The config of a table.
  ///
  /// - Parameter path: of the table, as the config is to name it.
  /// - Throws: a sentence where the target is none, or no features are left.
  package init(
    _ table: TableSurvey, path: String, target: String, name: String, choice: TargetReading.Choice?
  ) throws(RunError) {
    guard let column = table.columns.first(where: { $0.name == target }) else {
      preconditionFailure("the target is one of the table's columns")
    }
    reading = try TargetReading(column, file: table.file, choice: choice)
    let columns = StartingColumns(table, target: target)
    guard columns.features > 0 else {
      throw RunError(
        .data,
        "\(table.file): no column but the target says anything of the rows: all others are constant, ids or prose; name another target"
      )
    }
    self.columns = columns
    source = .table(table, path: path, target: target)
    self.name = name
    recipe = StartingRecipe(rows: table.rows, features: columns.width)
    goal = StartingRecipe.goal(reading.task)
  }

  /// The config of arrays.
  package init(
    features: String, targets: String, shape: [Int], rows: Int, reading: TargetReading, targetCount: Int, name: String
  ) {
    self.reading = reading
    source = .arrays(features: features, targets: targets, shape: shape)
    self.name = name
    columns = nil
    recipe = StartingRecipe(rows: rows, features: shape.reduce(1, *))
    recipe.normalize = "standard"
    goal = StartingRecipe.goal(reading.task, targets: targetCount)
  }

  /// Of an array's rows, in words.
  package var shape: String { if case .arrays(_, _, let shape) = source { "\(shape)" } else { "" } }

  /// The file.
  package var text: String {
    var text = ConfigText()
    text.line("// A starting point by `ptrain init`: every choice is a guess from the data, and yours to change.")
    text.line("// `ptrain check` shows what it means for the data, `ptrain` with this file trains.")
    text.open("")
    text.key("name", .string(name), comment: "the run's results go to runs/\(name)".excerpt(80))
    text.key("seed", .integer(42))
    text.open("data")
    writeSource(&text)
    writeParts(&text)
    writeColumns(&text)
    text.key("normalize", .string(recipe.normalize), comment: Self.normalizeWords[recipe.normalize])
    if goal.normalizesTargets {
      text.key(
        "normalize_targets", .string("standard"),
        comment: reading.powersOfTen >= StartingRecipe.manyPowersOfTen
          ? "the numbers span \(reading.powersOfTen) powers of ten: \"log\" learns ratios, and predicts medians"
          : "errors are in the file's units all the same")
    }
    text.close()
    writeModel(&text)
    text.key("loss", .object([.init("type", .string(goal.loss))] + goal.parameters), comment: goal.comment)
    text.open("optimizer")
    text.key("type", .string("adamw"))
    text.key(
      "learning_rate", .number(recipe.learningRate), comment: "the first number to try others of: a third, three times")
    text.key("weight_decay", .number(recipe.weightDecay))
    text.key(
      "schedule",
      .object([.init("type", .string("cosine")), .init("warmup_steps", .integer(recipe.warmupSteps))]),
      comment: "up for a moment, then down to 0 over the run")
    text.close()
    text.open("training")
    text.key("epochs", .integer(recipe.epochs), comment: recipe.patience == nil ? nil : "at most: it ends early")
    text.key("global_batch_size", .integer(recipe.batchSize))
    text.key("gradient_clip_norm", .number(recipe.gradientClipNorm))
    if let patience = recipe.patience {
      text.key(
        "early_stopping", .object([.init("metric", .string("loss")), .init("patience", .integer(patience))]),
        comment: "ends when validation gets no better")
      text.key("restore_best", .boolean(true), comment: "the model is the one that was best then")
    }
    text.close()
    text.key("metrics", .array(goal.metrics.map(ConfigValue.string)))
    text.close()
    return text.text
  }

  private static let normalizeWords = [
    "robust": "median 0, quartiles 1 apart, far values held near; measured on the training part",
    "standard": "mean 0, deviation 1; measured on the training part",
    "minmax": "0 to 1, and what is 0 stays so where nothing is below; measured on the training part",
  ]

  // MARK: - Parts of the text

  private func writeSource(_ text: inout ConfigText) {
    switch source {
    case .arrays(let features, let targets, _):
      text.comment("\(targets.excerpt(60)): \(reading.reason); another reading: --task")
      text.key(
        "train",
        train
          ?? .object([
            .init("format", .string("npy")), .init("features", .string(features)), .init("targets", .string(targets)),
          ]))
    case .table(let table, let path, let target):
      text.comment("'\(target.excerpt(40))': \(reading.reason); for another reading: ptrain init --task")
      var members: [ConfigValue.Member] = [.init("format", .string("csv")), .init("path", .string(path))]
      let place = table.columns.firstIndex { $0.name == target } ?? 0
      members.append(.init("targets", table.hasHeader ? .string(target) : .integer(place)))
      if table.delimiter != UInt8(ascii: ",") {
        members.append(.init("delimiter", .string(String(Unicode.Scalar(table.delimiter)))))
      }
      if !table.hasHeader { members.append(.init("header", .boolean(false))) }
      if let columns, !columns.marks.isEmpty {
        let marks = columns.marks.union(columns.usualMarks).sorted()
        members.append(.init("missing_values", .array(marks.map(ConfigValue.string))))
      }
      text.key("train", .object(members))
    }
  }

  private func writeParts(_ text: inout ConfigText) {
    if let validation = recipe.validation {
      text.key(
        "validation", .object([.init("fraction", .number(validation))]),
        comment: "rows that watch the training; not learned from")
    }
    if let test = recipe.test {
      text.key("test", .object([.init("fraction", .number(test))]), comment: "rows for the final verdict")
    } else if recipe.validation != nil {
      text.comment(
        "\"test\": {\"fraction\": 0.2},   rows for a verdict that nothing was chosen by; better a file of its own")
    }
  }

  private func writeColumns(_ text: inout ConfigText) {
    guard let columns else { return }
    text.key(
      "missing", .string("median"), comment: "in columns that say nothing else; a category of its own among words")
    guard !columns.entries.isEmpty else { return }
    text.open("columns")
    for entry in columns.entries { text.key(entry.name, .object(entry.rule), comment: entry.comment) }
    if columns.plain > 0 { text.comment("\(columns.plain) more, all of them numbers") }
    text.close()
  }

  private func writeModel(_ text: inout ConfigText) {
    var layers: [ConfigValue] = []
    func layer(_ type: String, _ members: [ConfigValue.Member]) {
      layers.append(.object([.init("type", .string(type))] + members))
    }
    if case .arrays(_, _, let shape) = source, shape.count > 1 { layer("flatten", []) }
    for units in recipe.hiddenUnits {
      layer("dense", [.init("units", .integer(units)), .init("activation", .string(recipe.activation))])
      if recipe.dropout > 0 { layer("dropout", [.init("rate", .number(recipe.dropout))]) }
    }
    layer("dense", [.init("units", .integer(goal.outputs))])
    text.open("model")
    text.list("layers", layers)
    text.close()
  }
}
