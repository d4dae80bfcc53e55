/// The sums of least squares fits of some targets to the same features: XᵀWX, and XᵀWy of each target.
struct NormalEquations {
  let width: Int
  private var squares: [Double]
  /// Target after target.
  private var products: [Double]

  init(width: Int, targets: Int = 1) {
    self.width = width
    squares = [Double](repeating: 0, count: width * width)
    products = [Double](repeating: 0, count: width * targets)
  }

  /// Adds a row, with one target.
  mutating func add(_ row: UnsafePointer<Double>, target: Double, weight: Double = 1) {
    squares.withUnsafeMutableBufferPointer { squares in
      for i in 0..<width {
        let scaled = weight * row[i]
        products[i] += scaled * target
        if scaled == 0 { continue }
        for j in 0...i { squares[i * width + j] += scaled * row[j] }
      }
    }
  }

  /// Adds some rows of a table, four at a time, so that sums are fetched once for four rows.
  mutating func add(_ rows: [Int], of table: UnsafePointer<Double>, targets: [[Double]]) {
    let width = width, whole = rows.count / 4 * 4
    squares.withUnsafeMutableBufferPointer { squares in
      guard let sums = squares.baseAddress else { return }
      for place in stride(from: 0, to: whole, by: 4) {
        let a = table + rows[place] * width, b = table + rows[place + 1] * width
        let c = table + rows[place + 2] * width, d = table + rows[place + 3] * width
        for i in 0..<width {
          let (ai, bi, ci, di) = (a[i], b[i], c[i], d[i]), line = sums + i * width
          for j in 0..<i + 1 { line[j] += (ai * a[j] + bi * b[j]) + (ci * c[j] + di * d[j]) }
        }
      }
      for row in rows[whole...] {
        let a = table + row * width
        for i in 0..<width { for j in 0..<i + 1 { sums[i * width + j] += a[i] * a[j] } }
      }
    }
    products.withUnsafeMutableBufferPointer { products in
      for (number, values) in targets.enumerated() {
        for row in rows {
          let a = table + row * width, value = values[row]
          for i in 0..<width { products[number * width + i] += value * a[i] }
        }
      }
    }
  }

  mutating func add(_ other: NormalEquations) {
    for i in squares.indices { squares[i] += other.squares[i] }
    for i in products.indices { products[i] += other.products[i] }
  }

  mutating func subtract(_ other: NormalEquations) {
    for i in squares.indices { squares[i] -= other.squares[i] }
    for i in products.indices { products[i] -= other.products[i] }
  }

  /// The coefficients of the first target, with a ridge on the diagonal.
  func solution(ridge: Double) -> [Double] { Array(solutions(ridge: ridge)[0]) }

  /// The coefficients of each target, with a ridge on the diagonal, by Cholesky's decomposition.
  func solutions(ridge: Double) -> [ArraySlice<Double>] {
    var l = squares, x = products
    l.withUnsafeMutableBufferPointer { l in
      for i in 0..<width {
        l[i * width + i] += ridge
        for j in 0...i {
          var sum = l[i * width + j]
          for k in 0..<j { sum -= l[i * width + k] * l[j * width + k] }
          l[i * width + j] = i == j ? max(sum, 1e-12).squareRoot() : sum / l[j * width + j]
        }
      }
      x.withUnsafeMutableBufferPointer { x in
        for first in stride(from: 0, to: x.count, by: width) {
          for i in 0..<width {
            for k in 0..<i { x[first + i] -= l[i * width + k] * x[first + k] }
            x[first + i] /= l[i * width + i]
          }
          for i in (0..<width).reversed() {
            for k in i + 1..<max(width, i + 1) { x[first + i] -= l[k * width + i] * x[first + k] }
            x[first + i] /= l[i * width + i]
          }
        }
      }
    }
    return stride(from: 0, to: x.count, by: width).map { x[$0..<$0 + width] }
  }
}
