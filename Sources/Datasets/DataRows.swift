internal import Kernels
internal import Platform

/// The rows of one part, to be gathered into batches by any thread.
///
/// Nothing here allocates but `init`.
package struct DataRows: @unchecked Sendable {
  /// Keeps the memory alive.
  let data: PreparedData
  /// The number of rows; they count from 0 within the part.
  package let count: Int
  /// Features of one row.
  package let featureCount: Int
  let source: SourceLayout
  /// The number of that source.
  let sourceIndex: Int
  // All memory behind these pointers is only read.
  /// Where each block of features begins.
  let places: [UnsafeRawPointer]
  private let index: UnsafeRawPointer?
  private let indexBytes: Int
  private let targets: UnsafeRawPointer
  private let weights: UnsafeRawPointer
  private let weightScale: WeightScale
  private let featurePairs: NormalizationPairs
  private let targetPairs: NormalizationPairs
  /// The type of its targets, and where they begin.
  var targetBlock: (block: SourceLayout.Block, base: UnsafeRawPointer)? { source.targets.map { ($0, targets) } }
  private let classElement: RawElement?
  private let whole: FieldGather
  private let gathers: [FieldGather]
  private let values: FieldGather?

  init(_ data: PreparedData, part: Int, base: UnsafeRawPointer) {
    let description = data.description, own = data.layout.parts[part]
    self.data = data
    count = own.count
    source = data.layout.sources[own.source]
    sourceIndex = own.source
    let offsets = data.layout.places(ofSource: own.source).map { base + $0 }
    if let mapping = source.mapping, let file = data.files[own.source] {
      places = [file.start + mapping.offset]
    } else {
      places = Array(offsets.prefix(source.features.count))
    }
    targets = offsets[offsets.count - 2]
    weights = offsets[offsets.count - 1]
    weightScale = WeightScale(exponent: own.weightExponent)
    index = data.lists[part]
    indexBytes = data.layout.indexBytes(ofPart: part)
    featurePairs = NormalizationPairs(
      description.normalization, description.treatments, count: description.featureCount)
    targetPairs = NormalizationPairs(
      description.targetNormalization,
      description.targetNormalization.treatments(count: description.targetWidth), count: description.targetWidth)
    let (source, places, pairs) = (source, places, featurePairs)
    func gather(_ features: [Range<Int>]) -> FieldGather {
      FieldGather(features, source: source, places: places, pairs: pairs)
    }
    whole = gather([0..<description.featureCount])
    gathers = description.fields.map { gather($0.runs) }
    classElement = description.targetKind == .classes ? source.targets?.element : nil
    featureCount = description.featureCount
    values =
      description.targetKind == .values
      ? FieldGather([0..<description.targetWidth], values: source.targets, at: targets, pairs: targetPairs) : nil
  }

  /// Whether rows have weights; else each weighs 1.
  package var hasWeights: Bool { data.description.hasSampleWeights }
  /// What a network reads of the rows; empty: all features, as its only input.
  package var fields: [FeatureField] { data.description.fields }

  /// Copies the normalized features of rows, one below the other.
  ///
  /// - Parameters:
  ///   - rows: `count` rows of this part.
  ///   - output: `count × stride` floats.
  ///   - stride: floats from one output row to the next, at least ``featureCount``; the rest is set to 0.
  package func gatherFeatures(
    rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    gather(whole, rows: rows, count: count, into: output, stride: stride)
  }

  /// Copies the normalized features of a field, one row below the other; as ``gatherFeatures(rows:count:into:stride:)``
  /// else.
  package func gatherField(
    _ field: Int, rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    gather(gathers[field], rows: rows, count: count, into: output, stride: stride)
  }

  private func gather(
    _ gather: FieldGather, rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    check(rows, count)
    gather(rows: rows, index: index, indexBytes: indexBytes, count: count, into: output, stride: stride)
  }

  /// Copies a field of whole numbers, one row below the other; as ``gatherField(_:rows:count:into:stride:)`` else.
  package func gatherIntegers(
    _ field: Int, rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Int32>, stride: Int
  ) {
    check(rows, count)
    for index in 0..<count {
      var place = output + index * stride
      for run in gathers[field].features {
        for feature in run {
          // Whole and small: other rows are not prepared.
          place.pointee = Int32(raw(feature, ofRow: rows[index]))
          place += 1
        }
      }
      place.update(repeating: 0, count: output + (index + 1) * stride - place)
    }
  }

  /// The first row in which a field of whole numbers has one outside a range, and that number.
  package func firstInteger(of field: FeatureField, outside range: ClosedRange<Int>) -> (row: Int, value: Int)? {
    for row in 0..<count {
      for run in field.runs {
        for feature in run {
          let value = Int(raw(feature, ofRow: row))
          if !range.contains(value) { return (row, value) }
        }
      }
    }
    return nil
  }

  /// A number as it is stored; of no category.
  func raw(_ feature: Int, ofRow row: Int) -> Double {
    for run in source.runs where run.features.contains(feature) && !run.isCode {
      let block = source.features[run.block]
      let element = run.first + feature - run.features.lowerBound
      return block.element.value(
        at: places[run.block] + place(row) * block.rowBytes + element * block.element.byteCount)
    }
    preconditionFailure("no such number")
  }

  /// Copies the class of each row; only for data prepared with classes.
  package func gatherClasses(rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Int32>) {
    guard let element = classElement else { preconditionFailure("these targets are not classes") }
    check(rows, count)
    for index in 0..<count {
      output[index] = Int32(element.code(at: targets + place(rows[index]) * element.byteCount))
    }
  }

  /// Copies the normalized target values of rows, one below the other; only for data prepared with values.
  ///
  /// - Parameter stride: floats from one output row to the next, at least ``DataDescription/targetWidth``; the rest is
  ///   set to 0.
  package func gatherValues(
    rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    guard let values else { preconditionFailure("these targets are not values") }
    check(rows, count)
    values(rows: rows, index: index, indexBytes: indexBytes, count: count, into: output, stride: stride)
  }

  /// Copies the weight of each row, 1 where the data have none.
  package func gatherWeights(rows: UnsafePointer<Int>, count: Int, into output: UnsafeMutablePointer<Float>) {
    guard let element = source.weight else {
      output.update(repeating: 1, count: count)
      return
    }
    check(rows, count)
    for index in 0..<count {
      output[index] = weightScale(element.value(at: weights + place(rows[index]) * element.byteCount))
    }
  }

  /// The weight of a row as it came; 1 where the data have none.
  func weight(_ row: Int) -> Double {
    source.weight.map { $0.value(at: weights + place(row) * $0.byteCount) } ?? 1
  }

  /// The row of the source that a row of the part is.
  @inline(__always)
  func place(_ row: Int) -> Int {
    guard let index else { return row }
    return indexBytes == 4
      ? Int(index.load(fromByteOffset: row * 4, as: UInt32.self))
      : Int(index.load(fromByteOffset: row * 8, as: UInt64.self))
  }

  /// A row outside the part would read foreign memory: stop instead.
  @inline(__always)
  private func check(_ rows: UnsafePointer<Int>, _ count: Int) {
    for index in 0..<count {
      precondition(rows[index] >= 0 && rows[index] < self.count, "a row outside the part")
    }
  }
}
