/// Positive classes, costs and weights by class that do not fit the data, or each other.
extension ErrorCase {
  private static func classes(_ overrides: [String], table: String? = nil, says: String) -> ErrorCase {
    ErrorCase(
      name: "classes: \(overrides.joined(separator: " "))", overrides: overrides,
      files: table.map { ["data.csv": Array($0.utf8)] } ?? [:], code: 78, says: says)
  }

  private static func cost(_ cost: String, ranks: [Int] = [0, 2], says: String) -> ErrorCase {
    var entry = classes([#"loss={"type": "categorical_cross_entropy", "cost": \#(cost)}"#], says: says)
    entry.ranks = ranks
    return entry
  }

  private static let three = ["model.layers[0].units=3"]
  private static let threeClasses = "a,b,y\n1,2,r\n3,4,g\n5,6,b\n"

  static let classCases: [ErrorCase] =
    [
      classes(["data.positive_class=2"], says: "data.positive_class: there is no class '2'"),
      classes(["data.positive_class=yes"], says: "known: 0, 1"),
      classes(["data.positive_class=1.5"], says: "data.positive_class: expected the name of a class"),
      classes(
        three + ["data.positive_class=r"], table: threeClasses,
        says: "data.positive_class: there is a positive class where there are two classes, found 3: b, g, r"),
      classes(
        [#"loss={"type": "mse"}"#, "model.layers[0].units=1", "data.positive_class=1"],
        says: "data.positive_class: the targets are values, not classes"),
      alone("positive_class", "1", says: "give it as data.positive_class"),
      alone("loss.positive_class", "1", says: "give it as data.positive_class"),
      classes(
        ["data.positive_class=0", #"loss.cost={"false_negative": 2, "positive_class": 1}"#],
        says: "loss.cost.positive_class: is '1', but data.positive_class is '0'"),
      cost(#"{"false_negative": 2, "positive_class": "defect"}"#, says: "loss.cost.positive_class: there is no class"),
      cost(#"{"0": {"1": 2}}"#, says: "loss.cost: does not say what predicting '0' where it is '1' costs"),
      cost(#"{"0": {"1": 2}, "2": {"0": 1}}"#, says: "loss.cost: there is no class '2'"),
      cost(#"{"0": {"1": 2}, "1": {"2": 1}}"#, says: "loss.cost.1: there is no class '2'"),
      cost(#"{"0": {"1": -2}, "1": {"0": 1}}"#, ranks: [0], says: "loss.cost.0.1: expected a number"),
      cost(#"{"0": {"1": 2}, "1": 4}"#, ranks: [0], says: "loss.cost.1: expected an object"),
      cost(#"{"matrix": [[0, 1], [1, 0]], "classes": ["0", "2"]}"#, says: "loss.cost.classes: there is no class '2'"),
      cost(
        #"{"matrix": [[0, 1], [1, 0]], "classes": ["0", 0]}"#, ranks: [0],
        says: "loss.cost.classes[1]: '0' is there twice"),
      cost(
        #"{"matrix": [[0, 1], [1, 0]], "classes": ["0"]}"#, ranks: [0],
        says: "names 1 class, but the matrix has 2 rows"),
      cost(#"{"classes": ["0", "1"]}"#, ranks: [0], says: "give the matrix too"),
      cost(#"{"matrix": [[0, 1], [1, 0]], "false_positive": 1}"#, ranks: [0], says: "not both"),
      classes(
        three + [#"loss.cost={"false_positive": 2}"#], table: threeClasses,
        says: "two classes, found 3; give a matrix, or costs by names"),
      classes([#"loss.class_weights={"0": 1}"#], says: "loss.class_weights: class '1' has no weight"),
      classes([#"loss.class_weights={"0": 1, "1": 2, "one": 3}"#], says: "loss.class_weights: there is no class 'one'"),
      classes([#"loss.class_weights={"0": 1e-40, "1": 1e40}"#], says: "more than a factor of 1e30 apart"),
      alone("loss.class_weights", #"{"0": -1, "1": 1}"#, says: "loss.class_weights.0: expected a number"),
      alone("loss.class_weights", "{}", says: "expected weights by class name"),
    ]
}
