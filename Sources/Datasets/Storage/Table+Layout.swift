internal import Kernels
internal import Platform

extension Table {
  /// How the features lie in memory, as small as their numbers allow.
  func featureLayout(_ progress: @escaping () -> Void) -> (blocks: [SourceLayout.Block], runs: [SourceLayout.Run]) {
    var layout = FeatureLayout()
    for (place, range) in zip(features.places, features.ranges) {
      switch place {
      case .array(let index):
        let array = features.arrays[index]
        let element =
          array.element == .float32 && array.holdsSubnormal(rows: count, progress) ? .float64 : array.element
        layout.add(array: element, range)
      case .numbers(let columns):
        for (feature, column) in zip(range, columns) {
          layout.add(number: features.numbers?.isFloat[column] == true ? .float32 : .float64, feature)
        }
      case .code(let index, let categories):
        // Where one is missing, a code more stands for that.
        layout.add(code: .codes(features.codes[index].contains { $0 < 0 } ? categories + 1 : categories), range)
      }
    }
    return (layout.blocks, layout.runs)
  }

  /// Writes the features of rows to their blocks.
  ///
  /// - Parameters:
  ///   - kept: the rows to write, ascending; nil: all.
  ///   - places: where each of the layout's blocks begins.
  ///   - givesBack: whether the pages that were read are not needed again.
  func writeFeatures(
    _ layout: SourceLayout, kept: [Int]?, to places: [UnsafeMutableRawPointer], givesBack: Bool,
    progress: @escaping () -> Void
  ) {
    var cells: [CellWriter] = [], first = 0
    for (place, range) in zip(features.places, features.ranges) {
      while layout.runs[first].features.upperBound <= range.lowerBound { first += 1 }
      for run in layout.runs[first...].prefix(while: { $0.features.lowerBound < range.upperBound }) {
        let block = layout.features[run.block], output = places[run.block]
        switch place {
        case .array(let index):
          features.arrays[index].write(
            block, kept: kept, count: layout.rows, to: output, givesBack: givesBack, progress)
        case .numbers(let columns):
          for feature in run.features.clamped(to: range) {
            let first = run.first + feature - run.features.lowerBound
            cells.append(
              CellWriter(
                column: columns.lowerBound + feature - range.lowerBound, isCode: false, element: block.element,
                output: output + first * block.element.byteCount, stride: block.rowBytes))
          }
        case .code(let index, let categories):
          cells.append(
            CellWriter(
              column: index, isCode: true, missing: categories, element: block.element,
              output: output + run.first * block.element.byteCount, stride: block.rowBytes))
        }
      }
    }
    if !cells.isEmpty { features.write(cells, kept: kept, count: layout.rows, givesBack: givesBack, progress) }
  }
}

/// Bytes after which pages that were read are given back.
private let givingBack = 1 << 22

/// Blocks and runs while features are added in their order.
private struct FeatureLayout {
  var blocks: [SourceLayout.Block] = []
  var runs: [SourceLayout.Run] = []
  /// The blocks that columns share.
  private var shared: [RawElement: Int] = [:]

  /// An array has a block of its own.
  mutating func add(array element: RawElement, _ features: Range<Int>) {
    blocks.append(.init(element: element, width: features.count))
    runs.append(.init(features: features, block: blocks.count - 1, first: 0, isCode: false))
  }

  mutating func add(number element: RawElement, _ feature: Int) {
    let block = block(of: element)
    if let last = runs.last, !last.isCode, last.block == block, last.first + last.features.count == blocks[block].width
    {
      runs[runs.count - 1].features = last.features.lowerBound..<feature + 1
      blocks[block].width += 1
    } else {
      add(feature..<feature + 1, to: block, isCode: false)
    }
  }

  mutating func add(code element: RawElement, _ features: Range<Int>) {
    add(features, to: block(of: element), isCode: true)
  }

  private mutating func add(_ features: Range<Int>, to block: Int, isCode: Bool) {
    runs.append(.init(features: features, block: block, first: blocks[block].width, isCode: isCode))
    blocks[block].width += 1
  }

  private mutating func block(of element: RawElement) -> Int {
    if let block = shared[element] { return block }
    shared[element] = blocks.count
    blocks.append(.init(element: element, width: 0))
    return blocks.count - 1
  }
}

