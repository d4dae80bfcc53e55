/// What the rules know of a loss beside what it says itself.
struct LossNote {
  /// The loss of one sample: p the prediction, y the target, z an output before its link.
  let formula: String
  /// What is given up by it.
  let cost: String
  /// The problems that it is for.
  let problems: Set<ProblemReading.Kind>
  /// What it is for, as the end of a sentence that begins with `is for`.
  let purpose: String
  let group: LossGroup

  private static let values: Set<ProblemReading.Kind> = [.numbers, .positive, .counts, .amounts, .shares]

  /// The standard losses by kind. A loss that is added to the registry and is not here is neither ranked nor refused.
  static let all: [String: LossNote] = [
    "mse": LossNote(
      formula: "(p − y)²", cost: "one value far off counts as much as thousands that are near", problems: values,
      purpose: "means of numbers", group: .squared),
    "mae": LossNote(
      formula: "|p − y|", cost: "predicts medians, and its slope does not shrink near the target", problems: values,
      purpose: "medians of numbers", group: .robust),
    "huber": LossNote(
      formula: "½ (p − y)² up to delta, delta · (|p − y| − ½ delta) beyond",
      cost: "5 % more rows needed where errors are normal after all; between mean and median where they are skewed",
      problems: values, purpose: "numbers with some far off", group: .robust),
    "smooth_l1": LossNote(
      formula: "½ (p − y)² / beta below beta, |p − y| − ½ beta beyond",
      cost: "huber in another scale: the slope far out is 1", problems: values, purpose: "numbers with some far off",
      group: .robust),
    "log_cosh": LossNote(
      formula: "log cosh(p − y)", cost: "goes over to absolute errors at 1, a place that is not settable",
      problems: values, purpose: "numbers with some far off", group: .robust),
    "quantile": LossNote(
      formula: "level · (y − p) where y ≥ p, else (1 − level) · (p − y)",
      cost: "an output for each level; far levels need many rows", problems: values,
      purpose: "quantiles and intervals", group: .quantile),
    "gaussian_nll": LossNote(
      formula: "½ (s + (y − m)² e^−s), two outputs: mean m and log variance s",
      cost: "twice the outputs, and rows with a large predicted spread are fitted less", problems: values,
      purpose: "a mean and a spread for each row", group: .spread),
    "msle": LossNote(
      formula: "(log(1 + p) − log(1 + y))²", cost: "predicts a geometric centre, below the mean", problems: values,
      purpose: "ratios of numbers that are not negative", group: .positive),
    "gamma": LossNote(
      formula: "2 (y / p − 1 − log(y / p)), p = e^z", cost: "small values count as much as large ones",
      problems: values, purpose: "positive values whose spread grows with them", group: .positive),
    "poisson": LossNote(
      formula: "p − y log p, p = e^z", cost: "predicts means alone: no spread", problems: values,
      purpose: "counts", group: .counts),
    "tweedie": LossNote(
      formula: "2 (y^(2−ρ) / ((1−ρ)(2−ρ)) − y p^(1−ρ) / (1−ρ) + p^(2−ρ) / (2−ρ)), p = e^z",
      cost: "one power for all rows, and no separate chance of 0", problems: values,
      purpose: "amounts that are often 0", group: .amounts),
    "binary_cross_entropy": LossNote(
      formula: "−log of the right side's probability, by the sigmoid of z",
      cost: "a wrong label that the model is sure of counts much", problems: [.binary, .labels, .shares],
      purpose: "yes or no, labels and shares", group: .binary),
    "categorical_cross_entropy": LossNote(
      formula: "−log of the right class's probability, by the softmax of z", cost: "an output for each class",
      problems: [.binary, .classes, .distribution], purpose: "one class out of several", group: .classes),
    "focal": LossNote(
      formula: "−(1 − q)^gamma log q, q the right class's probability",
      cost: "probabilities are no longer calibrated", problems: [.binary, .classes],
      purpose: "classes, most of them easy", group: .classes),
    "poly1": LossNote(
      formula: "−log q + epsilon (1 − q), q the right class's probability",
      cost: "one more number to tune, and probabilities are no longer calibrated", problems: [.binary, .classes],
      purpose: "classes", group: .classes),
    "hinge": LossNote(
      formula: "max(0, margin − s z), s = ±1", cost: "no probabilities: costs and thresholds cannot be set afterwards",
      problems: [.binary, .classes], purpose: "decisions without probabilities", group: .classes),
    "squared_hinge": LossNote(
      formula: "max(0, margin − s z)², s = ±1",
      cost: "no probabilities: costs and thresholds cannot be set afterwards", problems: [.binary, .classes],
      purpose: "decisions without probabilities", group: .classes),
    "kl_divergence": LossNote(
      formula: "Σ t log(t / q), q the softmax of z", cost: "the targets must add up to 1 in each row",
      problems: [.distribution], purpose: "shares of classes that add up to 1", group: .distribution),
    "cosine": LossNote(
      formula: "1 − p · y / (|p| |y|)", cost: "lengths are not learned", problems: [],
      purpose: "directions, such as embeddings, whose lengths do not matter", group: .squared),
    "expression": LossNote(
      formula: "a formula of your own", cost: "no one has tried it", problems: [],
      purpose: "formulas of your own, for which no data speak", group: .squared),
    "sum": LossNote(
      formula: "a weighted sum of other losses", cost: "weights to choose", problems: [],
      purpose: "several goals at once, which no data ask for", group: .squared),
  ]
}
