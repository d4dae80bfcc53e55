internal import Specs

/// Losses of classes, labels and distributions.
enum ClassRanking {
  static let calibration =
    "no class weights are advised: they do not order rows any better and make probabilities wrong; train without them and decide by cost "
    + "afterwards: \"cost\" beside the loss, with the threshold that validation gives"

  /// - Parameter shares: of each class, in order.
  static func contenders(_ kind: ProblemReading.Kind, shares: [Double], costs: ClassCosts?) -> [Contender] {
    let least = shares.min() ?? 0
    let balance =
      shares.isEmpty ? "" : "the rarest class has \(NumberText.percent(least)) of the rows"
    let rare = least < 0.1
    let unbalanced = ["accuracy alone says little where one class is rare"]
    switch kind {
    case .binary:
      var metrics = ["log_loss", "roc_auc", rare ? "average_precision" : "accuracy"]
      if costs != nil { metrics.append("expected_cost") }
      return [
        Contender(
          "binary_cross_entropy", 1, outputs: 1, group: .binary,
          reasons: [balance, "a proper score: least at the true probability"], warnings: rare ? unbalanced : [],
          metrics: metrics),
        Contender(
          "categorical_cross_entropy", 0.6, outputs: 2, group: .binary,
          reasons: ["the same score with two outputs where one does"], metrics: metrics),
        Contender(
          "focal", rare ? 0.45 : 0.3, outputs: 1, group: .binary, reasons: ["leaves out what is easily right"],
          warnings: ["its probabilities are not calibrated"], metrics: ["roc_auc", "average_precision"]),
        Contender(
          "poly1", 0.25, outputs: 1, group: .binary, reasons: ["pushes harder where it is uncertain"],
          warnings: ["its probabilities are not calibrated"], metrics: ["roc_auc", "average_precision"]),
        Contender(
          "squared_hinge", 0.2, outputs: 1, group: .binary, reasons: ["decisions alone"],
          metrics: ["accuracy", "balanced_accuracy"]),
        Contender(
          "hinge", 0.15, outputs: 1, group: .binary, reasons: ["decisions alone"],
          metrics: ["accuracy", "balanced_accuracy"]),
      ]
    case .classes:
      let metrics = ["log_loss", "accuracy", "balanced_accuracy"]
      return [
        Contender(
          "categorical_cross_entropy", 1, group: .classes,
          reasons: [balance, "a proper score: least at the true probabilities"], warnings: rare ? unbalanced : [],
          metrics: metrics),
        Contender(
          "focal", rare ? 0.45 : 0.3, outputs: shares.count, reasons: ["leaves out what is easily right"],
          warnings: ["its probabilities are not calibrated"], metrics: ["balanced_accuracy", "accuracy"]),
        Contender(
          "poly1", 0.25, outputs: shares.count, reasons: ["pushes harder where it is uncertain"],
          warnings: ["its probabilities are not calibrated"], metrics: ["balanced_accuracy", "accuracy"]),
        Contender(
          "squared_hinge", 0.2, outputs: shares.count, reasons: ["decisions alone"],
          metrics: ["accuracy", "balanced_accuracy"]),
        Contender(
          "hinge", 0.15, outputs: shares.count, reasons: ["decisions alone"],
          metrics: ["accuracy", "balanced_accuracy"]),
      ]
    case .labels:
      return [
        Contender(
          "binary_cross_entropy", 1, group: .labels,
          reasons: ["each label is a yes or no of its own, and several may hold together"], metrics: [])
      ]
    case .distribution:
      return [
        Contender(
          "categorical_cross_entropy", 1, group: .distribution,
          reasons: ["the shares of a row add up to 1, and so do its predictions"], metrics: []),
        Contender(
          "kl_divergence", 0.9, group: .distribution,
          reasons: ["the same slopes, and 0 where predictions are perfect"], metrics: []),
      ]
    default: return []
    }
  }
}
