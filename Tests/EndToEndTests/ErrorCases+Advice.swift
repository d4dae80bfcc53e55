/// `ptrain advise` with what it cannot use.
extension ErrorCase {
  private static func advise(
    _ arguments: [String], _ table: String? = nil, set: [String] = [], _ code: Int32 = 64, ranks: [Int] = [0, 2],
    says: String
  ) -> ErrorCase {
    var entry = ErrorCase(
      name: "advise \(arguments.joined(separator: " ")) \(set.joined())", overrides: set,
      arguments: ["advise"] + arguments, code: code, ranks: ranks, says: says)
    if let table { entry.files = ["data.csv": Array(table.utf8)] }
    return entry
  }

  /// Numbers with fractions, a word, and three kinds of words.
  private static let mixedTable =
    "a,number,count,kind\n"
    + (0..<40).map { "\($0 * 7 % 11),\(Double($0 * 37 % 101) / 8),\($0 * $0 % 7),\(["x", "y", "z"][$0 % 3])\n" }
    .joined()

  private static func mixed(_ target: String, _ options: [String], _ code: Int32 = 64, says: String) -> ErrorCase {
    advise(["--data", "data.csv", "--target", target] + options, mixedTable, code, ranks: [0], says: says)
  }

  /// A table whose target holds these cells.
  private static func column(_ name: String, _ cells: [String], _ options: [String] = [], says: String) -> ErrorCase {
    let table = "a,y\n" + cells.enumerated().map { "\($0 + 1),\($1)\n" }.joined()
    var entry = advise(["--data", "data.csv", "--target", "y"] + options, table, 65, ranks: [0], says: says)
    entry.name = "advise: \(name)"
    return entry
  }

  /// Rows enough for folds: numbers, two numbers of their own, and a target in words.
  private static let words =
    "a,number,y\n" + (0..<60).map { "\($0 % 7),\($0 * 7 % 3 % 2),\(["x", "y", "z"][$0 * 7 % 3])\n" }.joined()

