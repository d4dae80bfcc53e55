internal import Advice
internal import Datasets
internal import Kernels
internal import Platform
internal import Specs

/// The features of training rows as columns of numbers, as many as advice can look at.
struct AdviceColumns {
  /// Numbers that are held: 256 MiB of them, on small machines less: a quarter of the memory.
  static var mostCells: Int { min(1 << 25, MachineMemory.ofProcess / 32) }
  /// Features that are kept, fewer of very many rows; of more those that go with the target most.
  static let mostColumns = 128
  /// Rows that features are chosen by.
  static let choosingRows = 2000

  private(set) var values: [[Double]] = []
  private(set) var names: [String] = []

  /// - Parameter targets: those of all rows.
  init(_ rows: DataRows, _ description: DataDescription, targets: AdviceInput.Target, progress: () -> Void) {
    // Pictures and series say nothing number by number, ids in a field of their own neither.
    let isWhole = description.featureShape.extents.count == 1
    guard isWhole, description.fields.allSatisfy({ $0.dataType == .float32 }), rows.count > 0 else { return }
    let count = description.featureCount, own = description.featureNames
    let names = own.count == count ? own : (0..<count).map { "feature \($0)" }
    let most = min(Self.mostColumns, Self.mostCells / rows.count)
    var kept = Array(0..<count)
    if count > most { kept = Self.choice(rows, most, of: count, targets: targets, progress: progress) }
    values = Self.gather(rows, nil, features: kept, width: count, progress: progress)
    self.names = kept.map { names[$0] }
  }

  /// The features of some rows, column by column.
  private static func gather(
    _ rows: DataRows, _ chosen: [Int]?, features: [Int], width: Int, progress: () -> Void
  ) -> [[Double]] {
    let count = chosen?.count ?? rows.count
    var columns = features.map { _ in [Double](repeating: 0, count: count) }
    let block = max(1, min(1024, (1 << 20) / max(1, width)))
    let buffer = AlignedBuffer<Float>(count: block * width)
    for first in stride(from: 0, to: count, by: block) {
      progress()
      let own = min(block, count - first)
      let places = (first..<first + own).map { chosen?[$0] ?? $0 }
      rows.gatherFeatures(rows: places, count: own, into: buffer.pointer, stride: width)
      for (column, feature) in features.enumerated() {
        columns[column].withUnsafeMutableBufferPointer { column in
          for row in 0..<own { column[first + row] = Double(buffer.pointer[row * width + feature]) }
        }
      }
    }
    return columns
  }

  /// The features that go with the target most, by the absolute correlation of the target's ranks with them; in their
  /// order.
  private static func choice(
    _ rows: DataRows, _ most: Int, of count: Int, targets: AdviceInput.Target, progress: () -> Void
  ) -> [Int] {
    let stride = (rows.count + choosingRows - 1) / choosingRows
    let chosen = Array(Swift.stride(from: 0, to: rows.count, by: stride))
    let ranks = centredRanks(of: chosen.map { number(of: targets, row: $0) })
    var scores: [(score: Double, feature: Int)] = []
    // A slice at a time: they may be many.
    let slice = max(1, (1 << 22) / max(1, chosen.count))
    for first in Swift.stride(from: 0, to: count, by: slice) {
      let features = Array(first..<min(count, first + slice))
      let columns = gather(rows, chosen, features: features, width: count, progress: progress)
      for (column, feature) in zip(columns, features) {
        scores.append((abs(correlation(column, ranks)), feature))
      }
    }
    // Few rows say little about many features.
    let most = min(most, max(8, rows.count / 10))
    let best = scores.sorted { $0.score == $1.score ? $0.feature < $1.feature : $0.score > $1.score }.prefix(most)
    return best.map(\.feature).sorted()
  }

  private static func number(of targets: AdviceInput.Target, row: Int) -> Double {
    switch targets {
    case .numbers(let values): values[row]
    case .classes(_, let codes): Double(codes[row])
    case .labels(let columns), .distribution(let columns), .columns(let columns): columns[0][row]
    }
  }

  /// Ranks less their mean; equal numbers have the mean of theirs.
  private static func centredRanks(of values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count), start = 0
    for index in order.indices where index + 1 == order.count || values[order[index + 1]] != values[order[index]] {
      for place in start...index { ranks[order[place]] = Double(start + index) / 2 - Double(values.count - 1) / 2 }
      start = index + 1
    }
    return ranks
  }

  /// Pearson's correlation with numbers whose mean is 0; 0 where one of them is constant.
  private static func correlation(_ x: [Double], _ y: [Double]) -> Double {
    let mean = x.reduce(0, +) / Double(max(1, x.count))
    var product = 0.0, xx = 0.0, yy = 0.0
    for (a, b) in zip(x, y) {
      product += (a - mean) * b
      xx += (a - mean) * (a - mean)
      yy += b * b
    }
    let correlation = product / (xx.squareRoot() * yy.squareRoot())
    return correlation.isFinite ? correlation : 0
  }
}
