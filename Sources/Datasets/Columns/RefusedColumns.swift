/// What the cells of a training source are that could not be read, and all that keeps its columns from being features.
package struct RefusedColumns: Sendable {
  package let file: String
  package let rows: Int
  package let profiles: [ColumnProfile]
  package let problems: [ColumnWarning]

  /// Looks at a source that is text in columns; nil for others, and where the text is no table.
  package init?(_ data: DataSection, baseDirectory: String) {
    guard let format = data.train as? CSVFormat,
      let survey = try? TableSurvey(
        file: format.path, in: DataContext(baseDirectory: baseDirectory), delimiter: format.delimiter,
        header: format.header, marks: format.missingValues ?? .usual)
    else { return nil }
    (file, rows) = (survey.file, survey.rows)
    func contains(_ columns: [CSVFormat.Column]?, _ index: Int) -> Bool {
      columns?.contains { column in
        switch column {
        case .name(let name): name == survey.columns[index].name
        case .index(let place): place == index
        }
      } ?? false
    }
    let rules = data.columns.naming(survey.columns.map(\.name))
    var profiles: [ColumnProfile] = [], problems: [ColumnWarning] = []
    for (index, column) in survey.columns.enumerated() {
      let rule = rules.rule(of: column.name)?.rule
      if contains(format.targets, index) || rule?.role == .target {
        profiles.append(column.profile(as: .target))
      } else if contains(format.sampleWeight.map { [$0] }, index) || rule?.role == .weight {
        profiles.append(column.profile(as: .weight))
      } else if format.features.map({ _ in contains(format.features, index) })
        ?? [nil, .feature].contains(rule?.role)
      {
        profiles.append(column.profile(as: .feature))
        let isSaid = rule?.kind != nil || contains(format.categorical, index)
        // Cells that miss something are settled by a policy, what the others are by a kind.
        let hasHoles = column.missing > 0 && (rule?.missing ?? data.missing) == .error
        let isOfHoles = InferredKind(column).kind.map { $0 != .text } ?? false
        guard isSaid || isOfHoles ? hasHoles : true, let problem = ColumnWarning.problem(of: column) else { continue }
        problems.append(problem)
      }
    }
    (self.profiles, self.problems) = (profiles, problems)
  }
}
