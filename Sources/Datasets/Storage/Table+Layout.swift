internal import Kernels

extension Table {
  /// How the features lie in memory, as small as their numbers allow.
  func featureLayout() -> (blocks: [SourceLayout.Block], runs: [SourceLayout.Run]) {
    switch features {
    case .array(let array):
      let element = array.element == .float32 && holdsSubnormal ? .float64 : array.element
      return (
        [.init(element: element, width: array.width)],
        [.init(features: 0..<array.width, block: 0, first: 0, isCode: false)]
      )
    case .columns(let stored):
      var blocks: [SourceLayout.Block] = [], runs: [SourceLayout.Run] = []
      var feature = 0, number = 0
      for column in columns {
        let element: RawElement
        if let categories = column.categories {
          element = .codes(categories.count)
        } else {
          element = stored.isFloat[number] ? .float32 : .float64
          number += 1
        }
        let block = blocks.firstIndex { $0.element == element } ?? blocks.count
        if block == blocks.count { blocks.append(.init(element: element, width: 0)) }
        let features = feature..<feature + column.width
        if let last = runs.last, !last.isCode, !column.isCategorical, last.block == block,
          last.first + last.features.count == blocks[block].width
        {
          runs[runs.count - 1].features = last.features.lowerBound..<features.upperBound
        } else {
          runs.append(.init(features: features, block: block, first: blocks[block].width, isCode: column.isCategorical))
        }
        blocks[block].width += 1
        feature += column.width
      }
      return (blocks, runs)
    }
  }

  /// Whether an array of float32 has numbers that arithmetic takes for 0.
  private var holdsSubnormal: Bool {
    guard case .array(let array) = features else { return false }
    let base = array.bytes.start + array.offset
    return (0..<count * array.width).contains { index in
      let bits = base.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self) & 0x7fff_ffff
      return bits != 0 && bits < 0x0080_0000
    }
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
    switch features {
    case .array(let array):
      array.write(layout.features[0], kept: kept, count: layout.rows, to: places[0], givesBack: givesBack, progress)
    case .columns(let stored):
      stored.write(
        layout, isCategorical: columns.map(\.isCategorical), kept: kept, to: places, givesBack: givesBack, progress)
    }
  }
}

/// Bytes after which pages that were read are given back.
private let givingBack = 1 << 22

extension RawArray {
  fileprivate func write(
    _ block: SourceLayout.Block, kept: [Int]?, count: Int, to output: UnsafeMutableRawPointer, givesBack: Bool,
    _ progress: @escaping () -> Void
  ) {
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
}

extension RawColumns {
  fileprivate func write(
    _ layout: SourceLayout, isCategorical: [Bool], kept: [Int]?, to places: [UnsafeMutableRawPointer],
    givesBack: Bool, _ progress: @escaping () -> Void
  ) {
    // Where each column goes in a row: its place, the bytes to the next row, its type.
    var next = [Int](repeating: 0, count: layout.features.count)
    var number = 0, targets: [(place: UnsafeMutableRawPointer, stride: Int, element: RawElement)] = []
    var category = 0, codeTargets = targets
    for isCode in isCategorical {
      let element: RawElement = isCode ? layout.codes[category] : isFloat[number] ? .float32 : .float64
      let block = layout.features.firstIndex { $0.element == element } ?? 0
      let target = (places[block] + next[block] * element.byteCount, layout.features[block].rowBytes, element)
      next[block] += 1
      if isCode {
        codeTargets.append(target)
        category += 1
      } else {
        targets.append(target)
        number += 1
      }
    }
    var pace = Pace(progress), returned = 0
    let width = isFloat.count
    for place in 0..<layout.rows {
      let row = kept?[place] ?? place
      let values = numbers.start.assumingMemoryBound(to: Double.self) + row * width
      for (column, target) in targets.enumerated() {
        let output = target.place + place * target.stride
        if target.element == .float32 {
          output.storeBytes(of: Float(values[column]), as: Float.self)
        } else {
          output.storeBytes(of: values[column], as: Double.self)
        }
      }
      for (column, target) in codeTargets.enumerated() {
        target.element.store(code: Int(codes[column][row]), at: target.place + place * target.stride)
      }
      pace.add(isCategorical.count)
      let end = (row + 1) * width * 8
      if givesBack, end - returned >= givingBack {
        numbers.giveBack(before: end)
        returned = end
      }
    }
    if givesBack { numbers.giveBack(before: numbers.count) }
  }
}

extension SourceLayout {
  /// The types of the columns with categories, in their order.
  fileprivate var codes: [RawElement] { runs.filter(\.isCode).map { features[$0.block].element } }
}

extension RawElement {
  /// Writes a code of one of the types of ``codes(_:)``.
  func store(code: Int, at place: UnsafeMutableRawPointer) {
    switch self {
    case .uint8: place.storeBytes(of: UInt8(code), as: UInt8.self)
    case .uint16: place.storeBytes(of: UInt16(code), as: UInt16.self)
    default: place.storeBytes(of: Int32(code), as: Int32.self)
    }
  }
}
