import CKernels

/// An activation function, `y = f(x)`, and its derivative.
package enum Activation: Sendable {
  /// `y = x`.
  case identity
  /// A kernel with its parameter; formulas are in `activations.h`.
  case kernel(ActivationKernel, parameter: Float)
  /// A function that has no kernel.
  case function(any ElementFunction)

  /// The kernel of that name in the list (`ck_kernels.h`), which must have one.
  package static func named(_ name: String, parameter: Double = 0) -> Activation {
    .kernel(ActivationKernel(name), parameter: Float(parameter))
  }

  /// `y = x`.
  package var isIdentity: Bool { if case .identity = self { true } else { false } }
  /// `y = max(x, 0)`: the derivative is 1 where the output is positive and 0 elsewhere.
  package var isGate: Bool { if case .kernel(let kernel, _) = self { kernel.isGate } else { false } }

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
    case .kernel(let kernel, _): kernel.keepsOutput ? .output : .input
    case .function: .input
    }
  }

  /// `y[i] = f(x[i])` for `i` in `0..<count`.
  ///
  /// In place is allowed.
  package func forward(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .identity: if x != UnsafePointer(y) { y.update(from: x, count: count) }
    case .kernel(let kernel, let parameter): ck_activation(ck_active(), kernel.number)(x, y, count, parameter)
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
    switch self {
    case .identity: if dy != UnsafePointer(dx) { dx.update(from: dy, count: count) }
    case .kernel(let kernel, let parameter):
      ck_activation_backward(ck_active(), kernel.number)(kept, dy, dx, count, parameter)
    case .function(let function):
      Self.blocks(count) { range, room in
        function.slopes(kept + range.lowerBound, into: room, count: range.count)
        for index in range { dx[index] = dy[index] * room[index - range.lowerBound] }
      }
    }
  }
}