/// Where the cells of a column go.
private struct CellWriter {
  let column: Int
  let isCode: Bool
  /// The code of a missing category: one beyond those that there are, so that none of its features is 1.
  var missing = 0
  let element: RawElement
  let output: UnsafeMutableRawPointer
  /// Bytes from one row to the next.
  let stride: Int
}

extension RawArray {
  /// Whether elements of float32 are numbers that arithmetic takes for 0.
  fileprivate func holdsSubnormal(rows: Int, _ progress: @escaping () -> Void) -> Bool {
    var pace = Pace(progress)
    let base = bytes.start + offset
    return (0..<rows * width).contains { index in
      pass(index)
      pace.add(1)
      let bits = base.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self) & 0x7fff_ffff
      return bits != 0 && bits < 0x0080_0000
    }
  }

  fileprivate func write(
    _ block: SourceLayout.Block, kept: [Int]?, count: Int, to output: UnsafeMutableRawPointer, givesBack: Bool,
    _ progress: @escaping () -> Void
  ) {
    if kept == nil, block.element == element {
      return copy(byteCount: count * rowBytes, to: output, givesBack: givesBack, progress)
    }
    var pace = Pace(progress), returned = 0
    for place in 0..<count {
      let row = kept?[place] ?? place
      let source = bytes.start + offset + row * rowBytes
      if block.element == element {
        (output + place * rowBytes).copyMemory(from: source, byteCount: rowBytes)
      } else {
        let output = (output + place * block.rowBytes).assumingMemoryBound(to: Double.self)
        for index in 0..<width { output[index] = element.value(at: source + index * element.byteCount) }
      }
      pace.add(width)
      let end = offset + (row + 1) * rowBytes
      if givesBack, end - returned >= givingBack {
        bytes.giveBack(before: end)
        returned = end
      }
    }
    if givesBack { bytes.giveBack(before: bytes.count) }
  }

  /// Copies the first bytes of the elements, those of several pieces at a time.
  private func copy(
    byteCount: Int, to output: UnsafeMutableRawPointer, givesBack: Bool, _ progress: @escaping () -> Void
  ) {
    // Memory is not faster with more of them.
    let workers = min(Affinity.cores().count, 8), queue = WorkQueue(), source = bytes.start + offset
    var start = 0
    while start < byteCount {
      let end = min(start + workers * givingBack, byteCount), first = start
      queue.parallelRanges(count: end - start, grain: givingBack, workers: workers) { range, _ in
        let place = first + range.lowerBound
        (output + place).copyMemory(from: source + place, byteCount: range.count)
      }
      progress()
      if givesBack { bytes.giveBack(before: offset + end) }
      start = end
    }
    if givesBack { bytes.giveBack(before: bytes.count) }
  }
}

extension FeatureStorage {
  fileprivate func write(
    _ cells: [CellWriter], kept: [Int]?, count: Int, givesBack: Bool, _ progress: @escaping () -> Void
  ) {
    var pace = Pace(progress), returned = 0
    let width = numbers?.width ?? 0, rows = numbers?.rows
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, width)) { values in
      values.initialize(repeating: 0)
      for place in 0..<count {
        let row = kept?[place] ?? place
        if let start = values.baseAddress { rows?.read(row, into: start) }
        for cell in cells {
          let output = cell.output + place * cell.stride
          if cell.isCode {
            let code = Int(codes[cell.column][row])
            cell.element.store(code: code < 0 ? cell.missing : code, at: output)
          } else {
            cell.element.store(values[cell.column], at: output)
          }
        }
        pace.add(cells.count)
        if givesBack, (row - returned) * width * 4 >= givingBack {
          numbers?.giveBack(before: row)
          returned = row
        }
      }
    }
    if givesBack { numbers?.giveBack(before: .max) }
  }
}

extension RawElement {
  /// Writes a number as float32 or float64.
  @inline(__always)
  func store(_ value: Double, at place: UnsafeMutableRawPointer) {
    if self == .float32 {
      place.storeBytes(of: Float(value), as: Float.self)
    } else {
      place.storeBytes(of: value, as: Double.self)
    }
  }

  /// Writes a code of one of the types of ``codes(_:)``.
  func store(code: Int, at place: UnsafeMutableRawPointer) {
    switch self {
    case .uint8: place.storeBytes(of: UInt8(code), as: UInt8.self)
    case .uint16: place.storeBytes(of: UInt16(code), as: UInt16.self)
    default: place.storeBytes(of: Int32(code), as: Int32.self)
    }
  }
}
