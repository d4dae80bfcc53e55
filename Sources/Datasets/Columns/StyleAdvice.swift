package import Specs

/// How numbers are written that are not written as ``DecimalNumber`` reads them.
package enum StyleAdvice {
  /// What a rule in `data.columns` says so that the cells of a column are numbers; nil where no style reads them all.
  ///
  /// A comma before three digits, of which no other cell shows what it is, separates thousands.
  package static func rule(_ survey: ColumnSurvey) -> [ConfigValue.Member]? {
    NumberStyle.guess(cells(survey), takesGroups: true)?.members
  }

  /// Whether nothing but commas before three digits says how the numbers are written, so that they may be fractions as
  /// well.
  package static func isGuess(_ survey: ColumnSurvey) -> Bool {
    let cells = cells(survey)
    return NumberStyle.guess(cells) == nil && NumberStyle.guess(cells, takesGroups: true) != nil
  }

  private static func cells(_ survey: ColumnSurvey) -> [String] {
    Set(survey.distinct.keys).union(survey.firstOfStyle.values.map(\.text)).sorted()
  }
}
