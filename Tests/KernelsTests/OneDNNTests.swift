import Kernels
import Platform
import Testing

/// oneDNN's product against sums in double.
@Suite struct OneDNNTests {
  static func matrix(_ rows: Int, _ columns: Int, _ seed: Int) -> (AlignedBuffer<Float>, Matrix) {
    let stride = Matrix.stride(for: columns)
    let buffer = AlignedBuffer<Float>(count: rows * stride)
    for row in 0..<rows {
      for column in 0..<columns {
        buffer.pointer[row * stride + column] = Float((row * 7 + column * 5 + seed) % 11) - 5
      }
    }
    return (buffer, Matrix(buffer.pointer, stride: stride))
  }

  @Test("all four transpositions, with and without adding", arguments: [false, true])
  func products(_ adds: Bool) throws {
    let library = try #require(OneDNN(), "scripts/install-dependencies --tests installs it")
    let m = 5, n = 19, k = 7
    for (orderA, orderB) in [
      (OneDNN.Order.normal, OneDNN.Order.normal), (.transposed, .normal), (.normal, .transposed),
      (.transposed, .transposed),
    ] {
      let (aMemory, a) = orderA == .normal ? Self.matrix(m, k, 1) : Self.matrix(k, m, 1)
      let (bMemory, b) = orderB == .normal ? Self.matrix(k, n, 2) : Self.matrix(n, k, 2)
      let (cMemory, c) = Self.matrix(m, n, 3), (beforeMemory, before) = Self.matrix(m, n, 3)
      try library.multiply(a, b, a: orderA, b: orderB, into: c, rows: m, columns: n, inner: k, adds: adds)
      do {
        defer { withExtendedLifetime((aMemory, bMemory, cMemory, beforeMemory)) {} }
        for row in 0..<m {
          for column in 0..<n {
            var sum = adds ? Double(before[row][column]) : 0
            for i in 0..<k {
              sum +=
                Double(orderA == .normal ? a[row][i] : a[i][row])
                * Double(orderB == .normal ? b[i][column] : b[column][i])
            }
            #expect(Double(c[row][column]) == sum, "small whole numbers have exact sums")
          }
        }
      }
    }
  }

  @Test("a product that cannot be is an error, not a trap")
  func refused() throws {
    let library = try #require(OneDNN())
    let (memory, a) = Self.matrix(2, 2, 0)
    defer { withExtendedLifetime(memory) {} }
    #expect(throws: OneDNN.Failure.self) {
      try library.multiply(a, a, into: a, rows: -1, columns: 2, inner: 2)
    }
  }
}
