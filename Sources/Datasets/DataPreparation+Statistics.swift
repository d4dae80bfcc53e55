internal import Kernels

extension DataPreparation {
  /// What is to become of features, by those of the training part.
  ///
  /// - Throws: ``DataError`` where they cannot be filled, or a logarithm does not take one.
  func preparation(
    _ method: NormalizationMethod, progress: @escaping () -> Void
  ) throws(DataError) -> FeaturePreparation {
    let training = sources[pieces[0].source].table
    do throws(PreparationProblem) {
      return try description.preparation(method, rows: pieces[0].rows, progress) { rows, body in
        training.forEachRow(rows) { body($1) }
      }
    } catch {
      throw description.dataError(error, in: training.source, canChoose: true)
    }
  }

  /// Refuses numbers that the logarithm of their feature does not take.
  ///
  /// - Parameter canChoose: whether the one who reads the sentence can choose other transforms.
  /// - Throws: ``DataError/outsideTransform(file:place:column:text:transform:canChoose:)`` for the first row.
  func requireInside(canChoose: Bool, progress: @escaping () -> Void) throws(DataError) {
    for piece in pieces {
      let table = sources[piece.source].table, reader = RowReader(table.features)
      var pace = Pace(progress)
      let problem = description.firstOutside(piece.rows) { row, body in
        pace.add(description.featureCount)
        body(reader(row))
      }
      if let problem { throw description.dataError(problem, in: table.source, canChoose: canChoose) }
    }
  }

  /// Refuses target values whose logarithm is to be taken and that have none.
  ///
  /// - Parameter canChoose: whether the one who reads the sentence can choose another transform.
  /// - Throws: ``DataError/targetOutsideTransform(file:place:target:text:transform:bound:canChoose:key:)`` for the
  ///   first row.
  func requireTargetsInside(
    _ functions: [Normalization.Function], canChoose: Bool, progress: @escaping () -> Void
  ) throws(DataError) {
    for piece in pieces {
      let source = sources[piece.source]
      var pace = Pace(progress)
      let problem = description.firstOutside(functions, piece.rows) { rows, body in
        source.forEachTarget(rows, width: description.targetWidth) {
          pace.add(description.targetWidth)
          body($0)
        }
      }
      if let problem { throw description.dataError(problem, in: source.table.targetSource, canChoose: canChoose) }
    }
  }

  /// What brings the target values of the training part to a common scale.
  func targetNormalization(_ transforms: [TargetTransform], _ progress: @escaping () -> Void) -> Normalization {
    let source = sources[pieces[0].source], width = description.targetWidth
    return description.targetNormalization(transforms, rows: pieces[0].rows, progress) { rows, body in
      source.forEachTarget(rows, width: width, body)
    }
  }
}

extension DataPreparation.Source {
  /// Hands out the target values of rows as they came.
  fileprivate func forEachTarget(_ rows: [Int], width: Int, _ body: (UnsafePointer<Double>) -> Void) {
    values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for row in rows { body(base + row * width) }
    }
  }
}
