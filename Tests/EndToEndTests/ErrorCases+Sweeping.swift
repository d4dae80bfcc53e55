/// What cannot be searched.
extension ErrorCase {
  static func sweep(
    _ name: String, _ arguments: [String], overrides: [String] = [], files: [String: [UInt8]] = [:], code: Int32 = 64,
    ranks: [Int] = [0], says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "sweep: \(name)", overrides: overrides, files: files, arguments: ["sweep", "config.json"] + arguments,
      code: code, ranks: ranks, says: says)
  }

  private static let rate = ["--search", "optimizer.learning_rate=0.001..0.1:log"]
  /// Rows enough to set some apart.
  private static let table: [String: [UInt8]] = [
    "data.csv": Array("a,b,y\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n9,8,0\n7,6,1\n4,4,0\n2,3,1\n8,1,0\n6,2,1\n".utf8)
  ]

  static let sweeping: [ErrorCase] = [
    sweep("nothing", [], ranks: [0, 2], says: "nothing to search: give --search KEY=[VALUE, …]"),
    sweep("method", rate + ["--method", "lucky"], says: "--method takes grid, random or sobol, found 'lucky'"),
    sweep("no trial", rate + ["--trials", "0"], says: "--trials takes a whole number from 1 to"),
    sweep("eta", rate + ["--halving", "--eta", "1"], says: "--eta takes a whole number from 2 to"),
    sweep("both", rate + ["--halving", "--hyperband"], says: "--halving is one bracket of --hyperband"),
    sweep(
      "budget in seconds", rate + ["--budget", "30", "seconds"],
      says: "--budget '30 seconds': a budget in time would give other results on another machine"),
    sweep(
      "budget beyond what is allowed", rate + ["--budget", "2000000", "epochs"],
      says: "--budget '2000000 epochs': expected from 1 to 1000000 epochs"),
    sweep("eta without halving", rate + ["--eta", "2"], says: "--eta says how trials are ended early; give --halving"),
    sweep("points without a grid", rate + ["--grid-points", "4"], says: "--grid-points are those of a grid"),
    sweep("one fold", rate + ["--folds", "1"], says: "--folds takes a whole number from 2 to"),
    sweep("folds beyond rows", rate + ["--folds", "4"], code: 65, ranks: [0, 2], says: "there are 3 rows to cut"),
    sweep("trace", rate + ["--trace", "t"], says: "--trace shows one training"),
    sweep(
      "no space", rate + ["--space", "nowhere.json"], code: 66, ranks: [0, 2], says: "nowhere.json"),
    sweep(
      "unknown metric", rate + ["--metric", "acuracy"], files: table, ranks: [0, 2],
      says: "--metric: unknown metric 'acuracy'; did you mean 'accuracy'?"),
    sweep(
      "no direction", rate + ["--metric", "confusion_matrix"], files: table,
      says: "--metric: of confusion_matrix neither more nor less is better"),
    sweep(
      "unfit metric", rate + ["--metric", "rmse"], files: table, code: 78, says: "rmse needs a loss on values, like mse"
    ),
    sweep(
      "no trial of that number", rate + ["--trials", "3", "--only", "trial=4"], files: table,
      says: "trials go from 1 to 3"),
    sweep("only", rate + ["--only", "4"], files: table, says: "expected trial=3, trial=3,rung=1 or trial=3"),
    sweep(
      "only a rung too many", rate + ["--trials", "3", "--only", "trial=1,rung=2"], files: table,
      says: "rungs of trial 1 go from 1 to 1"),
  ]
}
