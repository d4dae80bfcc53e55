/// Rules of columns, and columns that cannot be what they are taken for.
extension ErrorCase {
  /// A rule of `data.columns` that cannot stand, by itself or beside the good table (a, b, y).
  private static func rule(
    _ rules: String, set overrides: [String] = [], table: String? = nil, _ code: Int32 = 78, says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "columns \(rules) \(overrides.joined(separator: " "))", overrides: ["data.columns=\(rules)"] + overrides,
      files: table.map { ["data.csv": Array($0.utf8)] } ?? [:], code: code, says: says)
  }

  /// A table whose cells cannot be read as they are.
  private static func cells(
    _ name: String, _ table: String, _ rules: String? = nil, set overrides: [String] = [], says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "cells: \(name)", overrides: (rules.map { ["data.columns=\($0)"] } ?? []) + overrides,
      files: ["data.csv": Array(table.utf8)], code: 65, says: says)
  }

  private static let people = (0..<24).map { "person \($0) of many,\($0),\($0 % 2)\n" }.joined()

  static let columns: [ErrorCase] = [
    rule("3", says: "data.columns: expected an object with an entry for each column"),
    rule(#"{"a": 3}"#, says: "data.columns.a: expected an object, found a number"),
    rule(
      #"{"a": {"rolle": "drop"}}"#, says: "data.columns.a.rolle: unknown key; did you mean 'role'? known: role, kind"),
    rule(
      #"{"a": {"role": "feture"}}"#, says: "data.columns.a.role: unknown value 'feture'; did you mean 'feature'? known:"
    ),
    rule(#"{"a": {"kind": "number"}}"#, says: "data.columns.a.kind: unknown value 'number'"),
    rule(#"{"a": {"missing": "mode"}}"#, says: "data.columns.a.missing: unknown value 'mode'"),
    rule(#"{"a": {"indicator": 1}}"#, says: "data.columns.a.indicator: expected true or false, found a number (1)"),
    rule(
      #"{"a": {"missing": "error", "indicator": true}}"#,
      says: "data.columns.a.indicator: needs something that stands for missing cells; set \"missing\": \"median\""),
    rule(
      #"{"a": {"indicator": true}}"#,
      says: "data.columns.a.indicator: data.csv: needs something that stands for missing"),
    rule(#"{"a": {"transform": "logg"}}"#, says: "data.columns.a.transform: unknown value 'logg'"),
    rule(
      #"{"a": {"encoding": "embedding"}}"#,
      says: "data.columns.a.encoding: 'embedding' is not in this version; use one_hot, or ordinal with 'order'"),
    rule(
      #"{"a": {"encoding": "ordinal"}}"#, says: "data.columns.a.encoding: 'ordinal' needs the categories in their order"
    ),
    rule(#"{"a": {"encoding": "one_hot", "order": [1, 2]}}"#, says: "data.columns.a.encoding: 'one_hot' has no order"),
    rule(#"{"a": {"order": ["x"]}}"#, says: "data.columns.a.order: expected a list of at least two categories"),
    rule(#"{"a": {"order": ["1", 1.0]}}"#, says: "data.columns.a.order[1]: '1' is listed twice"),
    rule(#"{"a": {"order": ["x", true]}}"#, says: "data.columns.a.order[1]: expected text or a number, found"),
    rule(
      #"{"a": {"order": ["x", "y"], "unknown": "other"}}"#,
      says: "data.columns.a.unknown: is for one-hot categories, and 'order' makes the column a number"),
    rule(#"{"a": {"unknown": "ignore"}}"#, says: "data.columns.a.unknown: unknown value 'ignore'"),
    rule(#"{"a": {"rare_below": 1}}"#, says: "data.columns.a.rare_below: expected a whole number ≥ 2, found 1"),
    rule(
      #"{"a": {"kind": "numeric", "rare_below": 5}}"#,
      says: "data.columns.a.rare_below: is for columns of kind categorical, and this one is numeric"),
    rule(
      #"{"a": {"kind": "categorical", "transform": "standard"}}"#,
      says: "data.columns.a.transform: is for numbers, and categories are features of 0 and 1; take it out"),
    rule(
      #"{"a": {"parts": ["yeer"]}}"#, says: "data.columns.a.parts[0]: unknown part 'yeer'; did you mean 'year'? known:"),
    rule(#"{"a": {"parts": []}}"#, says: "data.columns.a.parts: expected a list like [\"year\", \"month\"], found []"),
    rule(#"{"a": {"parts": ["year", "year"]}}"#, says: "data.columns.a.parts[1]: 'year' is listed twice"),
    rule(
      #"{"a": {"kind": "boolean", "parts": ["year"]}}"#,
      says: "data.columns.a.parts: is for columns of kind date, and this one is boolean"),
    rule(#"{"a": {"format": "%d.%m"}}"#, says: "data.columns.a.format: '%d.%m' does not say a day; expected a pattern"),
    rule(
      #"{"a": {"decimal": ",,"}}"#, says: #"data.columns.a.decimal: expected one character like "," or ".", found ",,""#
    ),
    rule(
      #"{"a": {"thousands": "."}}"#, says: "data.columns.a.thousands: '.' is the decimal sign where 'decimal' is left"),
    rule(#"{"a": {"strip": ["5"]}}"#, says: "data.columns.a.strip[0]: '5' is no sign that can be taken away"),
    rule(
      #"{"a": {"role": "drop", "missing": "median"}}"#,
      says: "data.columns.a.missing: is for features, and the column's"),
    rule(
      #"{"a": {"role": "id", "kind": "numeric"}}"#,
      says: "data.columns.a.kind: is for features, and the column's role is id"),
    rule(
      #"{"a": {"role": "group", "strip": ["€"]}}"#, says: "data.columns.a.strip: is for features, and the column's role"
    ),
    rule(
      #"{"y": {"role": "target", "missing": "median"}}"#,
      says: "data.columns.y.missing: nothing can stand for a target; expected error or drop_row, found median"),
    rule(
      #"{"y": {"role": "target", "kind": "categorical"}}"#,
      says: "data.columns.y.kind: is for features: the loss decides whether a target is a class or a number"),
    rule(
      #"{"y": {"role": "target", "transform": "standard"}}"#,
      says: "data.columns.y.transform: the loss 'categorical_cross_entropy' takes classes, or shares"),
    rule(
      #"{"y": {"transform": "log"}}"#,
      says: "data.columns.y.transform: the loss 'categorical_cross_entropy' takes classes, or shares"),
    rule(
      #"{"y": {"role": "target", "transform": "minmax"}}"#,
      says:
        "data.columns.y.transform: of a target is none, standard, log, log1p, which have exact inverses; 'minmax' is for features"
    ),
    rule(
      #"{"y": {"transform": {"scale": 2}}}"#,
      says:
        "data.columns.y.transform: data.csv: of a target is none, standard, log, log1p, which have exact inverses; 'scale' is"
    ),
    rule(
      #"{"y": {"transform": "log"}}"#, set: [#"loss="mse""#, "model.layers[0].units=1"], 65,
      says:
        "data.csv: line 2: target 'y' is 0, and 'log' takes the logarithms of numbers above 0; correct it, or set "
        + "data.columns.y.transform to 'log1p' (numbers above -1) or 'standard'"),
    rule(
      #"{"y": {"transform": "standard"}}"#, set: [#"loss="poisson""#, "model.layers[0].units=1"],
      says:
        "data.columns.y.transform: the loss 'poisson' takes numbers from 0 on, and normalized targets are numbers of both signs around 0; "
        + "remove transform, or use a loss that takes any number"),
    rule(
      #"{"y": {"role": "target", "transform": "log1p"}}"#, set: [#"loss="gaussian_nll""#],
      says:
        "data.columns.y.transform: the loss 'gaussian_nll' predicts deviations, and those of logarithms are none of the targets; set "
        + "transform to standard"),
    rule(#"{"y": {"missing": "zero"}}"#, says: "data.columns.y.missing: data.csv: nothing can stand for a target"),
    rule(#"{"c": {"role": "drop"}}"#, says: "data.columns.c: data.csv: there is no such column; known: a, b, y"),
    rule(
      #"{"colour": {"role": "drop"}}"#, table: "a,color,y\n1,2,0\n3,4,1\n",
      says: "data.columns.colour: data.csv: there is no such column; did you mean 'color'? known: a, color, y"),
    rule(
      #"{"x*": {"role": "drop"}}"#, says: "data.columns.x*: data.csv: the pattern matches no column; known: a, b, y"),
    rule(
      #"{"y": {"role": "feature"}}"#,
      says:
        "data.columns.y.role: data.csv: the column is listed under 'targets' of the training source, and its role here is feature"
    ),
    rule(
      #"{"a": {"role": "target"}}"#,
      says:
        "data.columns.a.role: data.csv: the role here is target, and 'targets' of the training source lists others; add the column"
    ),
    rule(
      #"{"a": {"role": "drop"}}"#, set: ["data.train.features=[\"a\", \"b\"]"],
      says:
        "data.columns.a.role: data.csv: the column is listed under 'features' of the training source, and its role here is drop"
    ),
    rule(
      #"{"b": {"missing": "zero"}}"#, set: ["data.train.features=[\"a\"]"],
      says: "data.columns.b: data.csv: 'features' of the training source does not list the column; add it there"),
    rule(
      #"{"b": {"role": "feature"}}"#, set: ["data.train.features=[\"a\"]"],
      says:
        "data.columns.b.role: data.csv: the role here is feature, and 'features' of the training source lists others"),
    rule(
      #"{"a": {"kind": "numeric"}}"#, set: ["data.train.categorical=a"],
      says:
        "data.columns.a.kind: data.csv: the column is listed under 'categorical' of the training source, and its kind here is numeric"
    ),
    rule(
      #"{"a": {"role": "weight"}}"#, set: ["data.train.sample_weight=b"],
      says:
        "data.columns.a.role: data.csv: the role here is weight, and 'sample_weight' of the training source lists others"
    ),
    rule(
      #"{"a": {"role": "weight"}, "b": {"role": "weight"}}"#,
      says: "data.columns: data.csv: columns 'a' and 'b' have the role weight; a row has one weight"),
    rule(
      #"{"a": {"role": "drop"}, "b": {"role": "id"}}"#, 65, says: "data.csv: no column is left for the features"),
    rule(
      #"{"c": {"transform": "standard"}}"#, table: "c,y\nu,0\nv,1\nu,1\n",
      says: "data.columns.c.transform: data.csv: is for numbers, and the cells are words, which become categories"),
    rule(
      #"{"a": {"missing": "zero"}}"#, set: [#"data.train={"format": "synthetic", "examples": 16, "features": 2}"#],
      says:
        "data.columns: synthetic data: the training source is an array, whose columns have no names; take the key out"),
    cells(
      "names of rows", "name,a,y\n" + people,
      says: "data.csv: column 'name' holds 24 different words in 24 cells, hardly two alike, as a name or id does; put "
        + #""columns": {"name": {"role": "drop"}} in 'data'"#),
    cells(
      "a word among numbers", "a,y\n" + (0..<40).map { "\($0 == 7 ? "seven" : "\($0)"),\($0 % 2)\n" }.joined(),
      says:
        "data.csv: line 9, column 'a': 'seven' is not a number; correct the cell, or add it to 'missing_values' where it "
        + #"stands for a missing number; or put "columns": {"a": {"kind": "categorical"}} in 'data'"#),
    cells(
      "styles and names at once",
      "name,price,share,y\n" + (0..<24).map { "p\($0),\"\($0),5\",\($0)%,\($0 % 2)\n" }.joined(),
      says:
        #"or put "columns": {"name": {"role": "drop"}, "price": {"decimal": ","}, "share": {"strip": ["%"]}} in 'data'"#
    ),
    cells(
      "dates in another order", "d,y\n31.12.2024,0\n1.2.2024,1\n",
      says:
        "data.csv: column 'd' holds dates or times that are not written in ISO 8601 (first in line 2, '31.12.2024'); put "
        + #""columns": {"d": {"kind": "date", "format": "%d.%m.%Y"}} in 'data'"#),
    cells(
      "dates that may be either", "d,y\n01/02/2024,0\n03/04/2024,1\n",
      says:
        #"(first in line 2, '01/02/2024'); give the column a "format" like "%d.%m.%Y" in data.columns, or leave it out"#
    ),
    cells(
      "no day of the calendar", "d,y\n2024-02-29,0\n2023-02-29,1\n", #"{"d": {"kind": "date"}}"#,
      says: "data.csv: line 3, column 'd': '2023-02-29' is no date of the calendar in the form that is expected"),
    cells(
      "neither true nor false", "a,y\nyes,0\nmaybe,1\n", #"{"a": {"kind": "boolean"}}"#,
      says: "data.csv: line 3, column 'a': 'maybe' is neither true nor false; write true or false, yes or no"),
    cells(
      "not in the order", "a,y\nlow,0\nmiddle,1\n", #"{"a": {"order": ["low", "mid", "high"]}}"#,
      says: "data.csv: line 3, column 'a': 'middle' is no category of the column's order; correct the cell, or complete"
    ),
    cells(
      "not in the style", "a;y\n1,5;0\n2.5;1\n", #"{"a": {"decimal": ","}}"#, set: ["data.train.delimiter=;"],
      says: "data.csv: line 3, column 'a': '2.5' is no number as data.columns says that numbers are written"),
    cells(
      "text by its rule", "a,b,y\nu,1,0\nv,2,1\n", #"{"a": {"kind": "text"}}"#,
      says: "data.csv: column 'a' is text by data.columns, and text is no feature in this version; put "
        + #""columns": {"a": {"role": "drop"}} in 'data'"#),
    cells(
      "a group is missing", "a,g,y\n1,u,0\n2,,1\n", #"{"g": {"role": "group"}}"#,
      says: "data.csv: line 3, column 'g': the cell is empty; fill in what is missing"),
    cells(
      "categories all missing", "a,c,y\n1,,0\n2,NA,1\n", #"{"c": {"kind": "categorical", "missing": "most_frequent"}}"#,
      says: "data.csv: column 'c' has no category: all its cells are missing; leave it out with \"role\": \"drop\""),
    cells(
      "a column without a value", "a,b,y\n,1,0\nNA,2,1\n",
      says:
        "data.csv: cells that cannot be used (of 2 rows): 'a': 2 missing (first in line 2, empty); leave the column out: all its cells "
        + #"are missing; or put "columns": {"a": {"role": "drop"}} in 'data'"#),
    cells(
      "days as classes", "a,y\n1,2024-01-01\n2,2024-01-02\n",
      says:
        "data.csv: line 2, column 'y': the target '2024-01-01' is a date, as all others of the column are; write a number"
    ),
    ErrorCase(
      name: "columns: an unknown category in the test rows",
      overrides: [#"data.test={"format": "csv", "path": "test.csv", "targets": "y"}"#],
      files: [
        "data.csv": Array("c,y\nu,0\nv,1\nu,1\n".utf8), "test.csv": Array("c,y\nu,0\nw,1\n".utf8),
      ], code: 65,
      says:
        "test.csv: line 3, column 'c': the category 'w' does not occur in the training rows; known: u, v; a model takes such"
    ),
    words("too many categories", count: 10_001, filler: ""),
    // As threads read it, by ranges.
    words("too many categories of a longer text", count: 10_001, filler: String(repeating: "7", count: 30)),
  ]

  /// A column of different words that its rule makes categories.
  private static func words(_ name: String, count: Int, filler: String) -> ErrorCase {
    let rows = (0..<count).map { "w\($0),1\(filler),\($0 % 2)\n" }.joined()
    return ErrorCase(
      name: "columns: \(name)", overrides: [#"data.columns={"a": {"kind": "categorical"}}"#],
      files: ["data.csv": Array("a,b,y\n\(rows)".utf8)], code: 65, ranks: [0],
      says: "data.csv: column 'a' has more than 10000 categories; leave ")
  }
}
