package import Specs

/// The numbers of a first training: all that is decided about it in one place.
///
/// For tables a plain network with few layers, features on a robust scale, AdamW with a cosine schedule, early stopping
/// and the best weights is hard to beat by other networks; after RealMLP (Holzmüller, Grinsztajn & Steinwart 2024,
/// arXiv:2407.04491), as far as its parts are here.
package struct StartingRecipe: Sendable, Equatable {
  package var hiddenUnits: [Int]
  package var activation = "silu"
  package var dropout: Double
  package var learningRate: Double
  package var weightDecay = 0.01
  package var warmupSteps: Int
  package var batchSize: Int
  package var epochs: Int
  /// Evaluations without progress before the training ends; nil where nothing is held back.
  package var patience: Int?
  /// Share of rows that watch the training; nil where there are too few.
  package var validation: Double?
  /// Share of rows that the final verdict comes from; nil: none, all are learned from.
  package var test: Double?
  package var normalize = "robust"
  package var gradientClipNorm = 1.0

  /// - Parameters:
  ///   - rows: of the table.
  ///   - features: numbers that a row's features become, roughly.
  package init(rows: Int, features: Int) {
    switch rows {
    case ..<1000: (hiddenUnits, learningRate, dropout) = ([64, 64], 0.003, 0.1)
    case ..<10_000: (hiddenUnits, learningRate, dropout) = ([128, 128], 0.002, 0.1)
    default: (hiddenUnits, learningRate, dropout) = ([256, 256, 256], 0.001, 0.1)
    }
    // Few rows with many features are learned by heart.
    if features > rows { dropout = 0.3 }
    switch rows {
    case ..<500: batchSize = 16
    case ..<2000: batchSize = 32
    case ..<20_000: batchSize = 64
    case ..<200_000: batchSize = 256
    default: batchSize = 1024
    }
    validation = rows < 20 ? nil : rows < 2000 ? 0.2 : rows < 20_000 ? 0.15 : 0.1
    let steps = max(1, Int(Double(rows) * (1 - (validation ?? 0))) / batchSize)
    // Some 10,000 updates, but no row less than 10 times or more than 200 times.
    epochs = min(200, max(10, 10_000 / steps))
    patience = validation == nil ? nil : max(5, epochs / 5)
    warmupSteps = min(200, steps)
  }
}

extension StartingRecipe {
  /// Powers of ten from which on logarithms of a target are proposed.
  static let manyPowersOfTen = 3

  /// Loss, outputs, metrics and what is done to the targets.
  package struct Goal: Sendable, Equatable {
    package var loss: String
    /// Keys of the loss that are not left at their defaults.
    package var parameters: [ConfigValue.Member] = []
    package var outputs: Int
    package var metrics: [String]
    package var normalizesTargets: Bool
    /// What the loss is for, as a comment.
    package var comment: String
  }

  /// What goes with a target.
  package static func goal(_ task: TargetReading.Task, targets: Int = 1) -> Goal {
    switch task {
    case .binary:
      Goal(
        loss: "binary_cross_entropy", outputs: 1, metrics: ["accuracy", "roc_auc", "log_loss"],
        normalizesTargets: false,
        comment: "two classes")
    case .classes(let count):
      Goal(
        loss: "categorical_cross_entropy", outputs: count, metrics: ["accuracy", "balanced_accuracy", "log_loss"],
        normalizesTargets: false, comment: count.counted("class"))
    case .counts:
      Goal(
        loss: "poisson", outputs: targets, metrics: ["poisson_deviance", "mae"], normalizesTargets: false,
        comment: "counts or amounts from 0 on; the network's output is their logarithm")
    case .numbers:
      Goal(
        loss: "mse", outputs: targets, metrics: ["rmse", "mae", "r2"], normalizesTargets: true,
        comment: "numbers: squared errors, so that means are learned")
    case .heavyTails:
      Goal(
        loss: "huber", outputs: targets, metrics: ["rmse", "mae", "r2"], normalizesTargets: true,
        comment: "numbers with a few far off, which count less than their squares")
    }
  }
}
