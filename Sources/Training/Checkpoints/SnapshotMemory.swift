internal import Kernels
internal import Networks
internal import Platform
internal import Specs

/// Copies of the tensors that a rank writes, as they were when a checkpoint began.
///
/// Training goes on while they are written. The memory is kept for the next checkpoint: getting it anew from the system
/// costs more than the copy.
final class SnapshotMemory: @unchecked Sendable {
  private struct Copy {
    var name: String
    var tensor: Network.Tensor
    var source: UnsafePointer<Float>
    var count: Int
    /// Where it starts in the memory.
    var offset: Int
  }

  private var copies: [Copy] = []
  /// What sources lie in, until they are copied.
  private var held: [AlignedBuffer<Float>] = []
  private var memory = AlignedBuffer<Float>(count: 16)
  private var count = 0
  private let queue = WorkQueue()
  /// Floats that a thread copies at a time.
  private static let grain = 1 << 18

  /// Forgets the last checkpoint.
  func begin() {
    copies = []
    count = 0
  }

  /// Keeps an array alive until ``copy(threads:)`` is done.
  func hold(_ array: AlignedBuffer<Float>) { held.append(array) }

  /// Adds a tensor, as it is kept in memory, to what is to be copied.
  func add(_ name: String, _ tensor: Network.Tensor, from source: UnsafePointer<Float>, count floats: Int) {
    copies.append(Copy(name: name, tensor: tensor, source: source, count: floats, offset: count))
    count += floats
  }

  /// Copies all that was added.
  func copy(threads: Int) {
    if memory.count < count { memory = AlignedBuffer(count: count) }
    let pieces = copies.flatMap { copy in
      stride(from: 0, to: copy.count, by: Self.grain).map { (copy, $0, min(Self.grain, copy.count - $0)) }
    }
    queue.parallelItems(count: pieces.count, workers: threads) { item, _ in
      let (copy, start, length) = pieces[item]
      (memory.pointer + copy.offset + start).update(from: copy.source + start, count: length)
    }
    held = []
  }

  /// The copies in the order of files, each made when it is asked for.
  var sources: [CheckpointStore.Source] {
    copies.map { copy in
      let base = UnsafePointer(memory.pointer + copy.offset)
      switch copy.tensor {
      case .parameter(let slot):
        let count = slot.parameter.count
        return CheckpointStore.Source(name: copy.name, shape: copy.tensor.shape.extents, count: count) {
          [Float](unsafeUninitializedCapacity: count) { values, initialized in
            // The slot counts from the start of an arena.
            if let target = values.baseAddress { slot.gather(0, count: count, from: base - slot.offset, into: target) }
            initialized = count
          }
        }
      case .state:
        return CheckpointStore.Source(name: copy.name, shape: copy.tensor.shape.extents, count: copy.count) {
          Array(UnsafeBufferPointer(start: base, count: copy.count))
        }
      }
    }
  }
}
