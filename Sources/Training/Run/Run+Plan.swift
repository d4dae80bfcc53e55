internal import Datasets
internal import Networks
internal import Specs

extension Run {
  /// What would be trained, over several lines: data, layers, memory, steps.
  package var plan: String {
    let data = trainer.data, description = data.description
    var lines = [trainer.headline, ""]
    lines.append(
      "data      features \(description.featureShape), \(data.prepared.layout.sources[0].featureTypes), raw, once per node: "
        + bytes(data.prepared.layout.byteCount)
        + (data.prepared.cachedRows.map {
          ", mapped from \($0.isNameless ? "a file without a name" : "the cache"), in no memory of their own"
        } ?? ""))
    let mapped = data.prepared.layout.mapped.map { "\($0.file.oneLine) \(bytes($0.byteCount))" }
    if !mapped.isEmpty {
      lines.append(pad("", 10) + "mapped, in no memory of their own: \(mapped.joined(separator: ", "))")
    }
    if !description.classNames.isEmpty {
      lines.append(
        "          \(description.classNames.count.counted("class")): \(description.classNames.prefix(12).joined(separator: ", "))"
      )
    }
    lines += (trainer.classShareLines + trainer.classLines).map { pad("", 10) + $0 }
    lines += partLines.map { pad("", 10) + $0 }
    lines += data.notes.map { "          \($0)" }
    lines.append("layer     \(pad("type", 14))\(pad("output", 12))parameters")
    for (index, row) in trainer.network.outline.enumerated() {
      lines.append(pad("\(index)", 10) + pad(row.kind, 14) + pad("\(row.output)", 12) + "\(row.parameterCount)")
    }
    for (index, line) in config.loss.loss.explanation.enumerated() {
      lines.append(pad(index == 0 ? "loss" : "", 10) + line)
    }
    lines += targetLines.map { pad("", 10) + $0 }
    for (index, line) in trainer.memoryPlan.lines.enumerated() {
      lines.append(pad(index == 0 ? "memory" : "", 10) + line)
    }
    for (index, line) in spaceLines.enumerated() { lines.append(pad(index == 0 ? "space" : "", 10) + line) }
    for watch in trainer.watches { lines.append("watched   \(watch.metric.words) (\(watch.key))") }
    lines.append("steps     \(trainer.stepsPerEpoch) in an epoch, \(trainer.totalSteps) in all")
    let rates = SchedulePlot.draw(steps: trainer.totalSteps, trainer.learningRate)
    if Set((0..<min(trainer.totalSteps, 10_000)).map(trainer.learningRate)).count > 1 {
      lines.append("learning rate")
      lines += rates
    }
    for remark in remarks { lines.append("advice    \(remark)") }
    lines.append("the config is fine")
    return lines.joined(separator: "\n") + "\n"
  }

  /// What the loss sees of targets, where that is not what the data hold.
  private var targetLines: [String] {
    let description = trainer.data.description
    guard description.targetKind == .values else { return [] }
    let transforms = description.targetTransforms(config.data.normalizeTargets)
    guard let first = transforms.first, transforms.contains(where: { $0 != .none }) else { return [] }
    let start = "targets are normalized: in the loss and its options, y and p are "
    guard Set(transforms).count > 1 else { return [start + first.formula] }
    return [start + "of each target its own"]
      + TargetTransform.allCases.compactMap { transform in
        let names = zip(description.targetNames, transforms).filter { $0.1 == transform }.map {
          "'\($0.0.excerpt(40))'"
        }
        guard !names.isEmpty else { return nil }
        return "  \(names.prefix(12).joined(separator: ", "))"
          + (names.count > 12 ? ", … (\(names.count) in all)" : "") + ": \(transform.formula)"
      }
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private func bytes(_ count: Int) -> String {
    count < 1_000_000 ? "\((count + 999) / 1000) kB" : "\(Double(count / 100_000) / 10) MB"
  }
}
