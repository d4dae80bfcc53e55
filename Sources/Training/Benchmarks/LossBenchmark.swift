internal import Foundation
internal import Kernels
internal import Networks
internal import Platform
package import Specs
internal import Statistics

/// Every loss with its gradient on a batch of random outputs, one thread: no loss should be what a step waits for.
package enum LossBenchmark {
  /// One loss.
  package struct Row: ResultEncodable {
    /// Its kind; `copy` is no loss.
    package var loss: String
    package var rows: Int
    package var outputs: Int
    /// The median, to 1 µs.
    package var milliseconds: Double
    /// What is read and written over the time, in 10⁹ bytes a second to one decimal.
    package var gigabytesPerSecond: Double

    package var json: ConfigValue {
      .record([
        "loss": loss, "rows": rows, "outputs": outputs, "ms": milliseconds, "gb_per_second": gigabytesPerSecond,
      ])
    }
  }

  /// Times each loss of the registry.
  ///
  /// A loss reads outputs, targets and weights and writes gradients and one number per row; at memory speed that takes
  /// the time of the row `copy`, which moves as much.
  package static func run(rows: Int, outputs: Int, repeats: Int) throws -> [Row] {
    try Denormals.flushing { try time(rows: rows, outputs: outputs, repeats: repeats) }
  }

  private static func time(rows: Int, outputs: Int, repeats: Int) throws -> [Row] {
    let memory = Memory(rows: rows, outputs: outputs)
    var results = [entry("copy", memory, milliseconds: median(repeats) { memory.copy() })]
    for kind in LossRegistry.standard.kinds {
      guard let loss = try makeLoss(kind, outputs: outputs) else { continue }
      results.append(entry(kind, memory, milliseconds: median(repeats) { memory.evaluate(loss) }))
    }
    return results
  }

  private static func entry(_ name: String, _ memory: Memory, milliseconds: Double) -> Row {
    Row(
      loss: name, rows: memory.rows, outputs: memory.outputs, milliseconds: (milliseconds * 1000).rounded() / 1000,
      gigabytesPerSecond: (memory.bytes / milliseconds / 1e5).rounded() / 10)
  }

  private static func median(_ repeats: Int, _ body: () -> Void) -> Double {
    let times = (0..<repeats + 2).map { _ in
      let start = Clock.now()
      body()
      return (Clock.now() - start) * 1e3
    }
    return Statistics.median(Array(times.dropFirst(2)))
  }

  /// The loss with its first settings, for the targets it can take with so many outputs.
  private static func makeLoss(_ kind: String, outputs: Int) throws(ConfigError) -> (any Loss)? {
    guard let example = LossRegistry.standard.kind(named: kind)?.examples.first else {
      return nil
    }
    let value = try ConfigValue.parse(Data(example.utf8), file: kind)
    guard case .object(let members) = value else { return nil }
    let spec = try FieldReader.readVariant(
      .object([.init("type", .string(kind))] + members), LossRegistry.standard, path: "loss"
    ).0
    let (takesClasses, takesValues) =
      switch spec.targets {
      case .classes: (true, false)
      case .values: (false, true)
      case .classesOrValues: (true, true)
      }
    // Classes, or targets with one, two or three outputs each.
    for (classes, width) in [(outputs, 0), (2, 0), (0, outputs), (0, outputs / 2), (0, outputs / 3)] {
      let context = LossContext(
        output: Port([outputs]), classes: classes, targetWidth: width, path: "loss")
      guard classes > 0 ? takesClasses : takesValues else { continue }
      do throws(ConfigError) { return try spec.makeLoss(context) } catch { continue }
    }
    return nil
  }

  /// A batch.
  private struct Memory {
    let rows: Int
    let outputs: Int
    let z: Matrix
    let y: Matrix
    let gradient: Matrix
    let buffers: [AlignedBuffer<Float>]
    let classes: AlignedBuffer<Int32>
    let losses: AlignedBuffer<Double>

    init(rows: Int, outputs: Int) {
      let stride = Matrix.stride(for: outputs)
      let buffers = (0..<4).map { _ in AlignedBuffer<Float>(count: rows * stride) }
      self.rows = rows
      self.outputs = outputs
      self.buffers = buffers
      classes = AlignedBuffer(count: rows)
      losses = AlignedBuffer(count: rows)
      z = Matrix(buffers[0].pointer, stride: stride)
      y = Matrix(buffers[1].pointer, stride: stride)
      gradient = Matrix(buffers[2].pointer, stride: stride)
      let random = RandomStream(seed: 1, purpose: .noise)
      random.fill(normal: buffers[0].pointer, count: rows * stride)
      random.fill(uniform: buffers[1].pointer, count: rows * stride, low: 0.05, high: 0.95)
      for row in 0..<rows {
        classes.pointer[row] = Int32(row % outputs)
        buffers[3].pointer[row] = 1
      }
    }

    /// Bytes of outputs, targets and gradients.
    var bytes: Double { Double(rows) * Double(outputs) * 12 }

    func evaluate(_ loss: any Loss) {
      loss.evaluate(
        z, LossRows(classes: UnsafePointer(classes.pointer), values: y, weights: UnsafePointer(buffers[3].pointer)),
        rows: 0..<rows, losses: losses.pointer, gradient: gradient)
    }

    /// As many bytes moved as a loss on values moves: both matrices read, one written.
    func copy() {
      for index in 0..<rows * z.stride { gradient.pointer[index] = z.pointer[index] + y.pointer[index] }
    }
  }
}
