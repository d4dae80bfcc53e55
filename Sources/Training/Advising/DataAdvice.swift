package import Advice
internal import Datasets
internal import Kernels
internal import Metrics
internal import Networks
internal import Specs

/// Advice on the loss of some data, with what a report says of the data besides.
package struct DataAdvice: Sendable {
  package var advice: LossAdvice
  /// The losses that are advised, ready to paste; in the order of ``LossAdvice/ranked``.
  package var losses: [AdvisedLoss]
  /// The file of the training rows.
  package var file: String
  package var targets: [String]
  /// Training rows.
  package var rows: Int
  package var features: Int
  /// Features that a fit has been given; 0: there is no fit.
  package var fittedFeatures: Int
  /// What a person should know of the rows.
  package var notes: [String]
  /// The loss that a config has; nil: no person has chosen one.
  package var stated: StatedLoss?
}

/// The loss that a config has already, and what the advice says of it.
package struct StatedLoss: Sendable, Equatable {
  package var kind: String
  /// Its place among those that are advised, from 1; nil: it is none of them.
  package var rank: Int?
  /// Why it is ruled out; nil: it is not.
  package var problem: String?
}

/// A loss that is advised for some data, as a config takes it.
package struct AdvisedLoss: Sendable {
  package var candidate: Candidate
  /// Units of the last layer; nil: not told.
  package var units: Int?
}

extension DataAdvice {
  /// Looks at data that ``LoadedData/forAdvice(_:request:isStated:options:cluster:)`` has read.
  ///
  /// - Parameter config: the config that they are of; its loss is looked at where a person has chosen it.
  /// - Throws: `RunError` where what the person says does not go with the targets.
  package init(
    _ data: LoadedData, config: RunConfig, request: AdviceRequest, isStated: Bool, progress: () -> Void = {}
  ) throws {
    let description = data.description
    file = data.trainingFile
    targets = description.targetNames
    (rows, features) = (description.count(of: .train), description.featureCount)
    try request.requireTargets(description, file: file)
    var request = request
    if request.classCosts == nil, isStated { request.classCosts = config.loss.classCosts(description) }
    let input = data.adviceInput(request, progress: progress)
    progress()
    var advice = LossAdvice(input)
    try request.requireReading(advice.reading, file: file, target: input.targetName)
    if isStated, description.targetKind == .classes, description.labelKind == .numbers, request.task == nil {
      advice.reading.reason += "; the config's loss reads classes"
      if !advice.reading.alternatives.contains(.regression) { advice.reading.alternatives.append(.regression) }
    }
    losses = advice.ranked.map { AdvisedLoss($0, reading: advice.reading, description: description) }
    fittedFeatures = advice.fit == nil ? 0 : input.features.count
    notes = data.notes
    stated = isStated ? StatedLoss(type(of: config.loss.loss).kind, advice) : nil
    self.advice = advice
  }
}

extension StatedLoss {
  init(_ kind: String, _ advice: LossAdvice) {
    self.kind = kind
    rank = advice.ranked.firstIndex { $0.kind == kind }.map { $0 + 1 }
    problem =
      rank == nil
      ? advice.ruledOut.first { $0.kind == kind }.map { out in (out.place.map { "\($0): " } ?? "") + out.reason } : nil
  }
}

extension AdvisedLoss {
  init(_ candidate: Candidate, reading: ProblemReading, description: DataDescription) {
    self.candidate = candidate
    let spec = try? FieldReader.readVariant(candidate.loss, LossRegistry.standard, path: "loss").0
    units = spec.flatMap { Self.units(of: $0, reading, targets: description.targetWidth) }
  }

  /// Units that a last layer has where the loss takes its outputs, by what the loss itself says.
  private static func units(of spec: any LossSpec, _ reading: ProblemReading, targets: Int) -> Int? {
    // Numbers of few values may be read as classes.
    let isClasses = (reading.kind == .binary || reading.kind == .classes) && spec.targets != .values
    let classes = isClasses ? reading.classes.count : 0, width = isClasses ? 0 : max(1, targets)
    let counts = Set((1...16).map { $0 * max(1, width) } + [max(1, classes)]).sorted()
    return counts.first { count in
      let context = LossContext(
        output: Port(Shape([count])), classes: classes, targetWidth: width, path: "loss")
      return (try? spec.makeLoss(context)) != nil
    }
  }
}

extension Double {
  /// The number with so many digits that count.
  func rounded(digits: Int) -> Double {
    guard isFinite, self != 0 else { return self }
    var exponent = 0, size = magnitude
    while size >= 10, exponent < 330 { (size, exponent) = (size / 10, exponent + 1) }
    while size < 1, exponent > -330 { (size, exponent) = (size * 10, exponent - 1) }
    let places = digits - 1 - exponent
    // Powers of ten beyond 10²² are none in double.
    guard abs(places) <= 22 else { return self }
    var power = 1.0
    for _ in 0..<abs(places) { power *= 10 }
    return places >= 0 ? (self * power).rounded() / power : (self / power).rounded() * power
  }
}
