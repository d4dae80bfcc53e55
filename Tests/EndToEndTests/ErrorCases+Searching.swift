/// Keys, budgets and halvings that cannot be searched.
extension ErrorCase {
  private static func space(_ text: String) -> [String: [UInt8]] { ["space.json": Array(text.utf8)] }

  private static let rate = ["--search", "optimizer.learning_rate=0.001..0.1:log"]
  private static let values = [#"loss="mse""#, "model.layers[0].units=1"]
  private static let quantile = [#"loss={"type":"quantile","quantiles":[0.5]}"#, "model.layers[0].units=1"]
  /// Rows enough to set some apart.
  private static let table: [String: [UInt8]] = [
    "data.csv": Array("a,b,y\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n9,8,0\n7,6,1\n4,4,0\n2,3,1\n8,1,0\n6,2,1\n".utf8)
  ]

  static let searching: [ErrorCase] = [
    sweep(
      "a key alone", ["--search", "seed"], files: table, ranks: [0, 2],
      says: "--search seed: expected KEY=[VALUE, …], KEY=LOW..HIGH, or"),
    sweep(
      "a broken list", ["--search", "seed=[1,"], files: table,
      says: "expected a JSON list of values behind '=', like seed=[1,2]"),
    sweep(
      "one number", ["--search", "seed=3"], files: table,
      says: "--search seed=3: expected KEY=[VALUE, …]"),
    sweep(
      "ends that are no numbers", ["--search", "seed=a..b"], files: table,
      says: "'a' is no number; expected two numbers with '..' between"),
    sweep(
      "an unknown scale", ["--search", "seed=1..2:lin"], files: table,
      says: "'lin' behind a colon; expected log, int, or the points of a grid"),
    sweep(
      "an empty list", ["--search", "seed=[]"], files: table,
      says: "the list of values is empty; give two or more"),
    sweep(
      "a value twice", ["--search", "seed=[1,1.0]"], files: table,
      says: "the value 1 is in the list twice"),
    sweep(
      "the greater end first", ["--search", "optimizer.learning_rate=0.1..0.01"], files: table,
      says: "there is nothing from 0.1 to 0.01; give the smaller number first"),
    sweep(
      "a range of one", ["--search", "optimizer.learning_rate=0.1..0.1"], files: table,
      says: "there is one number from 0.1 to 0.1"),
    sweep(
      "a logarithm of 0", ["--search", "optimizer.learning_rate=0..0.1:log"], files: table,
      says: "a log scale needs numbers above 0, found 0"),
    sweep(
      "a range without an end", ["--search", "optimizer.learning_rate=-1e308..1e308"], files: table,
      says: "is wider than numbers can be"),
    sweep(
      "whole numbers with fractions", ["--search", "model.layers[0].units=1.5..4:int"], files: table,
      says: "a range of whole numbers needs whole numbers up to 2^53 as its ends, found 1.5"),
    sweep(
      "a grid of one point", ["--search", "optimizer.learning_rate=0.1..1:1"], files: table,
      says: "a range has from 2 to 10000 points in a grid, found 1"),
    sweep(
      "an unknown loss", ["--search", #"loss=["mse","fokal"]"#], files: table,
      says: "--search loss: unknown loss 'fokal'; did you mean 'focal'?"),
    sweep(
      "a key twice", ["--search", "seed=[1,2]", "--search", "seed=[3,4]"], files: table,
      says: "--search seed: this key is searched twice"),
    sweep(
      "a key inside another", ["--search", "optimizer.learning_rate=0.1..1", "--search", #"optimizer=["sgd"]"#],
      files: table,
      says: "the search also sets optimizer.learning_rate, and one of the two is inside the other"),
    sweep(
      "more keys than a point has", (1...65).flatMap { ["--search", "k\($0)=1..2"] }, files: table,
      says: "there are 65 keys, at most 64 can be searched at once"),
    sweep(
      "more values than are read", ["--search", "seed=\(Array(0...10_000))"], files: table,
      says: "there are 10001 values, at most 10000 are allowed; give a range instead"),
    sweep(
      "fewer points than trials", ["--search", "seed=[1,2]", "--trials", "3"], files: table,
      says: "there are 2 different points, and 3 trials; give fewer --trials"),
    sweep(
      "one point and several trials", ["--search", "seed=[1]", "--trials", "3"], files: table,
      says: "there is 1 different point, and 3 trials; give fewer --trials"),
    sweep(
      "points that are drawn again and again", ["--search", "seed=0.1..0.10000000000000002", "--trials", "9"],
      files: table,
      says: "points that were drawn only 2 differ, and 9 trials were asked for"),
    sweep(
      "a budget and its key", ["--search", "training.epochs=[1,2]", "--budget", "3", "epochs"], files: table,
      says: "how long trials are trained is the budget, which is the same for all"),
    sweep(
      "a grid and trials", rate + ["--method", "grid", "--trials", "3"], files: table,
      says: "--trials: a grid has one trial for each of its points"),
    sweep(
      "too many trials", rate + ["--trials", "10001"], files: table,
      says: "there would be 10001 trials, at most 10000 are allowed; give fewer --trials"),
    sweep(
      "a grid too large",
      ["--search", "seed=1..999:int:101", "--search", "optimizer.learning_rate=1..2:100", "--method", "grid"],
      files: table,
      says: "there would be 10100 trials, at most 10000 are allowed; give fewer --grid-points"),
    sweep(
      "a grid beyond numbers", (1...6).flatMap { ["--search", "k\($0)=1..2:10000"] } + ["--method", "grid"],
      files: table,
      says: "there would be more trials than can be counted"),
    sweep(
      "too many trials of Hyperband",
      rate + ["--hyperband", "--budget", "2000000", "steps", "--min-budget", "1", "--eta", "2"], files: table,
      says: "at most 10000 are allowed; give a larger --min-budget or --eta"),
    sweep(
      "a least budget above the whole", rate + ["--halving", "--min-budget", "9"], files: table,
      says: "--min-budget 9: expected from 1 to the whole budget of 1 epoch"),
    sweep(
      "a budget that is not divided", rate + ["--halving"], files: table,
      says: "a budget of 1 epoch cannot be divided by 3; give a larger --budget"),
    sweep(
      "a budget with too much left", rate + ["--halving", "--budget", "9", "epochs", "--min-budget", "5"], files: table,
      says: "a budget of 9 epochs cannot be divided by 3 with 5 left"),
    sweep(
      "Hyperband and a grid", rate + ["--hyperband", "--method", "grid", "--budget", "9", "epochs"], files: table,
      says: "--hyperband decides itself how many trials there are, and a grid does too"),
    sweep(
      "Hyperband and trials", rate + ["--hyperband", "--trials", "3", "--budget", "9", "epochs"], files: table,
      says: "--trials: --hyperband decides itself how many trials there are"),
    sweep(
      "halving of few", rate + ["--halving", "--trials", "2", "--budget", "9", "epochs"], files: table,
      says: "--halving: of 2 trials one in 3 goes on, which is none"),
    sweep(
      "halving of one", rate + ["--halving", "--trials", "1", "--budget", "9", "epochs"], files: table,
      says: "--halving: of 1 trial one in 3 goes on, which is none"),
    sweep(
      "a least budget without halving", rate + ["--min-budget", "2"],
      says: "--min-budget says how trials are ended early; give --halving or --hyperband"),
    sweep(
      "a budget in words", rate + ["--budget", "many"],
      says: "--budget 'many': expected a number of epochs or steps"),
    sweep(
      "a grid of one point for all", rate + ["--method", "grid", "--grid-points", "1"],
      says: "--grid-points takes a whole number from 2 to 1000"),
    sweep(
      "a value that its key does not take", ["--search", "optimizer.learning_rate=[0.1,-1]", "--trials", "2"],
      files: table, code: 78, ranks: [0, 2],
      says: "optimizer.learning_rate: expected a number ≥ 0, found -1 (trial "),
    sweep(
      "an unknown key", ["--search", "optimizer.learning_rat=[0.1,1]", "--trials", "2"], files: table, code: 78,
      says: "optimizer.learning_rat: unknown key; did you mean 'learning_rate'?"),
    sweep(
      "a path with a gap", ["--search", "a..b=[1,2]", "--trials", "2"], files: table,
      says: "an empty key in 'a..b'"),
    sweep(
      "data read in many ways", ["--search", "seed=1..40:int", "--method", "grid", "--grid-points", "40"], files: table,
      code: 78,
      says: "the trials read their data in more than 32 ways (keys of 'data', or the seed)"),
    sweep(
      "other kinds of targets", ["--search", #"loss=["categorical_cross_entropy","mse"]"#, "--trials", "2"],
      files: table, code: 78,
      says:
        "predicts something else than the first one, and no metric is of both; search losses that read targets alike"),
    sweep(
      "a column that is not there", ["--search", #"data.train.features=[["a"],["zz"]]"#, "--trials", "2"], files: table,
      code: 78,
      says: "has no column 'zz'; known: a, b, y"),
    sweep(
      "a metric of one trial alone",
      ["--search", "loss.quantiles=[[0.5],[0.9]]", "--trials", "2", "--metric", "pinball_loss"], overrides: quantile,
      files: table,
      says: ", so it cannot be judged by that; name a metric that all trials have"),
    sweep(
      "a metric that one trial cannot have",
      ["--search", #"loss=["categorical_cross_entropy","hinge"]"#, "--trials", "2", "--metric", "log_loss"],
      files: table, code: 78,
      says: "log_loss needs a loss with a probability for each class"),
    sweep(
      "a target that one trial refuses", ["--search", #"loss=["mse","gamma"]"#, "--trials", "2"], overrides: values,
      files: table, code: 65,
      says: "target 0.0 is not allowed; this loss takes numbers above 0 (candidate "),
    sweep(
      "the loss as metric", rate + ["--metric", "loss"], files: table,
      says: "--metric: each candidate has a loss of its own"),
    sweep(
      "only a fold too many", rate + ["--trials", "2", "--folds", "2", "--only", "trial=1,fold=3"], files: table,
      says: "folds go from 1 to 2"),
    sweep(
      "only of one that diverges", ["--search", "seed=[1,2]", "--trials", "2", "--only", "trial=1"],
      overrides: values + ["optimizer.learning_rate=1e30"], files: table, code: 76, ranks: [0, 2],
      says: "the training diverged after 1 step"),
    sweep(
      "an output that is a file", rate, files: ["run": [120]], code: 74,
      says: "not a directory one can write to; choose another with --output"),
    sweep(
      "no directory", rate, overrides: ["output.directory="], files: table, code: 78,
      says: "output.directory: an empty text names no directory"),
    sweep(
      "a directory for keys", ["--space", "."], code: 66,
      says: "a directory, not a file; give the path of a JSON file after --space"),
    sweep(
      "space: a list", ["--space", "space.json"], files: space("[1]"), code: 78,
      says: "expected an object with a member for each key, like"),
    sweep(
      "space: not whole", ["--space", "space.json"], files: space("{"), code: 78,
      says: "not valid JSON"),
    sweep(
      "space: a number", ["--space", "space.json"], files: space(#"{"seed": 3}"#), code: 78, ranks: [0, 2],
      says: "seed: expected a list of values or an object with 'range', found a number (3)"),
    sweep(
      "space: an unknown key", ["--space", "space.json"], files: space(#"{"seed": {"rang": [1,2]}}"#), code: 78,
      says: "seed: unknown key 'rang'; did you mean 'range'?"),
    sweep(
      "space: choices of one", ["--space", "space.json"], files: space(#"{"seed": {"choices": 3}}"#), code: 78,
      says: "seed: 'choices' is a list of values and stands alone"),
    sweep(
      "space: half a range", ["--space", "space.json"], files: space(#"{"seed": {"range": [1]}}"#), code: 78,
      says: "seed: expected 'range' with two numbers"),
    sweep(
      "space: a range of words", ["--space", "space.json"], files: space(#"{"seed": {"range": [1,"a"]}}"#), code: 78,
      says: #"seed: expected two numbers, found text ("a"); give [LOW, HIGH]"#),
    sweep(
      "space: another scale", ["--space", "space.json"], files: space(#"{"seed": {"range": [1,2], "scale": "cubic"}}"#),
      code: 78,
      says: #"seed: 'scale' is "linear" or "log", found "cubic""#),
    sweep(
      "space: integer as a number", ["--space", "space.json"],
      files: space(#"{"seed": {"range": [1,2], "integer": 1}}"#), code: 78,
      says: "seed: 'integer' is true or false, found 1"),
    sweep(
      "space: points in words", ["--space", "space.json"], files: space(#"{"seed": {"range": [1,2], "points": "a"}}"#),
      code: 78,
      says: "seed: 'points' is a whole number, found"),
    sweep(
      "space: no keys", ["--space", "space.json"], files: space("{}"),
      says: "nothing to search: give --search KEY=LOW..HIGH or KEY=[VALUE, …]"),
    sweep(
      "space: an unknown loss", ["--space", "space.json"], files: space(#"{"loss": ["fokal"]}"#), code: 78,
      says: "space.json: loss: unknown loss 'fokal'; did you mean 'focal'?"),
    sweep(
      "space: a loss without its number", ["--space", "space.json"], files: space(#"{"loss": ["focal:x"]}"#), code: 78,
      says: "space.json: loss: 'focal:x': expected a number behind the colon"),
  ]
}
