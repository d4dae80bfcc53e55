internal import Collectives
package import Datasets
internal import Metrics
internal import Networks
internal import Optimization
internal import Platform

extension Trainer {
  /// Trains from the step that was reached to the end, or until all ranks agree to stop; collective.
  package func train() throws -> TrainingOutcome { try train(nil) }

  /// As above, with something to do between steps.
  func train(_ surroundings: (any TrainingSurroundings)?) throws -> TrainingOutcome {
    do { return try steps(surroundings) } catch let divergence as Divergence { return .diverged(divergence) }
  }

  private func steps(_ surroundings: (any TrainingSurroundings)?) throws -> TrainingOutcome {
    let isFirst = cluster.rank == 0
    began = began ?? Clock.now() - earlierSeconds
    // What was made before is in the means, not in this clock.
    var mark = Clock.now(), samples = 0, isOver = selection.isPatienceOver
    for step in stepsTaken..<max(stepsTaken, totalSteps) where !isOver {
      let words = surroundings?.words ?? (control: 0, writtenCheckpoint: -1)
      let outcome = try self.step(step, control: words.control, written: words.writtenCheckpoint)
      stepsTaken = step + 1
      epochMean.add(outcome)
      interval.add(outcome)
      interval.samples += batchCount(of: step)
      samples += batchCount(of: step)
      let epoch = step / stepsPerEpoch
      let endsEpoch = (step + 1) % stepsPerEpoch == 0 || step + 1 == totalSteps
      if endsEpoch || (step + 1) % config.output.logEverySteps == 0 {
        let now = Clock.now()
        try sinks.tell(
          .trained(
            TrainingFigures(
              step: step + 1, steps: totalSteps, epoch: epoch + 1, epochs: config.training.epochs,
              loss: interval.value, learningRate: learningRate(at: step),
              samplesPerSecond: Double(samples) / max(1e-9, now - mark), seconds: seconds)))
        interval = LossMean()
        (mark, samples) = (now, 0)
      } else if isFirst, step % 16 == 0 {
        try sinks.tell(.stepped(step + 1, of: totalSteps, seconds: seconds))
      }
      if endsEpoch {
        isOver = try endEpoch(epoch, mean: epochMean.value)
        epochMean = LossMean()
        (mark, samples) = (Clock.now(), 0)
      }
      let moment = TrainingMoment(outcome: outcome, endsEpoch: endsEpoch, isLast: step + 1 == totalSteps || isOver)
      guard let outcome = try surroundings?.between(moment) else { continue }
      stopClock()
      return outcome
    }
    return .finished
  }

  /// Validation and what watches it.
  /// - Returns: whether training ends early.
  private func endEpoch(_ epoch: Int, mean: Double) throws -> Bool {
    let result = try evaluate(.validation)
    try data.prepared.requireUnchanged(cluster)
    if let result { try sinks.tell(.evaluated(result, part: .validation, step: stepsTaken, epoch: epoch + 1)) }
    try sinks.tell(.endedEpoch(epoch + 1, of: config.training.epochs, loss: mean, validation: result))
    guard let result else { return false }
    if let schedule = config.optimizer.schedule.plateau, let plateauMetric {
      plateau.note(
        result.value(of: plateauMetric).value, higherIsBetter: plateauMetric.higherIsBetter,
        base: config.optimizer.optimizer.learningRate, schedule: schedule)
    }
    let isOver = selection.note(result, step: stepsTaken)
    for watch in watches where watch.isWaiting && waitingSince[watch.key] == nil {
      let value = result.value(of: watch.metric)
      waitingSince[watch.key] = value
      sinks.warn("validation \(value.name) has no value (\(value.reason ?? "")); until it has one, \(watch.meanwhile)")
    }
    return isOver
  }

  /// Takes the weights that are handed over in the place of the last ones, for good, and evaluates them; collective.
  ///
  /// - Parameter testing: whether the test rows are looked at.
  /// - Throws: ``Divergence`` where weights are not finite, or no step has changed one.
  package func conclude(testing: Bool = true) throws -> [(part: DataPart, result: Evaluation.Result)] {
    try requireFiniteWeights(step: stepsTaken)
    try requireUpdate()
    for watch in watches {
      if let reason = neverHadValue(watch) { sinks.warn("\(reason); \(watch.afterwards)") }
    }
    selection.choose()
    executor.renewDerived()
    var results: [(part: DataPart, result: Evaluation.Result)] = []
    if let result = try evaluate(.validation) { results.append((.validation, result)) }
    let test = testing ? try evaluate(.test) : nil
    try data.prepared.requireUnchanged(cluster)
    if let result = test {
      results.append((.test, result))
      let epoch = (stepsTaken + stepsPerEpoch - 1) / stepsPerEpoch
      try sinks.tell(.evaluated(result, part: .test, step: stepsTaken, epoch: epoch))
    }
    return results
  }
}
