/// The sums of a least squares fit: XᵀWX and XᵀWy.
struct NormalEquations {
  let width: Int
  private var squares: [Double]
  private var products: [Double]

  init(width: Int) {
    self.width = width
    squares = [Double](repeating: 0, count: width * width)
    products = [Double](repeating: 0, count: width)
  }

  /// Adds a row.
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

  mutating func add(_ other: NormalEquations) {
    for i in squares.indices { squares[i] += other.squares[i] }
    for i in products.indices { products[i] += other.products[i] }
  }

  mutating func subtract(_ other: NormalEquations) {
    for i in squares.indices { squares[i] -= other.squares[i] }
    for i in products.indices { products[i] -= other.products[i] }
  }

  /// The coefficients with a ridge on the diagonal, by Cholesky's decomposition.
  func solution(ridge: Double) -> [Double] {
    var l = squares, x = products
    for i in 0..<width {
      l[i * width + i] += ridge
      for j in 0...i {
        var sum = l[i * width + j]
        for k in 0..<j { sum -= l[i * width + k] * l[j * width + k] }
        l[i * width + j] = i == j ? max(sum, 1e-12).squareRoot() : sum / l[j * width + j]
      }
    }
    for i in 0..<width {
      for k in 0..<i { x[i] -= l[i * width + k] * x[k] }
      x[i] /= l[i * width + i]
    }
    for i in (0..<width).reversed() {
      for k in i + 1..<max(width, i + 1) { x[i] -= l[k * width + i] * x[k] }
      x[i] /= l[i * width + i]
    }
    return x
  }
}
