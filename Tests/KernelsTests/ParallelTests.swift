import CKernels
import Dispatch
import Kernels
import Platform
import Synchronization
import Testing

@Suite struct ParallelTests {
  @Test(arguments: [1, 2, 5, 16]) func everyWorkerRunsOnceWithDenormalsFlushed(workers: Int) {
    let isFlushed = AlignedBuffer<Bool>(count: workers)
    let product = AlignedBuffer<Float>(count: workers)
    let runs = AlignedBuffer<Int>(count: workers)
    let mode = ck_flush_denormals()
    ck_restore_float_mode(mode & ~0x8040)
    #expect(!Denormals.areFlushed)
    let tiny = AlignedBuffer<Float>(count: 2)
    tiny[0] = .leastNormalMagnitude
    tiny[1] = 0.5
    #expect(tiny[0] * tiny[1] != 0, "the control: without flushing the product is a denormal")
    parallel(workers: workers) { worker in
      isFlushed.pointer[worker] = Denormals.areFlushed
      product.pointer[worker] = tiny.pointer[0] * tiny.pointer[1]
      runs.pointer[worker] += 1
    }
    ck_restore_float_mode(mode)
    #expect(isFlushed.elements.allSatisfy { $0 })
    #expect(product.elements.allSatisfy { $0 == 0 })
    #expect(runs.elements.allSatisfy { $0 == 1 })
  }

  @Test("a loop leaves neither its caller's nor the pool's threads in another mode", arguments: [1, 2, 16])
  func modeIsPutBack(workers: Int) {
    Denormals.keeping {
      for _ in 0..<20 {
        parallel(workers: workers) { _ in }
        #expect(!Denormals.areFlushed)
        DispatchQueue.concurrentPerform(iterations: 64) { _ in #expect(!Denormals.areFlushed) }
      }
    }
    Denormals.flushing {
      parallel(workers: workers) { _ in }
      #expect(Denormals.areFlushed)
    }
  }

  @Test(arguments: [0, 1, 7, 1000], [1, 2, 3, 8]) func everyItemIsDoneOnce(count: Int, workers: Int) {
    let queue = WorkQueue()
    for _ in 0..<3 {
      let done = AlignedBuffer<Int>(count: count)
      let last = AlignedBuffer<Int>(count: workers)
      let descents = AlignedBuffer<Int>(count: workers)
      queue.parallelItems(count: count, workers: workers) { item, worker in
        done.pointer[item] += 1
        if last.pointer[worker] > item { descents.pointer[worker] += 1 }
        last.pointer[worker] = item
      }
      #expect(done.elements.allSatisfy { $0 == 1 })
      #expect(descents.elements.allSatisfy { $0 == 0 }, "items are handed out in ascending order")
    }
  }

  @Test(arguments: [0, 1, 99, 100, 101, 1024]) func rangesDoNotDependOnWorkers(count: Int) {
    func borders(workers: Int) -> [Int] {
      let owner = AlignedBuffer<Int>(count: count)
      WorkQueue().parallelRanges(count: count, grain: 100, workers: workers) { range, _ in
        for index in range { owner.pointer[index] = range.lowerBound * 10_000 + range.upperBound }
      }
      return Array(owner.elements)
    }
    let expected = (0..<count).map { $0 / 100 * 100 * 10_000 + min($0 / 100 * 100 + 100, count) }
    for workers in 1...4 { #expect(borders(workers: workers) == expected) }
  }

  @Test(arguments: [0, 1, 1000, 2 << 20]) func buffersAreAlignedAndZero(count: Int) {
    let buffer = AlignedBuffer<Float>(count: count)
    let alignment = count * 4 >= 4 << 20 ? 4096 : 64
    #expect(UInt(bitPattern: buffer.pointer) % UInt(alignment) == 0)
    #expect(buffer.elements.count == count && buffer.elements.allSatisfy { $0.bitPattern == 0 })
    if count > 0 { buffer[count - 1] = 3 }
    buffer.clear()
    #expect(buffer.elements.allSatisfy { $0 == 0 })
  }
}
