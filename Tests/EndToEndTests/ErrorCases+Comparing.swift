/// What cannot be compared.
extension ErrorCase {
  private static func compare(
    _ name: String, _ arguments: [String], overrides: [String] = [], files: [String: [UInt8]] = [:], code: Int32 = 64,
    ranks: [Int] = [0],
    says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "compare: \(name)", overrides: overrides, files: files, arguments: ["compare", "config.json"] + arguments,
      code: code,
      ranks: ranks, says: says)
  }

  private static let two = ["--losses", "categorical_cross_entropy,focal:2"]
  /// Six rows, with a group of one value, one with a value for each row, and times of which one is none.
  private static let table: [String: [UInt8]] = [
    "data.csv": Array(
      "a,b,y,one,own,when\n1,2,0,k,1,1\n3,4,1,k,2,2\n5,6,0,k,3,3\n7,8,1,k,4,4\n9,8,0,k,5,5\n7,6,1,k,6,soon\n".utf8)
  ]
  private static let twoFeatures = [#"data.train.features=["a","b"]"#]

  static let comparing: [ErrorCase] = [
    compare("nothing", [], ranks: [0, 2], says: "nothing to compare: give --losses mse,huber or --vary"),
    compare("one loss", ["--losses", "focal"], says: "there is one candidate"),
    compare(
      "unknown loss", ["--losses", "focal,fokal"], ranks: [0, 2],
      says: "--losses: unknown loss 'fokal'; did you mean 'focal'?"),
    compare(
      "no parameter", ["--losses", "mae:1,mse"], says: "'mae:1': the loss 'mae' has no parameter that is a number"),
    compare(
      "unknown key", ["--vary", "optimizer.learning_rat=[1,2]"], code: 78, ranks: [0, 2],
      says: "(candidate 'optimizer.learning_rat=1')"),
    compare("no list", ["--vary", "optimizer.learning_rate=0.1"], says: "expected a JSON list of values behind '='"),
    compare("no key", ["--vary", "[1,2]"], says: "expected KEY=[VALUE, …]"),
    compare("one fold", two + ["--folds", "1"], says: "--folds takes a whole number from 2 to"),
    compare("folds beyond rows", two + ["--folds", "4"], code: 65, ranks: [0, 2], says: "there are 3 rows to cut"),
    compare("no repeat", two + ["--repeats", "0"], says: "--repeats takes a whole number from 1 to"),
    compare("region", two + ["--region=-1"], says: "--region takes a number from 0 on"),
    compare("until", two + ["--until", "bored"], says: "--until takes 'sure', found 'bored'"),
    compare(
      "until and repeats", two + ["--until", "sure", "--repeats", "3"], says: "give --max-repeats instead of --repeats"),
    compare("max-repeats alone", two + ["--max-repeats", "3"], says: "--max-repeats goes with --until sure"),
    compare("groups and time", two + ["--groups", "a", "--time", "b"], says: "folds are cut in one way"),
    compare(
      "unknown group", two + ["--folds", "2", "--groups", "site"], code: 78, ranks: [0, 2], says: "site"),
    compare(
      "one group", two + ["--folds", "2", "--groups", "one"], overrides: twoFeatures, files: table, code: 65,
      says: "--groups: column 'one' has 1 group, and 2 folds need one each at least"),
    compare(
      "groups with one member", two + ["--folds", "2", "--groups", "own"], overrides: twoFeatures, files: table,
      code: 65,
      ranks: [0, 2],
      says: "groups of one member keep nothing together"),
    compare(
      "no time", two + ["--folds", "2", "--time", "when"], overrides: twoFeatures, files: table, code: 65,
      says: "'soon' has no place in time, and --time cuts rows by it"),
    compare(
      "group by target", two + ["--folds", "2", "--groups", "y"], code: 78,
      says: "--groups names column 'y', which is a target"),
    compare(
      "unknown metric", two + ["--folds", "2", "--metrics", "acuracy"],
      says: "--metrics: unknown metric 'acuracy'; did you mean 'accuracy'?"),
    compare(
      "no direction", two + ["--folds", "2", "--metrics", "confusion_matrix"],
      says: "of confusion_matrix neither more nor less is better"),
    compare(
      "unfit metric", two + ["--folds", "2", "--metrics", "rmse"], code: 78,
      says: "rmse needs a loss on values, like mse"),
    compare(
      "values and classes", ["--losses", "categorical_cross_entropy,mse", "--folds", "2"],
      overrides: ["model.layers[0].units=2"],
      code: 78, ranks: [0, 2], says: "mse"),
    compare(
      "rows that are dropped", ["--vary", #"data.train.features=[["a"],["b"]]"#, "--folds", "2"],
      overrides: [#"data.missing="drop_row""#],
      files: ["data.csv": Array("a,b,y\n,2,0\n3,,1\n5,6,0\n7,8,1\n9,8,0\n7,6,1\n".utf8)], code: 78, ranks: [0, 2],
      says: "leaves out others where features are others"),
    compare(
      "metric of an empty name", two + ["--metrics", "accuracy,,f1"], says: "--metrics 'accuracy,,f1': expected names"),
    compare(
      "no metric at all", two + ["--metrics", ""], says: "--metrics '': expected names of metrics with commas between"),
    compare(
      "a file as metric", two + ["--folds", "2", "--metrics", "runs/a/metrics.jsonl"], ranks: [0, 2],
      says: "'runs/a/metrics.jsonl' is no metric's name: names stand with commas between"),
    compare(
      "the loss as metric", two + ["--folds", "2", "--metrics", "loss"],
      says: "--metrics: each candidate has a loss of its own"),
    compare("losses with a gap", ["--losses", "mse,,mae"], says: "--losses 'mse,,mae': expected names of losses"),
    compare(
      "no number behind a colon", ["--losses", "mse,huber:x"],
      says: "'huber:x': expected a number behind the colon"),
    compare(
      "a key varied twice", ["--vary", "seed=[1,2]", "--vary", "seed=[3,4]"],
      says: "--vary seed: this key is varied twice"),
    compare(
      "too many candidates",
      ["--vary", "seed=\(Array(1...40))", "--vary", "training.epochs=\(Array(1...40))"],
      says: "there are more than 1000 candidates"),
    compare("an empty list", ["--vary", "seed=[]"], says: "expected a JSON list of values behind '='"),
    compare(
      "other rows", ["--vary", #"data.validation=[{"fraction":0.3},{"fraction":0.6}]"#, "--folds", "2"],
      overrides: ["data.test={\"fraction\":0.3}"], code: 78,
      says: "learn from other rows than each other (data.validation)"),
    compare(
      "nobody to watch", two + ["--folds", "2"],
      overrides: ["data.validation={\"fraction\":0.3}", "training.restore_best=true"],
      files: ["data.csv": Array("a,b,y\n1,2,0\n3,4,1\n".utf8)], code: 65,
      says: "fold 1: of its 1 training row none can be set apart to watch"),
    compare(
      "one row", two + ["--folds", "2"], files: ["data.csv": Array("a,b,y\n1,2,0\n".utf8)], code: 65,
      says: "--folds 2: there is 1 row to cut, and each fold needs one; give more rows"),
    compare(
      "few times", two + ["--folds", "2", "--time", "one"], overrides: twoFeatures,
      files: ["data.csv": Array("a,b,y,one\n1,2,0,1\n3,4,1,1\n3,4,0,1\n".utf8)], code: 65,
      says: "--time: column 'one' has 1 different value, and 2 folds in time need 3 at least"),
    compare(
      "a fold without weight", two + ["--folds", "2"],
      overrides: [#"data.train.features=["a"]"#, #"data.train.sample_weight="b""#],
      files: ["data.csv": Array("a,b,y\n1,0,0\n2,0,1\n3,1,1\n4,0,0\n".utf8)], code: 65,
      says: "samples weigh 0; give some a sample weight above 0 (of the rows of fold 1)"),
    compare("a repeat too many", two + ["--repeats", "10001"], says: "--repeats takes a whole number from 1 to 10000"),
    compare(
      "no repeat at most", two + ["--until", "sure", "--max-repeats", "0"], says: "--max-repeats takes a whole number"),
    compare("region of no number", two + ["--region", "nan"], says: "--region takes a number from 0 on, found nan"),
    compare(
      "no directory", two, overrides: ["output.directory="], code: 78,
      says: "output.directory: an empty text names no directory"),
    ErrorCase(
      name: "compare: an empty --output", overrides: ["output.directory=x"],
      arguments: ["compare", "config.json", "--output", ""] + two, code: 64, ranks: [0],
      says: "--output: an empty text names"),
    ErrorCase(
      name: "an empty --output", overrides: ["output.directory=x"], arguments: ["config.json", "--output", ""],
      code: 64,
      says: "--output: an empty text names no directory"),
    .set("checkpoint.directory", "", says: "checkpoint.directory: an empty text names no directory"),
    compare("trace", two + ["--trace", "t"], says: "--trace shows one training"),
    compare("only", two + ["--folds", "2", "--only", "fold=1"], says: "expected repeat=1,fold=3,candidate=NAME"),
    compare(
      "only of nobody", two + ["--folds", "2", "--only", "repeat=1,fold=1,candidate=focal"],
      says: "--only: there is no candidate 'focal'; did you mean 'focal:2'?"),
    compare(
      "only a fold too many", two + ["--folds", "2", "--only", "repeat=1,fold=3,candidate=focal:2"],
      says: "folds from 1 to 2"),
    compare(
      "an unknown loss among values", ["--vary", #"loss=["focal","fokal"]"#],
      says: "--vary loss: unknown loss 'fokal'; did you mean 'focal'?"),
    compare(
      "a path with a gap", ["--vary", "a..b=[1,2]"],
      says: "--vary a..b=1: an empty key in 'a..b'"),
    compare(
      "a layer that is not there", ["--vary", "model.layers[9].units=[1,2]"],
      says: "--vary model.layers[9].units=1: there is no entry [9]"),
    compare(
      "a value that its key does not take", ["--vary", "optimizer.learning_rate=[0.1,-1]"], code: 78,
      says: "expected a number ≥ 0, found -1 (candidate 'optimizer.learning_rate=-1')"),
    compare(
      "kinds of targets", ["--losses", "categorical_cross_entropy,mse", "--folds", "2"], code: 78,
      says: "one learns classes and the other values of the same targets, and no metric is of both"),
    compare(
      "rows that one drops", ["--vary", #"data.train.features=[["a"],["a","b"]]"#, "--folds", "2"],
      overrides: [#"data.missing="drop_row""#],
      files: ["data.csv": Array("a,b,y\n1,,0\n3,4,1\n5,6,0\n7,8,1\n9,8,0\n7,6,1\n".utf8)], code: 78,
      says: "learn from other rows than each other (6 and 5 rows)"),
    compare(
      "a column that one does not find", ["--vary", #"data.train.features=[["a"],["zz"]]"#, "--folds", "2"], code: 78,
      ranks: [0, 2],
      says: "has no column 'zz'; known: a, b, y"),
    compare(
      "a target that one refuses", ["--losses", "mse,gamma", "--folds", "2"], overrides: ["model.layers[0].units=1"],
      code: 65, ranks: [0, 2],
      says: "target 0.0 is not allowed; this loss takes numbers above 0 (candidate 'gamma')"),
    compare(
      "a metric of one alone", ["--vary", "loss.quantiles=[[0.5],[0.9]]", "--metrics", "pinball_loss", "--folds", "2"],
      overrides: [#"loss={"type":"quantile","quantiles":[0.5]}"#, "model.layers[0].units=1"],
      says: "--metrics: there is no pinball_loss.0.5 of candidate 'loss.quantiles=[0.9]'"),
    compare(
      "groups fewer than folds", two + ["--folds", "3", "--groups", "a"], overrides: [#"data.train.features=["b"]"#],
      files: ["data.csv": Array("a,b,y\n1,2,0\n1,4,1\n5,6,0\n5,8,1\n".utf8)], code: 65,
      says: "--groups: column 'a' has 2 groups, and 3 folds need one each at least"),
    compare(
      "a parameter out of range", ["--losses", "mse,huber:-1"], code: 78,
      says: "loss.delta: expected a number ≥ 1e-30 and ≤ 1e+30, found -1 (candidate 'huber:-1')"),
    compare(
      "an output that is a file", two + ["--folds", "2"], files: ["run": [120]], code: 74,
      says: "not a directory one can write to; choose another with --output"),
    compare(
      "only a repeat before the first", two + ["--folds", "2", "--only", "repeat=0,fold=1,candidate=focal:2"],
      says: "repeats from 1 to 10000 and folds from 1 to 2"),
    compare(
      "only of one that diverges", ["--losses", "mse,mae", "--folds", "2", "--only", "repeat=1,fold=2,candidate=mse"],
      overrides: ["model.layers[0].units=1", "optimizer.learning_rate=1e30"],
      files: ["data.csv": Array("a,b,y\n9,1,4\n2,7,5\n3,3,9\n4,1,2\n5,9,6\n6,2,8\n".utf8)], code: 76, ranks: [0, 2],
      says: "step 1: layers.0.bias holds values that are not finite after its update"),
  ]
}
