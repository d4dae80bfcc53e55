import CKernels

/// An activation function, `y = f(x)`, and its derivative.
package enum Activation: Sendable {
  /// `y = x`.
  case identity
  /// `y = max(x, 0)`.
  case relu
  /// `y = x` above 0, `slope x` elsewhere; `slope` 0 or more.
  case leakyRelu(slope: Float)
  /// `y = x` above 0, `alpha (e^x - 1)` elsewhere; `alpha` 0 or more.
  case elu(alpha: Float)
  /// `y = x Φ(x)`, Φ the normal distribution function (the exact form, not the tanh approximation).
  case gelu
  /// `y = x / (1 + e^-x)`.
  case silu
  /// `y = 1 / (1 + e^-x)`.
  case sigmoid
  /// `y = tanh x`.
  case tanh
  /// `y = log(1 + e^x)`.
  case softplus
  /// A function that has no kernel.
  case function(any ElementFunction)

  /// `y = x`.
  package var isIdentity: Bool { if case .identity = self { true } else { false } }
  /// `y = max(x, 0)`: the derivative is 1 where the output is positive and 0 elsewhere.
  package var isGate: Bool { if case .relu = self { true } else { false } }

  /// Which array `backward` reads.
  package enum Saved: Sendable {
    /// Neither: the derivative is 1.
    case nothing
    /// The input `x`.
    case input
    /// The output `y`, so that the forward pass may overwrite `x`.
    case output
  }

  /// What the forward pass must keep for `backward`.
  package var saved: Saved {
    switch self {
    case .identity: .nothing
    case .relu, .leakyRelu, .elu, .sigmoid, .tanh: .output
    case .gelu, .silu, .softplus, .function: .input
    }
  }

  /// `y[i] = f(x[i])` for `i` in `0..<count`.
  ///
  /// In place is allowed.
  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
    let kernels = ck_active()
    switch self {
    case .identity: if x != UnsafePointer(y) { y.update(from: x, count: count) }
    case .relu: kernels.pointee.relu(x, y, count)
    case .leakyRelu(let slope): kernels.pointee.leaky_relu(x, y, count, slope)
    case .elu(let alpha): kernels.pointee.elu(x, y, count, alpha)
    case .gelu: kernels.pointee.gelu(x, y, count)
    case .silu: kernels.pointee.silu(x, y, count)
    case .sigmoid: kernels.pointee.sigmoid(x, y, count)
    case .tanh: kernels.pointee.tanh(x, y, count)
    case .softplus: kernels.pointee.softplus(x, y, count)
    case .function(let function):
      Self.blocks(count) { range, room in
        function.values(x + range.lowerBound, into: room, count: range.count)
        (y + range.lowerBound).update(from: room, count: range.count)
      }
    }
  }

  /// `dx[i] = dy[i] f'(x[i])` for `i` in `0..<count`.
  ///
  /// In place is allowed.
  /// - Parameters:
  ///   - kept: The array named by `saved`; not read if that is `.nothing`.
  ///   - dy: Gradient with respect to the output.
  ///   - dx: Receives the gradient with respect to the input; may be `dy` or `kept`.
  ///   - count: Number of elements.
  package func backward(
    saved kept: UnsafePointer<Float>, _ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, count: Int
  ) {
    let kernels = ck_active()
    switch self {
    case .identity: if dy != UnsafePointer(dx) { dx.update(from: dy, count: count) }
    case .relu: kernels.pointee.relu_backward(kept, dy, dx, count)
    case .leakyRelu(let slope): kernels.pointee.leaky_relu_backward(kept, dy, dx, count, slope)
    case .elu(let alpha): kernels.pointee.elu_backward(kept, dy, dx, count, alpha)
    case .gelu: kernels.pointee.gelu_backward(kept, dy, dx, count)
    case .silu: kernels.pointee.silu_backward(kept, dy, dx, count)
    case .sigmoid: kernels.pointee.sigmoid_backward(kept, dy, dx, count)
    case .tanh: kernels.pointee.tanh_backward(kept, dy, dx, count)
    case .softplus: kernels.pointee.softplus_backward(kept, dy, dx, count)
    case .function(let function):
      Self.blocks(count) { range, room in
        function.slopes(kept + range.lowerBound, into: room, count: range.count)
        for index in range { dx[index] = dy[index] * room[index - range.lowerBound] }
      }
    }
  }
}
