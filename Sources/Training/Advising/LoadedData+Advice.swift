package import Advice
package import Collectives
internal import Datasets
internal import Kernels
internal import Platform
internal import Specs

extension LoadedData {
  /// Reads a config's data as advice looks at them: targets and features in the file's units; collective.
  ///
  /// Training rows are those of a training with the config, wherever its loss can read the targets at all: parts are
  /// cut by classes then as they would be. Files of validation and test rows are not opened.
  ///
  /// - Parameters:
  ///   - isStated: whether a person has chosen the config's loss.
  ///   - mayLackValidation: see ``Datasets/DataSection/mayLackValidation``.
  package static func forAdvice(
    _ config: RunConfig, request: AdviceRequest, isStated: Bool, mayLackValidation: Bool = false, options: RunOptions,
    cluster: any Cluster
  ) throws -> LoadedData {
    var section = config.data
    section.mayLackValidation = mayLackValidation
    (section.normalize, section.normalizeTargets, section.augmentation) = (.none, .none, [])
    if case .source = section.validation { section.validation = nil }
    if case .source = section.test { section.test = nil }
    let demand = request.demand(isStated ? config.loss.demand : nil)
    if demand != .preferably(.classes) { section.positiveClass = nil }
    let context = DataContext(baseDirectory: options.baseDirectory)
    return try LoadedData(
      section, targets: demand, context: context, seed: config.seed, environment: options.environment,
      cluster: cluster)
  }

  /// What advice looks at: training rows alone.
  ///
  /// All rows are looked at; of very many features those that go with the target most (``AdviceColumns``).
  package func adviceInput(_ request: AdviceRequest, progress: () -> Void = {}) -> AdviceInput {
    guard let rows = prepared.rows(of: .train) else { return AdviceInput(target: .numbers([])) }
    let names = description.targetNames
    var input = AdviceInput(target: Self.target(rows, description), weights: rows.rawWeights())
    input.targetName = names.count == 1 ? names[0] : "targets"
    (input.task, input.wanted) = (request.task, request.wanted)
    (input.classCosts, input.quantileCosts) = (request.classCosts, request.quantileCosts)
    let columns = AdviceColumns(rows, description, targets: input.target, progress: progress)
    (input.features, input.featureNames) = (columns.values, columns.names)
    let origins = origins
    input.row = { origins.targetPlace(ofRow: $0, in: rows).place }
    return input
  }

  /// The file of the training rows.
  var trainingFile: String {
    prepared.rows(of: .train).map { origins.place(ofRow: 0, in: $0).file } ?? "the data"
  }

  private static func target(_ rows: DataRows, _ description: DataDescription) -> AdviceInput.Target {
    switch description.targetKind {
    case .none: return .numbers([])
    case .classes:
      let all = Array(0..<rows.count)
      var codes = [Int32](repeating: 0, count: all.count)
      rows.gatherClasses(rows: all, count: all.count, into: &codes)
      return .classes(names: description.classNames, codes: codes.map(Int.init))
    case .values:
      let columns = rows.rawTargets()
      return columns.count == 1 ? .numbers(columns[0]) : .columns(columns)
    }
  }
}
