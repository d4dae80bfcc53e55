internal import Datasets
internal import Specs

extension Run {
  /// The parts of the data and where their rows are from, one line for each.
  var partLines: [String] {
    let description = trainer.data.description, data = config.data
    let parts = [(DataPart.validation, data.validation), (.test, data.test)].filter { $0.1 != nil }
    guard !parts.isEmpty else { return [] }
    let isCut = parts.contains { $0.1?.choice != nil }
    let training =
      "train: \(description.count(of: .train).counted("row")), \(isCut ? "the others" : "all") of the training source"
    return [training]
      + parts.map { part, source in
        let words =
          source?.choice?.words(hasClasses: description.targetKind == .classes) ?? "those of a source of its own"
        return "\(part.name): \(description.count(of: part).counted("row")), \(words)"
      }
  }
}
