internal import Specs

extension SplitProblem {
  /// What is wrong and the way out, to stand behind the file's name.
  var words: String {
    switch self {
    case .withoutColumns(let key, let column):
      "\(key) names \(column), and this source has no columns to cut rows by; take a fraction at random, or give a "
        + "source of its own"
    case .nameWithoutHeader(let key, let column):
      "\(key) names \(column), but 'header' is false; give the column's index from 0, or set 'header' to true where "
        + "line 1 names the columns"
    case .indexWithHeader(let key, let column):
      "\(key) names \(column) by its index, but the file has a header; give the column's name in quotes"
    case .cutByTarget(let key, let column):
      "\(key) names \(column), which is a target: the parts would hold other targets than each other; name another column"
    case .missing(let key, let column, let place, let count):
      "\(place), \(column): the value is missing\(count > 1 ? " (as in \(count) rows)" : ""), and \(key) cuts rows by "
        + "it; fill it in, or "
        + "remove the row\(count > 1 ? "s" : "")"
    case .unknownValue(let key, let column, let value, let known):
      "\(key): no row has '\(value.excerpt(40))' in \(column); \(NearMiss.hint(value, among: known, shown: Self.short(known)))"
    case .matchedTwice(let column, let other, let place, let count):
      "\(place): the row belongs to validation by \(column) and to test by "
        + "\(other)\(count > 1 ? " (as do \(count) rows)" : ""); each "
        + "row can be in one part: take a value out of one of them"
    case .fewGroups(let key, let column, let count, let parts, let isTorn):
      "\(key): \(column) has \(count.counted("group"))\(isTorn ? " of which no row is in another part" : ""), "
        + "and \(parts) parts "
        + "need one each at least; cut by another column, or leave a part out"
    case .largeGroups(let key, let column, let smallest, let wanted, let count):
      "\(key): \(count == 1 ? "the group" : "the smallest of the \(count) groups") that could be taken of \(column) has "
        + "\(smallest.counted("row")), and the fraction asks for \(wanted); groups are not torn apart: use a larger "
        + "fraction, or "
        + "cut by another column"
    case .noTime(let key, let column, let place, let text):
      "\(place), \(column): '\(text.excerpt(40))' has no place in time, and \(key) cuts rows by it; all values must be "
        + "numbers, or dates "
        + "like 2024-03-31 or 2024-03-31T14:30:00"
    case .mixedZones(let key, let column, let place, let text):
      "\(place), \(column): '\(text.excerpt(40))' and an earlier row differ in whether they name a time zone, and "
        + "\(key) cuts rows by "
        + "it; give all of them one, or none"
    case .fewTimes(let key, let column, let count, let parts):
      "\(key): \(column) has \(count.counted("different value")), and \(parts) parts need one each at least; "
        + "equal times stand in "
        + "one part: cut by a finer column, or leave a part out"
    case .largeTime(let key, let column, let text, let size, let wanted):
      "\(key): \(size.counted("row")) \(size == 1 ? "has" : "have") the last value that could be taken of \(column), '\(text.excerpt(40))', and the "
        + "fraction asks for \(wanted); equal times stand in one part: use a larger fraction, or cut by a finer column"
    case .noRows(let key, let fraction, let rows):
      "\(key): \(ConfigValue.number(fraction).compactText) of \(rows.counted("row")) leaves no row for it; use a "
        + "larger fraction "
        + "or more rows"
    case .nothingToTrain(let rows):
      "'validation' and 'test' take all \(rows.counted("row")), and none is left to learn from; take fewer"
    case .cutOtherwise(let part, let found, let expected):
      "gives \(found.counted("row")) to \(part), and gave \(expected) when the model was trained; which rows "
        + "were its test rows "
        + "cannot be told any more; give --data SOURCE.json"
    }
  }

  private static func short(_ names: [String]) -> [String] {
    let short = names.prefix(24).map { $0.excerpt(40) }
    return names.count <= 24 ? short : short + ["… (\(names.count) in all)"]
  }
}
