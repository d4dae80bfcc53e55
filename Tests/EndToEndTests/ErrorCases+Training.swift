/// Losses, costs, metrics, optimizers, schedules, and targets that a loss cannot take.
extension ErrorCase {
  /// Wrong keys of the config: read on one rank, so four ranks show nothing new.
  static func alone(_ key: String, _ value: String, says: String) -> ErrorCase {
    var entry = set(key, value, says: says)
    entry.ranks = [0]
    return entry
  }

  private static func loss(_ text: String, says: String) -> ErrorCase { alone("loss", "{\(text)}", says: says) }

  /// Targets outside a loss's domain: found in the data, so on the rank that holds them.
  private static func targets(_ loss: String, _ table: String, columns: Int = 1, code: Int32 = 65, says: String)
    -> ErrorCase
  {
    ErrorCase(
      name: "targets: \(loss), \(says)",
      overrides: [
        #"loss={"type": "\#(loss)"}"#, "model.layers[0].units=\(columns)",
        columns == 1 ? "data.train.targets=y" : #"data.train.targets=["y", "z"]"#,
      ], files: ["data.csv": Array(table.utf8)], code: code, says: says)
  }

  private static func weights(_ name: String, _ table: String, says: String) -> ErrorCase {
    ErrorCase(
      name: "weights: \(name)", overrides: ["data.train.sample_weight=w"], files: ["data.csv": Array(table.utf8)],
      code: 65, says: says)
  }

  private static let validation = #"data.validation={"fraction": 0.4}"#

  private static func validated(_ key: String, _ value: String, says: String) -> ErrorCase {
    ErrorCase(
      name: "\(key)=\(value), with validation", overrides: [validation, "\(key)=\(value)"], code: 78, ranks: [0],
      says: says)
  }

