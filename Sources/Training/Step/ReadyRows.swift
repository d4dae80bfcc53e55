internal import Datasets
internal import Kernels
internal import Networks
internal import Platform

/// The rows of a small part as network and loss read them: made once, and copied into batches.
///
/// Normalizing a row of 10 columns takes 40 ns, copying what came of it 5; with the targets that was 7 % of the step
/// of a small table.
final class ReadyRows {
  /// Bytes of what is kept at most: what stays in a core's cache beside a small network.
  static let limit = 1 << 20

  /// A list of rows, each as long as its place in a batch.
  private struct List {
    let memory: AlignedBuffer<Float>
    let stride: Int
    let gather: RowGather

    init(rows: Int, stride: Int) {
      memory = AlignedBuffer(count: rows * stride)
      self.stride = stride
      // As they are: nothing is shifted or scaled.
      let unused = UnsafeRawPointer(memory.pointer).assumingMemoryBound(to: Double.self)
      gather = RowGather(
        base: memory.pointer, rowBytes: 4 * stride, element: .float32, count: stride, isCode: false, affine: .asIs,
        shift: unused, scale: unused)
    }

    func copy(_ ids: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>) {
      gather(rows: ids, index: nil, indexBytes: 0, count: count, into: output, stride: stride)
    }
  }

  /// Bytes of the rows.
  let byteCount: Int
  private let count: Int
  private let inputs: [List]
  private let values: List?

  /// Bytes that the rows take; 0 where they are too many, or where an input is of whole numbers.
  static func byteCount(rows: Int, layout: NetworkLayout, description: DataDescription) -> Int {
    let areas = layout.inputs.map { layout.areas[$0] }
    guard rows > 0, areas.allSatisfy({ $0.element == .float32 }) else { return 0 }
    let strides = areas.map(\.stride) + (valueStride(description).map { [$0] } ?? [])
    // No product of sizes from outside that might not fit.
    let rowBytes = strides.reduce(0) { $0 + 4 * $1 }
    return rows <= limit / max(1, rowBytes) ? rows * rowBytes : 0
  }

  private static func valueStride(_ description: DataDescription) -> Int? {
    description.targetKind == .values ? Matrix.stride(for: max(1, description.targetWidth)) : nil
  }

  /// Makes them; nil where ``byteCount(rows:layout:description:)`` is 0.
  init?(_ rows: DataRows, layout: NetworkLayout, description: DataDescription) {
    byteCount = Self.byteCount(rows: rows.count, layout: layout, description: description)
    guard byteCount > 0 else { return nil }
    count = rows.count
    inputs = layout.inputs.map { List(rows: rows.count, stride: layout.areas[$0].stride) }
    values = Self.valueStride(description).map { List(rows: rows.count, stride: $0) }
    let ids = AlignedBuffer<Int>(count: rows.count)
    for row in 0..<rows.count { ids.pointer[row] = row }
    // As a step's workers would.
    Denormals.flushing {
      rows.gather(
        rows: ids.pointer, count: rows.count,
        into: inputs.map { .floats(Matrix($0.memory.pointer, stride: $0.stride)) }, at: 0)
      if let values {
        rows.gatherValues(rows: ids.pointer, count: rows.count, into: values.memory.pointer, stride: values.stride)
      }
    }
  }

  /// Fetches the inputs of rows.
  ///
  /// - Parameter first: the row of the inputs' memory where they begin.
  func copy(_ ids: UnsafePointer<Int>, count: Int, into memory: [InputMemory], at first: Int) {
    check(ids, count)
    for (index, input) in memory.enumerated() {
      guard case .floats(let matrix) = input, matrix.stride == inputs[index].stride else {
        preconditionFailure("the network's inputs are those that rows were made for")
      }
      inputs[index].copy(ids, count: count, into: matrix[first])
    }
  }

  /// Fetches the targets of rows, where they are values.
  func copyValues(_ ids: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>) {
    check(ids, count)
    values?.copy(ids, count: count, into: output)
  }

  private func check(_ ids: UnsafePointer<Int>, _ count: Int) {
    for index in 0..<count { precondition(ids[index] >= 0 && ids[index] < self.count, "a row outside the part") }
  }
}