  static let advice: [ErrorCase] = [
    advise([], says: "name a config, or a table with --data FILE --target COLUMN"),
    advise(["config.json", "--data", "data.csv"], says: "give one of them"),
    advise(["config.json", "--target", "y"], ranks: [0], says: "--target: goes with --data"),
    advise(
      ["config.json", "--task", "both"], ranks: [0], says: "--task both: expected one of classification, regression"),
    advise(["config.json", "--want", "mode"], ranks: [0], says: "--want mode: expected mean, median, quantile:LEVEL"),
    advise(["config.json", "--want", "quantile:1"], ranks: [0], says: "--want quantile:1: expected"),
    advise(["config.json", "--cost", "1"], ranks: [0], says: "--cost 1: expected FALSE_POSITIVE:FALSE_NEGATIVE"),
    advise(["config.json", "--cost", "0:0"], ranks: [0], says: "not both 0"),
    advise(["config.json", "--cost", "nan:1"], ranks: [0], says: "--cost nan:1: expected"),
    advise(["config.json", "--cost-ratio", "0:1"], ranks: [0], says: "expected UNDER:OVER, two numbers above 0"),
    advise(["config.json", "--cost-ratio", "3:1", "--want", "mean"], ranks: [0], says: "give one of them"),
    advise(["config.json", "--json", "--all"], ranks: [0], says: "--all: --json says everything anyway"),
    advise(["none.json"], nil, 66, says: "none.json"),
    advise(["config.json"], set: ["optimiser=1"], 78, says: "optimiser: unknown key"),
    advise(["config.json"], set: ["data.train.targets=z"], 78, ranks: [0], says: "'z'"),
    advise(["config.json"], "a,b,y\n", 65, says: "data.csv"),
    advise(["--data", "none.csv", "--target", "y"], nil, 66, says: "none.csv"),
    advise(["--data", "data.csv", "--target", "z"], says: "--target z: "),
    advise(
      ["--data", "data.csv", "--target", "y"], "a,y\n1,5\n2,5\n", 65, says: "target 'y' has one value in all rows"),
    advise(["--data", "x.npy"], ranks: [0], says: "an array has no target columns; name a file with --targets"),
    advise(["config.json", "--json", "--quiet"], ranks: [0], says: "--quiet: is a text to paste"),
    advise(["config.json", "--targets", "y.npy"], ranks: [0], says: "--targets: goes with --data"),
    advise(["--data", "data.csv"], ranks: [0], says: "which column is to be predicted?"),
    advise(
      ["--data", "data.csv", "--target", "y", "--check"], "a,y\n1,2\n2,3\n4,7\n", 65,
      says: "--check cuts the training rows into 5 folds, and there are fewer (3)"),
    mixed("kind", ["--task", "counts"], 65, says: "holds words"),
    mixed("kind", ["--task", "regression"], 65, says: "target 'kind' holds words ('x' in line 2)"),
    mixed("number", ["--task", "classification"], 65, says: "holds numbers with fractions, which are no classes"),
    mixed("kind", ["--cost", "1:5"], says: "--cost: is for two classes, costs of several go into loss.cost, and "),
    mixed("kind", ["--cost-ratio", "3:1"], says: "--cost-ratio: is for numbers; for two classes use --cost"),
    mixed("kind", ["--want", "median"], says: "--want median: is for numbers (--task regression)"),
    mixed("number", ["--want", "probability"], says: "--want probability: is for classes and labels"),
    mixed("number", ["--cost", "1:5"], says: "for numbers use --cost-ratio UNDER:OVER"),
    mixed("number", ["--task", "labels"], 65, says: "is one column, and --task labels needs several"),
    // The config's loss reads values, and a person says otherwise.
    advise(
      ["config.json", "--task", "counts"], "a,b,y\n1,2,red\n3,4,blue\n5,6,red\n", 65, ranks: [0],
      says: "holds words ('blue'), and --task counts needs numbers"),
    advise(["config.json", "--features", "x"], ranks: [0], says: "--features: goes with --data"),
    advise(
      ["--data", "data.csv", "--features", "x", "--target", "y"], ranks: [0],
      says: "--features: is for files of several arrays"),
    advise(
      ["--data", "x.npy", "--targets", "y.npy", "--target", "y"], ranks: [0], says: "--target: an array has no columns"),
    advise(
      ["--data", "data.csv", "--targets", "y"], ranks: [0], says: "--targets: is for arrays (.npy); of a table name"),
    advise(["--data", "x.h5", "--target", "y"], ranks: [0], says: "name the arrays with --features and --targets"),
    advise(["--data", "x.svm", "--target", "y"], ranks: [0], says: "have one target, their labels; take it out"),
    advise(["--data", "x.svm", "--targets", "y"], ranks: [0], says: "have one target, their labels; take them out"),
    advise(["--data", "x.npz"], nil, 66, ranks: [0], says: "x.npz: no such file"),
    advise(
      ["config.json", "--task", "classification"], mixedTable,
      set: [#"data.train.targets=["a","count"]"#, #"loss="mse""#],
      65, ranks: [0], says: "the targets are 2 columns, and classes are one; use --task labels or --task regression"),
    mixed("kind", ["--want", "mean"], says: "--want mean: is for numbers (--task regression), and "),
    mixed("kind", ["--want", "quantile:0.9"], says: "--want quantile:0.9: is for numbers (--task regression)"),
    mixed("number", ["--task", "distribution"], 65, says: "is one column, and --task distribution needs several"),
    mixed("kind", ["--task", "shares"], 65, says: "holds words ('x'"),
    column("no value", ["", "", ""], says: "target 'y' has no value in any row; name another column"),
    column(
      "dates", ["2020-01-10", "2020-01-11", "2020-02-01"], says: "holds dates, which are neither classes nor numbers"),
    column(
      "names", (1...25).map { "n\($0)" }, says: "has 25 different words in 25 rows, which are names of rows rather than"
    ),
    column(
      "classes beyond what numbers tell apart", ["9007199254740993", "9007199254740995"], ["--task", "classification"],
      says: "holds whole numbers beyond 9e15"),
    column(
      "too many classes", (0...1000).map { "\($0)" }, ["--task", "classification"],
      says: "has more than 1000 different values, too many for classes; use --task regression"),
    column("no rows", [], says: "has no rows of data; at least one is needed"),
    // What is advised needs another last layer, or another metric to watch.
    advise(
      ["config.json", "--check"], words,
      set: [#"loss="mse""#, "model.layers[0].units=1", #"training.early_stopping={"metric":"rmse"}"#], 78,
      says: "--check: what is advised cannot be compared with this config: "),
    advise(
      ["config.json", "--check"], words.replacing("z", with: "x"),
      set: [
        #"loss="mse""#, "data.train.targets=number", "model.layers[0].units=1",
        #"data.columns={"number":{"transform":"standard"}}"#,
      ], 78, ranks: [0], says: "--check: the config does not take the loss 'binary_cross_entropy': "),
  ]
}
