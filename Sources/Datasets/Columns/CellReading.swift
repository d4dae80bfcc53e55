internal import Specs

/// How a feature comes from a cell of its column.
package enum CellReading: Sendable, Equatable {
  /// As the cell is: a number, or a category.
  case plain
  /// A number that is written in another way.
  case number(NumberStyle)
  /// 1 for yes, 0 for no.
  case boolean
  /// A part of a date; in ISO 8601 where there is no format.
  case date(DatePart, DateFormat?)
  /// The place of a category in its order, from 0.
  case ordinal([String])
  /// Whether the cell is missing, 1 or 0.
  case isMissing
}

extension CellReading {
  /// What a description says of it, nothing where it is ``plain``.
  var members: [ConfigValue.Member] {
    switch self {
    case .plain: []
    case .number(let style): [.init("reading", .string("number"))] + style.members
    case .boolean: [.init("reading", .string("boolean"))]
    case .date(let part, let format):
      [.init("reading", .string("date")), .init("part", .string(part.rawValue))]
        + (format.map { [.init("format", .string($0.text))] } ?? [])
    case .ordinal(let order):
      [.init("reading", .string("ordinal")), .init("order", .array(order.map(ConfigValue.string)))]
    case .isMissing: [.init("reading", .string("missing"))]
    }
  }

  private enum Kind: String, CaseIterable { case plain, number, boolean, date, ordinal, missing }

  /// Reads what ``members`` has written.
  init(from fields: FieldReader) throws(ConfigError) {
    let kind = try fields.option("reading", default: Kind.plain, "how it comes from a cell")
    let style = try NumberStyle(from: fields)
    let part = try fields.option("part", default: DatePart.days, "of a date")
    let format = try fields.optionalText("format", "how dates are written")
    let order = try fields.texts("order", default: [], "categories in their order")
    switch kind {
    case .plain: self = .plain
    case .number: self = .number(style ?? .plain)
    case .boolean: self = .boolean
    case .date:
      var parsed: DateFormat?
      if let format { parsed = try DateFormat(format, path: fields.pathOf("format")) }
      self = .date(part, parsed)
    case .ordinal:
      guard !order.isEmpty else { throw fields.error("order", "names no category") }
      self = .ordinal(order)
    case .missing: self = .isMissing
    }
  }
}
