internal import Statistics

/// Columns that a quick fit of targets is made on: features on a robust scale, and bounded forms and products of those
/// that say most.
struct FeatureBasis {
  /// The constant, then the features.
  let linear: [[Double]]
  /// Bounded forms, their squares and a few products.
  let curved: [[Double]]

  static let featureLimit = 40
  private static let curvedLimit = 6

  /// - Parameters:
  ///   - features: of rows that are looked at.
  ///   - order: what the features are chosen by, where they are too many: the targets, by their ranks or bounded.
  init(_ features: [[Double]], guide: [Double]) {
    let rows = guide.count
    let room = max(0, rows / 8 - 1)
    var scaled: [(column: [Double], score: Double, isBinary: Bool)] = []
    let y = Self.bounded(Self.scaled(guide) ?? guide)
    for feature in features where feature.count == rows {
      guard let z = Self.scaled(feature) else { continue }
      let low = z.min() ?? 0, high = z.max() ?? 0
      let isBinary = z.allSatisfy { $0 == low || $0 == high }
      scaled.append((z, Self.correlation(Self.bounded(z), y).magnitude, isBinary))
    }
    let order = scaled.indices.sorted { (-scaled[$0].score, $0) < (-scaled[$1].score, $1) }
    let kept = order.prefix(min(Self.featureLimit, room))
    linear = [[Double](repeating: 1, count: rows)] + kept.sorted().map { scaled[$0].column }
    var curved: [[Double]] = []
    let first = Array(kept.prefix(Self.curvedLimit))
    for index in first where !scaled[index].isBinary {
      let b = Self.bounded(scaled[index].column)
      curved.append(b)
      curved.append(b.map { $0 * $0 })
    }
    for (place, i) in first.enumerated() {
      for j in first.dropFirst(place + 1) {
        let a = scaled[i].isBinary ? scaled[i].column : Self.bounded(scaled[i].column)
        let b = scaled[j].isBinary ? scaled[j].column : Self.bounded(scaled[j].column)
        curved.append(zip(a, b).map { $0 * $1 })
      }
    }
    self.curved = Array(curved.prefix(max(0, room - kept.count)))
  }

  private init(linear: [[Double]], curved: [[Double]]) { (self.linear, self.curved) = (linear, curved) }

  /// Some of the rows.
  func only(_ rows: [Int]) -> FeatureBasis {
    FeatureBasis(
      linear: linear.map { column in rows.map { column[$0] } }, curved: curved.map { column in rows.map { column[$0] } }
    )
  }

  /// Whether there is anything but the constant.
  var isEmpty: Bool { linear.count <= 1 }

  /// Median 0, quartiles as far apart as a normal variable's; nil where it is constant or not finite.
  private static func scaled(_ x: [Double]) -> [Double]? {
    guard x.allSatisfy(\.isFinite) else { return nil }
    let sorted = x.sorted()
    guard let low = sorted.first, let high = sorted.last, low < high else { return nil }
    let center = quantile(ofSorted: sorted, 0.5)
    var spread = (quantile(ofSorted: sorted, 0.75) / 1.349 - quantile(ofSorted: sorted, 0.25) / 1.349)
    if !(spread > 0) || !spread.isFinite { spread = Moments(x)?.deviation ?? 0 }
    if !(spread > 0) || !spread.isFinite { spread = high / 2 - low / 2 }
    guard spread > 0, spread.isFinite else { return nil }
    let z = x.map { ($0 - center) / spread }
    return z.allSatisfy { $0.isFinite && $0.magnitude < 1e100 } ? z : nil
  }

  /// `z / √(1 + (z / 3)²)`: never beyond 3.
  private static func bounded(_ z: [Double]) -> [Double] { z.map { $0 / (1 + $0 * $0 / 9).squareRoot() } }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let n = Double(a.count), ma = mean(a), mb = mean(b)
    var ab = 0.0, aa = 0.0, bb = 0.0
    for (x, y) in zip(a, b) {
      ab += (x - ma) * (y - mb) / n
      aa += (x - ma) * (x - ma) / n
      bb += (y - mb) * (y - mb) / n
    }
    let size = (aa * bb).squareRoot()
    return size > 0 && size.isFinite ? ab / size : 0
  }
}
