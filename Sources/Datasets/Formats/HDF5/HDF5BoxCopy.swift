/// Copies boxes of a chunk's shape to where they belong in an array, without what reaches over its edges.
struct HDF5BoxCopy {
  private let extents, box: [Int]
  private let conversion: HDF5Conversion
  /// Elements between neighbours along each axis, in the array and in a box.
  private let steps, boxSteps: [Int]
  /// The axes from this one on are one run: boxes have all of those behind it.
  private let runAxis: Int

  /// - Parameters:
  ///   - extents: the array's shape.
  ///   - box: the chunks' shape.
  init(_ extents: [Int], _ box: [Int], _ conversion: HDF5Conversion) {
    (self.extents, self.box, self.conversion) = (extents, box, conversion)
    func steps(_ shape: [Int]) -> [Int] {
      var steps = [Int](repeating: 1, count: shape.count)
      for axis in shape.indices.dropLast().reversed() { steps[axis] = steps[axis + 1] * shape[axis + 1] }
      return steps
    }
    self.steps = steps(extents)
    boxSteps = steps(box)
    var axis = extents.count - 1
    while axis > 0, extents[axis] == box[axis] { axis -= 1 }
    runAxis = axis
  }

  /// Calls a body for each run of neighbouring elements of the box at some place: where it begins in the array and in
  /// the box, and its elements.
  @inline(__always)
  private func forEachRun(_ place: [Int], _ body: (_ element: Int, _ boxElement: Int, _ count: Int) -> Void) {
    var first = 0
    for axis in place.indices { first += place[axis] * steps[axis] }
    let counts = place.indices.map { min(box[$0], extents[$0] - place[$0]) }
    let run = counts[runAxis] * steps[runAxis]
    var at = [Int](repeating: 0, count: runAxis), element = first, boxElement = 0
    while true {
      body(element, boxElement, run)
      var axis = runAxis - 1
      while axis >= 0 {
        at[axis] += 1
        element += steps[axis]
        boxElement += boxSteps[axis]
        if at[axis] < counts[axis] { break }
        element -= counts[axis] * steps[axis]
        boxElement -= counts[axis] * boxSteps[axis]
        at[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// Copies a box.
  ///
  /// - Returns: whether all elements fit.
  func copy(_ bytes: UnsafeRawPointer, at place: [Int], to output: UnsafeMutableRawPointer) -> Bool {
    let size = conversion.stored.byteCount, resultBytes = conversion.resultBytes
    var fits = true
    forEachRun(place) { element, boxElement, count in
      let isDone = conversion.convert(bytes + boxElement * size, count: count, to: output + element * resultBytes)
      fits = fits && isDone
    }
    return fits
  }

  /// Writes one element to all places of a box.
  func fill(_ element: [UInt8], at place: [Int], to output: UnsafeMutableRawPointer) {
    element.withUnsafeBytes { bytes in
      forEachRun(place) { first, _, count in
        let to = UnsafeMutableRawBufferPointer(start: output + first * bytes.count, count: count * bytes.count)
        for index in 0..<count {
          UnsafeMutableRawBufferPointer(rebasing: to[index * bytes.count..<(index + 1) * bytes.count]).copyMemory(
            from: bytes)
        }
      }
    }
  }
}
