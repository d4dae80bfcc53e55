internal import Collectives
internal import Datasets
internal import Kernels
internal import Metrics
internal import Networks
internal import Specs

extension Trainer {
  /// What the predictions of each target are multiplied with to be means, where its logarithms were learned by a loss
  /// that seeks means: by the residuals of the training rows, weights counted; collective.
  ///
  /// - Returns: none where there is nothing to say; a factor that is not finite is warned of and left out.
  package func smearingFactors() throws -> [RunSummary.SmearingFactor] {
    guard data.description.targetNormalization.takesLogarithms, config.loss.loss.seeksMeans,
      data.description.targetKind == .values, loss.prediction.areOutputs(.identity), stepsTaken > 0
    else { return [] }
    executor.phaseMark.set(.evaluating, step: stepsTaken)
    let evaluation = try Evaluation(
      memory: executor.memory, loss: loss, metrics: [SmearingFactor()], context: context, threads: options.threads)
    let result = try evaluation.run(
      rows, description: data.description, classWeights: classWeights, cluster: cluster)
    guard let value = result.metrics.first else { return [] }
    let description = data.description
    let names = description.targetNormalization.logarithms(of: description.targetWidth).map {
      description.targetNames[$0]
    }
    return zip(names, value.numbers).compactMap { name, number in
      if let reason = number.reason {
        sinks.warn("the smearing factor of '\(name.excerpt(40))' has no value (\(reason))")
        return nil
      }
      return .init(target: name, factor: number.value)
    }
  }
}
