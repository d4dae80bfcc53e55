/// Losses with a domain beside normalized targets, weights of every scale, and gradients that are not finite.
extension ErrorCase {
  /// A loss of values on `y`, one output.
  private static func values(
    _ name: String, loss: String, table: String, _ overrides: [String] = [], code: Int32 = 76, ranks: [Int] = [0, 2],
    says: String
  ) -> ErrorCase {
    ErrorCase(
      name: "\(name): \(overrides.joined(separator: " "))",
      overrides: ["loss=\(loss)", "model.layers[0].units=1"] + overrides,
      files: ["data.csv": Array(table.utf8)], code: code, ranks: ranks, says: says)
  }

  /// Targets that are normalized though the loss takes only some numbers.
  private static func normalized(_ loss: String, _ method: String = "standard", says: String) -> ErrorCase {
    values(
      "normalized", loss: loss, table: "a,y\n1,2\n3,4\n", ["data.normalize_targets=\(method)"], code: 78, ranks: [0],
      says: says)
  }

  /// Targets whose logarithms are taken.
  private static func logarithms(_ method: String, _ table: String, _ overrides: [String] = [], says: String)
    -> ErrorCase
  {
    values(
      "logarithms", loss: #"{"type": "mse"}"#, table: table, ["data.normalize_targets=\(method)"] + overrides, code: 65,
      says: says)
  }

  /// An own loss that is 0 where its slope is 0/0: at p = y, which the weight 1 and the bias 0 give for every row with
  /// y = a.
  private static func cusp(_ overrides: [String], table: String = "a,y\n1,3\n2,2\n-1,1\n4,3\n", says: String)
    -> ErrorCase
  {
    values(
      "cusp", loss: #"{"type": "expression", "per_sample": "sqrt((p-y)^2)"}"#, table: table,
      [
        #"model.layers[0].initializer={"type": "constant", "value": 1}"#, #"model.layers[0].bias_initializer="zeros""#,
        "data.shuffle=false",
        "training.global_batch_size=4", "parallel.shards=2",
      ] + overrides, says: says)
  }

  private static func weighted(_ name: String, _ table: String, _ overrides: [String] = [], says: String) -> ErrorCase {
    ErrorCase(
      name: "weights: \(name)", overrides: ["data.train.sample_weight=w"] + overrides,
      files: ["data.csv": Array(table.utf8)], code: 65, ranks: [0, 2], says: says)
  }