  static let training: [ErrorCase] =
    [
      loss(#""type": "categorical_cross_entropy", "label_smoothing": 1"#, says: "< 1"),
      loss(#""type": "focal", "gamma": -1"#, says: "loss.gamma"),
      loss(#""type": "focal", "alpha": 2"#, says: "loss.alpha"),
      loss(#""type": "hinge", "variant": "vapnik""#, says: "loss.variant"),
      loss(#""type": "huber", "delta": 0"#, says: "loss.delta: expected a number ≥ 1e-30"),
      loss(#""type": "huber""#, says: "give the last layer 1 unit"),
      loss(#""type": "mse", "reduction": "max""#, says: "known: mean, sum"),
      loss(#""type": "mse", "class_weights": "balanced""#, says: "only losses on classes have class weights"),
      loss(#""type": "mse", "cost": {"false_positive": 2}"#, says: "only losses on classes have costs"),
      loss(#""type": "quantile", "quantiles": [1.5]"#, says: "loss.quantiles[0]"),
      loss(#""type": "quantile", "quantiles": []"#, says: "at least 1"),
      loss(#""type": "tweedie", "power": 3"#, says: "> 1 and < 2"),
      loss(#""type": "sum", "terms": []"#, says: "at least 1"),
      loss(#""type": "sum", "terms": [{"weight": 1}]"#, says: "loss.terms[0]: key 'loss' is required"),
      loss(#""type": "sum", "terms": [{"weight": -1, "loss": {"type": "mse"}}]"#, says: "loss.terms[0].weight"),
      loss(#""type": "expression""#, says: "key 'per_sample' is required"),
      loss(#""type": "expression", "per_sample": "(p-y""#, says: "column 5: expected ')'"),
      loss(#""type": "expression", "per_sample": "p-z""#, says: "column 3: unknown name 'z'"),
      loss(#""type": "expression", "per_sample": "1""#, says: "nothing can be learned"),
      alone("loss.class_weights", "[0,0]", says: "all classes weigh 0"),
      alone("loss.class_weights", "equal", says: "\"balanced\""),
      alone("loss.class_weights", "[]", says: "\"balanced\""),
      alone("loss.cost", #"{"matrix": [[0,1],[1,0]], "false_positive": 2}"#, says: "not both"),
      alone("loss.cost", #"{"matrix": [[0,1]]}"#, says: "as many as there are rows"),
      alone("loss.cost", #"{"matrix": [[0,-1],[1,0]]}"#, says: "loss.cost.matrix[0][1]"),
      alone("loss.cost", #"{"matrix": [[0,1,1],[1,0,1],[1,1,0]]}"#, says: "loss.cost"),
      alone("metrics", #"["r2"]"#, says: "r2 needs a loss on values"),
      alone("metrics", #"["coverage"]"#, says: "coverage needs the loss quantile"),
      alone("metrics", #"[{"type": "top_k_accuracy", "k": 0}]"#, says: "metrics[0].k"),
      alone("metrics", #"[{"type": "f1", "average": "mean"}]"#, says: "known: auto, binary"),
      alone("optimizer", #"{"type": "adam", "beta_1": 1}"#, says: "did you mean 'beta1'?"),
      alone("optimizer", #"{"type": "adam", "beta1": 1}"#, says: "< 1"),
      alone("optimizer", #"{"type": "adam", "epsilon": 0}"#, says: "optimizer.epsilon"),
      alone("optimizer.l1", "-1", says: "≥ 0"),
      alone("optimizer.parameter_groups", #"[{"match": "q.*", "l1": 1}]"#, says: "fits no parameter; known: layers.0"),
      alone("optimizer.parameter_groups", #"[{"l1": 1}]"#, says: "key 'match' is required"),
      alone("optimizer.parameter_groups", #"[{"match": "*", "beta": 1}]"#, says: "unknown key"),
      alone("optimizer.schedule", "7", says: "expected an object"),
      alone("optimizer.schedule", #"{"type": "multi_step"}"#, says: "at_steps or at_epochs"),
      alone("optimizer.schedule", #"{"type": "constant", "warmup_stepz": 1}"#, says: "did you mean 'warmup_steps'?"),
      alone("optimizer.schedule", #"{"type": "reduce_on_plateau"}"#, says: "needs validation data"),
      validated(
        "optimizer.schedule", #"{"type": "reduce_on_plateau", "metric": "f1"}"#, says: "not among the metrics"),
      validated("training.early_stopping", #"{"metric": "f1"}"#, says: "not among the metrics"),
      validated("training.early_stopping", #"{"patience": -1}"#, says: "whole number"),
      alone("training.restore_best", "true", says: "needs validation data"),
      alone("training.gradient_clip_norm", "0", says: "> 0"),
      alone("training.gradient_clip_value", "-1", says: "> 0"),
      alone(
        "data.augmentation", #"[{"type": "random_crop"}]"#, says: "data.augmentation[0]: random_crop needs samples of"),
      alone("data.augmentation", #"[{"type": "rotate"}]"#, says: "unknown augmentation 'rotate'"),
      alone("data.mapping", "sometimes", says: "known: auto, always, never"),
      alone("training.micro_steps", "0", says: "whole number"),
      alone("training.ema", #"{"decay": 1}"#, says: "< 1"),
      alone("training.ema", "0.9", says: "expected an object"),
      alone("training.on_non_finite", "ignore", says: "known: stop, skip_step"),
      targets(
        "msle", "a,y\n1,0.5\n3,-1\n", says: "line 3: target -1.0 is not allowed; this loss takes numbers above -1"),
      targets("gaussian_nll", "a,y\n1,0.5\n3,1\n", code: 78, says: "a mean and a log-variance"),
      targets("poisson", "a,y\n1,0.5\n3,-1\n", says: "takes numbers from 0 on"),
      targets("gamma", "a,y\n1,0.5\n3,0\n", says: "line 3: target 0.0 is not allowed; this loss takes numbers above 0"),
      targets("tweedie", "a,y\n1,0.5\n3,-1\n", says: "line 3"),
      targets("kl_divergence", "a,y,z\n1,0.5,0.5\n3,0.9,0.2\n", columns: 2, says: "line 3: the targets add up to 1.1"),
      targets("binary_cross_entropy", "a,y,z\n1,0.5,1\n3,1.5,0\n", columns: 2, says: "takes numbers from 0 to 1"),
      targets("hinge", "a,y,z\n1,0.5,1\n3,1.5,0\n", columns: 2, says: "takes -1 and 1"),
      targets("binary_cross_entropy", "a,y\n1,0\n3,1\n4,2\n", code: 78, says: "two classes, found 3"),
      weights("negative", "a,w,y\n1,1,0\n3,-1,1\n", says: "line 3: the sample weight -1"),
      ErrorCase(
        name: "more memory than any machine has",
        overrides: [#"model.layers=[{"type":"dense","units":1048576},{"type":"dense","units":2}]"#],
        arguments: ["config.json", "--threads", "4096", "--quiet"], code: 78, says: "for layers' outputs, "),
      weights("all zero", "a,w,y\n1,0,0\n3,0,1\n", says: "all train samples weigh 0"),
    ]
}
