internal import Kernels
package import Platform

/// Norms of parameters or gradients, the same bits for every layout in memory and any number of threads.
///
/// Squares are added in double over blocks of 1024 elements of each tensor in the order of files, the blocks by
/// ``Sums/tree(_:count:)``. A tensor's blocks are found by gathering from the arena's order.
package final class ParameterNorms {
  /// One block of a tensor.
  private struct Block {
    var slot: Int
    var first: Int
    var count: Int
  }

  private let slots: [Network.Slot]
  private let blocks: [Block]
  /// The first block of each slot, and the end.
  private let firstBlock: [Int]
  private let squares: AlignedBuffer<Double>
  private let gathered: AlignedBuffer<Float>
  private let queue = WorkQueue()
  private let threads: Int
  /// The sums of squares of all tensors, by slot, after ``measure(_:)``.
  package let tensorSquares: AlignedBuffer<Double>

  package init(_ network: Network, threads: Int) {
    slots = network.slots
    self.threads = threads
    var blocks: [Block] = [], firstBlock = [0]
    for (index, slot) in slots.enumerated() {
      for first in stride(from: 0, to: slot.parameter.count, by: Sums.blockLength) {
        blocks.append(
          Block(slot: index, first: first, count: min(Sums.blockLength, slot.parameter.count - first)))
      }
      firstBlock.append(blocks.count)
    }
    self.blocks = blocks
    self.firstBlock = firstBlock
    squares = AlignedBuffer(count: max(1, blocks.count))
    gathered = AlignedBuffer(count: threads * Sums.blockLength)
    tensorSquares = AlignedBuffer(count: max(1, slots.count))
  }

  /// Measures all tensors of an array laid out as the arena; allocates nothing.
  package func measure(_ array: UnsafePointer<Float>) {
    queue.parallelItems(count: blocks.count, workers: threads) { item, worker in
      let block = blocks[item]
      let space = gathered.pointer + worker * Sums.blockLength
      slots[block.slot].gather(block.first, count: block.count, from: array, into: space)
      Sums.blockSquares(space, count: block.count, into: squares.pointer + item)
    }
    for index in slots.indices {
      tensorSquares.pointer[index] = Sums.tree(
        squares.pointer + firstBlock[index], count: firstBlock[index + 1] - firstBlock[index])
    }
  }

  /// The sum of squares of all tensors together, added in the order of files.
  package var totalSquares: Double { (0..<slots.count).reduce(0) { $0 + tensorSquares.pointer[$1] } }
}

extension Network.Slot {
  /// Copies consecutive elements in the order of files from an array laid out as the arena.
  package func gather(
    _ first: Int, count: Int, from array: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>
  ) {
    parameter.storage.gather(first..<first + count, from: array + offset, into: output)
  }
}