  static let losses: [ErrorCase] =
    [
      normalized(#"{"type": "msle"}"#, says: "the loss 'msle' takes numbers above -1"),
      normalized(#"{"type": "poisson"}"#, says: "the loss 'poisson' takes numbers from 0 on"),
      normalized(#"{"type": "tweedie"}"#, says: "the loss 'tweedie' takes numbers from 0 on"),
      normalized(#"{"type": "gamma"}"#, says: "data.normalize_targets: the loss 'gamma' takes numbers above 0"),
      normalized(#"{"type": "kl_divergence"}"#, says: "the loss 'kl_divergence' takes shares"),
      normalized(#"{"type": "binary_cross_entropy"}"#, says: "takes classes, or numbers from 0 to 1"),
      normalized(#"{"type": "categorical_cross_entropy"}"#, says: "takes classes, or shares"),
      normalized(#"{"type": "hinge"}"#, says: "takes classes, or -1 and 1"),
      normalized(#"{"type": "squared_hinge"}"#, says: "takes classes, or -1 and 1"),
      normalized(#"{"type": "focal"}"#, says: "'standard' is for values, but the loss wants classes; remove the key"),
      normalized(
        #"{"type": "sum", "terms": [{"loss": {"type": "mse"}}, {"loss": {"type": "msle"}}]}"#,
        says: "the loss 'sum' takes numbers above -1"),
      .set("data.normalize_targets", "log10", says: "did you mean 'log1p'?"),
      normalized(
        #"{"type": "poisson"}"#, "log",
        says:
          "data.normalize_targets: the loss 'poisson' takes numbers from 0 on, and logarithms of targets, normalized, are numbers of both "
          + "signs around 0; remove normalize_targets, or use a loss that takes any number, such as mse or huber"),
      normalized(#"{"type": "gamma"}"#, "log1p", says: "the loss 'gamma' takes numbers above 0, and logarithms"),
      normalized(#"{"type": "tweedie"}"#, "log1p", says: "the loss 'tweedie' takes numbers from 0 on, and logarithms"),
      normalized(#"{"type": "msle"}"#, "log", says: "the loss 'msle' takes numbers above -1, and logarithms"),
      normalized(#"{"type": "hinge"}"#, "log", says: "takes classes, or -1 and 1, and logarithms"),
      normalized(#"{"type": "binary_cross_entropy"}"#, "log1p", says: "takes classes, or numbers from 0 to 1, and log"),
      normalized(#"{"type": "categorical_cross_entropy"}"#, "log", says: "takes classes, or shares"),
      normalized(#"{"type": "kl_divergence"}"#, "log", says: "the loss 'kl_divergence' takes shares"),
      normalized(
        #"{"type": "gaussian_nll"}"#, "log",
        says: "the loss 'gaussian_nll' predicts deviations, and those of logarithms are none of the targets; set "),
      normalized(
        #"{"type": "sum", "terms": [{"loss": {"type": "gaussian_nll"}}]}"#, "log1p",
        says: "the loss 'sum' predicts deviations"),
      logarithms(
        "log", "a,y\n1,2\n3,0\n",
        says:
          "data.csv: line 3: target 'y' is 0, and 'log' takes the logarithms of numbers above 0; correct it, or set "
          + "data.normalize_targets to 'log1p' (numbers above -1) or 'standard'"),
      logarithms(
        "log1p", "a,y\n1,-1\n3,4\n",
        says: "data.csv: line 2: target 'y' is -1, and 'log1p' takes the logarithms of numbers above -1; correct it"),
      logarithms(
        "log", "a,y\n1,2\n3,4\n1,5\n2,8\n3,7\n3,-4\n", [#"data.test={"fraction": 0.5}"#],
        says: "data.csv: line 7: target 'y' is -4, and 'log' takes"),
    ] + [
      cusp(
        [],
        says:
          "step 0: the gradient of the loss is not finite (rank 0, shard 0, data.csv: line 3; by the output of layers.0"
      ),
      cusp(["training.gradient_clip_value=1"], says: "data.csv: line 3"),
      cusp(["training.gradient_clip_norm=1"], says: "the gradient of the loss is not finite"),
      cusp(["training.micro_steps=2", "optimizer.type=adam"], says: "the gradient of the loss is not finite"),
      cusp(
        ["parallel.overlap=true", "parallel.bucket_mb=0.001", #"training.ema={"decay": 0.5}"#],
        says: "the gradient of the loss is not finite"),
      cusp(["parallel.update=sharded", "optimizer.l2=0.1"], says: "the gradient of the loss is not finite"),
      cusp(["parallel.wire=float16", "parallel.invariant=false"], says: "the gradient of the loss is not finite"),
      cusp(["optimizer.type=lars"], says: "the gradient of the loss is not finite"),
      cusp(
        ["training.on_non_finite=skip_step", "training.epochs=3", "training.gradient_clip_value=1"],
        says: "all 3 steps were skipped"),
      // The rates overflow float32 in the gradient of the last layer, from a loss whose gradient is finite.
      values(
        "overflow", loss: #"{"type": "mse"}"#, table: "a,y\n3e30,-3e15\n1e30,3e15\n",
        [#"model.layers[0].initializer="zeros""#],
        says: "step 0: the gradient of layers.0.weight is not finite, though the loss and its gradient are"),
      values(
        "overflow", loss: #"{"type": "mse"}"#, table: "a,y\n3e30,-3e15\n1e30,3e15\n",
        [#"model.layers[0].initializer="zeros""#, "training.gradient_clip_value=1", "optimizer.type=lion"],
        says: "the gradient of layers.0.weight"),
      values(
        "overflow", loss: #"{"type": "mse"}"#, table: "a,y\n3e30,-3e15\n1e30,3e15\n",
        [#"model.layers[0].initializer="zeros""#, "training.on_non_finite=skip_step"],
        says: "the only step was skipped"),
      // The square of a gradient overflows in the optimizer, which would leave the weight where it is for good.
      values(
        "state", loss: #"{"type": "mse"}"#, table: "a,y\n3e10,-3e12\n1e10,3e12\n",
        [#"model.layers[0].initializer="zeros""#, "optimizer.type=adam"],
        says: "the optimizer's state of layers.0.weight is not finite, though the gradient is"),
      values(
        "update", loss: #"{"type": "mse"}"#, table: "a,y\n3e10,-3e12\n1e10,3e12\n",
        [#"model.layers[0].initializer="zeros""#, "optimizer.learning_rate=1e30", "training.on_non_finite=skip_step"],
        says: "layers.0.weight holds values that are not finite after its update, though the gradient is"),
    ] + [
      weighted(
        "too small for double", "a,w,y\n1,1e-400,0\n3,1,1\n", says: "line 2: the sample weight 1e-400 is not allowed"),
      weighted(
        "too large for double", "a,w,y\n1,1,0\n3,1e999,1\n", says: "line 3: the sample weight 1e999 is not allowed"),
      weighted(
        "lost", "a,w,y\n1,1e-300,0\n3,1,1\n", says: "line 2: the sample weight 1e-300 is lost beside the largest, 1"),
      weighted("all zero, as text", "a,w,y\n1,0e5,0\n3,-0,1\n", says: "all train samples weigh 0"),
      weighted(
        "lost with class weights", "a,w,y\n1,1e-25,0\n3,1,1\n", ["loss.class_weights=[1e-25, 1]"],
        says: "line 2: the sample weight 1e-25 times its class's weight 1e-25 is lost"),
      weighted(
        "zero with class weights", "a,w,y\n1,1,0\n3,0,1\n", ["loss.class_weights=[0, 1]"],
        says: "all train samples weigh 0 times their class's weight"),
      weighted(
        "a formula of w", "a,w,y\n1,1e30,0\n3,2e30,1\n",
        [#"loss={"type": "expression", "per_sample": "w*(p-y)^2"}"#, "model.layers[0].units=1"],
        says: "the formula of the loss uses w"),
      alone("loss.class_weights", "[1e-40, 1]", says: "more than a factor of 1e30 apart"),
      alone("loss", #"{"type": "huber", "delta": 1e-300}"#, says: "loss.delta: expected a number ≥ 1e-30"),
      alone("loss", #"{"type": "smooth_l1", "beta": 1e300}"#, says: "≤ 1e+30"),
      alone("loss", #"{"type": "binary_cross_entropy", "positive_weight": 1e-50}"#, says: "loss.positive_weight"),
      alone("loss", #"{"type": "hinge", "margin": 1e-50}"#, says: "loss.margin"),
      alone("loss", #"{"type": "quantile", "quantiles": [0.99999999]}"#, says: "loss.quantiles[0]"),
      alone(
        "loss", #"{"type": "sum", "terms": [{"weight": 1e-100, "loss": {"type": "mse"}}]}"#,
        says: "loss.terms[0].weight"),
      alone("loss", #"{"type": "sum", "terms": [{"weight": 0, "loss": {"type": "mse"}}]}"#, says: "all terms weigh 0"),
      alone("data.normalize", #"{"scale": 1e-300}"#, says: "scale"),
    ]
}
