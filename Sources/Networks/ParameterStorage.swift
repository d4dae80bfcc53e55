internal import Kernels

/// Where the elements of a parameter are in memory: a map from the order of files, as a value.
///
/// A layer brings the map that its kernels want, and files keep PyTorch's order. The map is one to one; floats of the
/// parameter's slice of the arena that belong to no element are 0 and stay 0.
package struct ParameterStorage: Sendable, Equatable, CustomStringConvertible {
  /// Consecutive elements, in the order of files, that are equally far apart in memory.
  package struct Run: Sendable, Equatable {
    /// Where the first one is.
    package var start: Int
    /// Floats from one to the next.
    package var step: Int
    package var count: Int

    package init(start: Int, step: Int, count: Int) {
      (self.start, self.step, self.count) = (start, step, count)
    }
  }

  /// The map in words, its extents included: what tells it from others.
  package let description: String
  /// Floats in the arena, padding included, a multiple of 16.
  package let storedCount: Int
  private let map: @Sendable (Int) -> Run

  /// A map of runs.
  ///
  /// - Parameters:
  ///   - description: names the map; two with the same description and size count as the same.
  ///   - storedCount: at least the number of elements; rounded up to a multiple of 16.
  ///   - run: the run that begins with an element; it may end after one, and go on behind the parameter's last.
  package init(_ description: String, storedCount: Int, run: @escaping @Sendable (_ index: Int) -> Run) {
    self.description = description
    self.storedCount = (storedCount + 15) / 16 * 16
    map = run
  }

  /// A map of single elements.
  package init(_ description: String, storedCount: Int, index: @escaping @Sendable (_ index: Int) -> Int) {
    self.init(description, storedCount: storedCount) { Run(start: index($0), step: 1, count: 1) }
  }

  /// As in files.
  package static func canonical(count: Int) -> ParameterStorage {
    ParameterStorage("canonical(\(count))", storedCount: count) { Run(start: $0, step: 1, count: count - $0) }
  }

  /// A matrix `[outer, inner]` in files, kept as the packed form of its transpose (`inner` × `outer`).
  package static func packed(inner: Int, outer: Int) -> ParameterStorage {
    let count = DenseProduct.packedCount(inner: inner, outer: outer)
    return ParameterStorage("packed(\(inner), \(outer))", storedCount: count) { index in
      let column = index / inner, row = index % inner
      let start = DenseProduct.packedIndex(row, column, inner: inner, outer: outer)
      // Within a column of a panel, rows are a panel's width apart.
      let next = DenseProduct.packedIndex(row + 1, column, inner: inner, outer: outer)
      return Run(start: start, step: next - start, count: inner - row)
    }
  }

  package static func == (a: ParameterStorage, b: ParameterStorage) -> Bool {
    a.description == b.description && a.storedCount == b.storedCount
  }

  /// The run that begins with an element of the order of files.
  package func run(at index: Int) -> Run { map(index) }

  /// Where an element of the order of files is within the parameter's slice of the arena.
  package func storedIndex(_ index: Int) -> Int { map(index).start }

  /// Copies consecutive elements of the order of files out of the parameter's slice.
  package func gather(
    _ elements: Range<Int>, from slice: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>
  ) {
    var done = elements.lowerBound
    while done < elements.upperBound {
      let run = run(at: done), count = min(run.count, elements.upperBound - done)
      let source = slice + run.start, target = output + (done - elements.lowerBound)
      if run.step == 1 {
        target.update(from: source, count: count)
      } else {
        for index in 0..<count { target[index] = source[index * run.step] }
      }
      done += count
    }
  }

  /// Copies consecutive elements of the order of files into the parameter's slice.
  package func scatter(
    _ elements: Range<Int>, from input: UnsafePointer<Float>, into slice: UnsafeMutablePointer<Float>
  ) {
    var done = elements.lowerBound
    while done < elements.upperBound {
      let run = run(at: done), count = min(run.count, elements.upperBound - done)
      let target = slice + run.start, source = input + (done - elements.lowerBound)
      for index in 0..<count { target[index * run.step] = source[index] }
      done += count
    }
  }
}
