internal import Kernels
internal import Platform

extension PreparedData {
  /// Rows of a part in parts of their own: folds, bootstraps. Each is a list of 4 bytes for each row; what brings them
  /// to a common scale is measured anew, on the new training part.
  ///
  /// - Parameters:
  ///   - rows: those of each new part, in the order of ``DataPart``; by their numbers in the part, any number of times.
  ///   - normalize: what is done to features.
  ///   - normalizeTargets: what is done to value targets whose columns' rules say nothing else.
  /// - Throws: ``DataError/noWeight(file:part:)`` where all rows of a part weigh 0, and where features or targets
  ///   cannot be prepared by the new training part.
  package func view(
    of part: DataPart, _ rows: [[Int]], normalize: NormalizationMethod, normalizeTargets: TargetTransform,
    progress: @escaping () -> Void = {}
  ) throws(DataError) -> PreparedData {
    precondition(rows.count == DataPart.allCases.count, "one list for each part")
    guard let own = self.rows(of: part) else { preconditionFailure("the part has no rows") }
    precondition(rows.joined().allSatisfy { 0..<own.count ~= $0 }, "a row outside the part")
    let training = rows[DataPart.train.rawValue]
    let preparation = try preparation(normalize, of: own, rows: rows, progress)
    let transforms = description.targetTransforms(normalizeTargets), functions = transforms.map(\.function)
    for rows in rows {
      let problem = description.firstOutside(functions, rows) { rows, body in
        own.forEachTarget(rows, body)
      }
      if let problem { throw description.dataError(problem, in: RowSource(file: "the data"), canChoose: true) }
    }
    let targetNormalization = description.targetNormalization(transforms, rows: training, progress) {
      rows, body in own.forEachTarget(rows, body)
    }
    let source = layout.parts[part.rawValue].source, rowBytes = layout.rowBytes(ofSource: source)
    let byteCount = rows.reduce(0) { $0 + $1.count } * rowBytes
    let memory = AlignedMemory(byteCount: byteCount, isCleared: false)
    var exponents: [Int] = [], place = memory.base
    for (index, rows) in rows.enumerated() {
      exponents.append(try own.weightScale(rows, part: DataPart.allCases[index].name).exponent)
      for row in rows {
        let row = own.place(row)
        if rowBytes == 4 {
          place.storeBytes(of: UInt32(row), as: UInt32.self)
        } else {
          place.storeBytes(of: UInt64(row), as: UInt64.self)
        }
        place += rowBytes
      }
    }
    return showing(
      DataView(
        source: source, counts: rows.map(\.count), weightExponents: exponents, normalization: preparation.normalization,
        treatments: preparation.treatments, targetNormalization: targetNormalization, memory: memory,
        byteCount: byteCount))
  }

  /// What is to become of features, by those of a new training part.
  ///
  /// - Parameters:
  ///   - own: the part that the rows are of.
  ///   - rows: those of each new part.
  private func preparation(
    _ method: NormalizationMethod, of own: DataRows, rows: [[Int]], _ progress: @escaping () -> Void
  ) throws(DataError) -> FeaturePreparation {
    let source = RowSource(file: "the data")
    do throws(PreparationProblem) {
      let made = try description.preparation(method, rows: rows[DataPart.train.rawValue], progress) { rows, body in
        own.forEachRow(rows, body)
      }
      var description = description
      description.treatments = made.treatments
      for rows in rows {
        let problem = description.firstOutside(rows) { row, body in own.forEachRow([row], body) }
        if let problem { throw problem }
      }
      return made
    } catch {
      throw description.dataError(error, in: source, canChoose: true)
    }
  }
}

extension DataRows {
  /// Hands out the features of rows as they came, in double, one row after the other.
  fileprivate func forEachRow(_ rows: [Int], _ body: (UnsafePointer<Double>) -> Void) {
    let values = AlignedBuffer<Double>(count: max(1, featureCount))
    for row in rows {
      let place = place(row)
      for run in source.runs {
        let block = source.features[run.block], output = values.pointer + run.features.lowerBound
        let first = places[run.block] + place * block.rowBytes + run.first * block.element.byteCount
        if run.isCode {
          output.update(repeating: 0, count: run.features.count)
          // One beyond the categories: it is missing.
          let code = block.element.code(at: first)
          if code < run.features.count { output[code] = 1 }
        } else {
          for index in run.features.indices {
            let offset = index - run.features.lowerBound
            output[offset] = block.element.value(at: first + offset * block.element.byteCount)
          }
        }
      }
      body(values.pointer)
    }
  }

  /// Hands out the target values of rows as they came, in double.
  fileprivate func forEachTarget(_ rows: [Int], _ body: (UnsafePointer<Double>) -> Void) {
    guard let (block, base) = targetBlock else { return }
    let values = AlignedBuffer<Double>(count: max(1, block.width))
    for row in rows {
      let first = base + place(row) * block.rowBytes
      for index in 0..<block.width {
        values.pointer[index] = block.element.value(at: first + index * block.element.byteCount)
      }
      body(values.pointer)
    }
  }

  /// What brings the weights of some rows to float32.
  ///
  /// None is lost beside a largest that is no larger than the part's.
  fileprivate func weightScale(_ rows: [Int], part: String) throws(DataError) -> WeightScale {
    guard source.weight != nil, !rows.isEmpty else { return WeightScale() }
    guard let scale = WeightScale(rows.lazy.map { weight($0) }) else { throw .noWeight(file: "the data", part: part) }
    return scale
  }
}
