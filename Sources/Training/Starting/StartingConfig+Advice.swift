internal import Advice
internal import Collectives
internal import Datasets
internal import Foundation
internal import Specs

extension StartingConfig {
  /// Reads the data as the config does, and takes what advice on their training rows says of the loss.
  ///
  /// Where a fraction of the rows leaves none to watch the training, as of classes of one row each, none are set apart.
  ///
  /// - Parameter baseDirectory: that the config's paths start from.
  /// - Throws: the failure of data that the config could not be trained on either.
  package mutating func takeAdvice(baseDirectory: String) throws {
    let request = AdviceRequest(task: reading.isClasses ? .classification : nil)
    let config = try RunConfig(ConfigValue.parse(Data(text.utf8), file: name, comments: .skipped))
    let data = try LoadedData.forAdvice(
      config, request: request, isStated: reading.isClasses, mayLackValidation: true,
      options: RunOptions(baseDirectory: baseDirectory, outputDirectory: "", threads: 1), cluster: SoloCluster())
    if recipe.validation != nil, data.description.count(of: .validation) == 0 {
      (recipe.validation, recipe.patience) = (nil, nil)
    }
    // What cannot be advised on is read all the same.
    guard let advice = try? DataAdvice(data, config: config, request: request, isStated: false) else {
      return
    }
    take(advice)
  }

  /// Takes the loss that advice puts first, where the figures that are watched get no worse by it.
  ///
  /// A starting config is judged by log loss, RMSE and Poisson deviance, so a loss for another functional than the mean
  /// is named, not taken: for classes the loss stays, counts stay with `poisson`; amounts that are often 0 take
  /// `tweedie` with its power, numbers far off `huber` with its delta, or `mse` where the features explain them.
  mutating func take(_ advice: DataAdvice) {
    guard let first = advice.losses.first else { return }
    let kind = first.candidate.kind
    switch reading.task {
    case .binary, .classes: return
    case .counts:
      if kind == "tweedie", advice.advice.reading.kind == .amounts {
        (goal.loss, goal.parameters) = (kind, first.candidate.parameters)
        goal.comment = "amounts, often 0; the network's output is the logarithm of their mean"
      } else if kind != goal.loss {
        goal.comment += Self.hint(first)
      }
    case .heavyTails:
      if kind == "mse" {
        (goal.loss, goal.parameters) = (kind, [])
        goal.comment = "numbers with a few far off, which the features explain: squared errors"
      } else {
        // Its delta is one of targets that are normalized as these are.
        let huber = advice.losses.first { $0.candidate.kind == goal.loss && $0.candidate.targetTransform == .standard }
        goal.parameters = huber?.candidate.parameters ?? []
        if kind != goal.loss { goal.comment += Self.hint(first) }
      }
    case .numbers: if kind != goal.loss { goal.comment += Self.hint(first) }
    }
  }

  private static func hint(_ loss: AdvisedLoss) -> String {
    "; ptrain advise puts \(loss.candidate.kind) first, and says why"
  }
}
