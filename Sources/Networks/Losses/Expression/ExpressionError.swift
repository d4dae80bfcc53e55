/// What is wrong with an expression, and where.
struct ExpressionError: Error, Equatable {
  /// The place in the text, counted from 1; nil where the whole expression is meant.
  var column: Int?
  /// What was found and what is allowed.
  var problem: String

  init(_ problem: String, column: Int? = nil) {
    self.problem = problem
    self.column = column
  }
}
