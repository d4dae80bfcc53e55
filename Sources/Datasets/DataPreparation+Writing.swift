internal import Kernels

extension DataPreparation {
  /// How the rows that parts use lie in memory.
  func makeLayout(_ progress: @escaping () -> Void) -> DataLayout {
    let kept = sources.indices.map { keptRows(ofSource: $0) }
    let layouts = zip(sources, kept).map { source, kept -> SourceLayout in
      let (blocks, runs) = source.table.featureLayout(progress)
      let targets: SourceLayout.Block? =
        switch description.targetKind {
        case .classes: .init(element: .codes(description.classNames.count), width: 1)
        case .values:
          .init(
            element: source.values.allSatisfy(RawElement.isFloat) ? .float32 : .float64, width: description.targetWidth)
        case .none: nil
        }
      let weight = source.table.sampleWeights.map { $0.allSatisfy(RawElement.isFloat) ? RawElement.float32 : .float64 }
      return SourceLayout(
        rows: kept?.count ?? source.table.count, features: blocks, runs: runs, targets: targets, weight: weight,
        mapping: kept == nil ? source.table.mapping(as: blocks) : nil)
    }
    let parts = pieces.map { piece in
      DataLayout.Part(
        source: piece.source, count: piece.rows.count,
        isWhole: piece.rows.count == layouts[piece.source].rows
          && piece.rows.indices.allSatisfy {
            piece.rows[$0] == kept[piece.source]?[$0] ?? $0
          },
        weightExponent: piece.weightScale.exponent)
    }
    return DataLayout(sources: layouts, parts: parts)
  }

  /// The rows of a source that some part uses, ascending; nil: all.
  func keptRows(ofSource source: Int) -> [Int]? {
    var isUsed = [Bool](repeating: false, count: sources[source].table.count)
    for piece in pieces where piece.source == source {
      for row in piece.rows { isUsed[row] = true }
    }
    return isUsed.allSatisfy { $0 } ? nil : isUsed.indices.filter { isUsed[$0] }
  }

  /// Fills a region of at least ``DataLayout/byteCount`` bytes, 64-byte aligned.
  ///
  /// - Parameters:
  ///   - givesBack: whether memory of the sources is given back as soon as it was read: then this can be done only
  /// once, and the
  ///     features are hardly ever in memory twice.
  ///   - progress: called now and then.
  package func write(
    into region: UnsafeMutableRawBufferPointer, givesBack: Bool = false, progress: @escaping () -> Void = {}
  ) {
    precondition(region.count >= layout.byteCount, "the region is too small for the data")
    guard let base = region.baseAddress else { return }
    for gap in layout.gaps { region[gap].initializeMemory(as: UInt8.self, repeating: 0) }
    var places: [[Int]?] = []
    for (index, source) in sources.enumerated() {
      let kept = keptRows(ofSource: index), offsets = layout.places(ofSource: index).map { base + $0 }
      let own = layout.sources[index]
      if own.mapping == nil {
        source.table.writeFeatures(
          own, kept: kept, to: Array(offsets.prefix(own.features.count)), givesBack: givesBack, progress: progress)
      }
      source.write(own, kept: kept, targets: offsets[offsets.count - 2], weights: offsets[offsets.count - 1], progress)
      places.append(
        kept.map { kept in
          var places = [Int](repeating: 0, count: source.table.count)
          for (place, row) in kept.enumerated() { places[row] = place }
          return places
        })
    }
    for (part, piece) in pieces.enumerated() {
      guard let offset = layout.list(ofPart: part) else { continue }
      let list = base + offset, places = places[piece.source], isShort = layout.indexBytes(ofPart: part) == 4
      for (index, row) in piece.rows.enumerated() {
        let place = places?[row] ?? row
        if isShort {
          list.storeBytes(of: UInt32(place), toByteOffset: index * 4, as: UInt32.self)
        } else {
          list.storeBytes(of: UInt64(place), toByteOffset: index * 8, as: UInt64.self)
        }
      }
    }
  }

  /// For each source the file that its features stay in.
  package var mappedFiles: [MappedDataFile?] {
    zip(sources, layout.sources).map { $1.mapping == nil ? nil : $0.table.mappedFile }
  }

  /// Looks whether what was read from files that are mapped is what was checked, also where it was copied then.
  ///
  /// - Throws: ``DataError/changed(file:use:change:)``.
  package func requireUnchanged() throws(DataError) {
    for source in sources { try source.table.mappedFile?.requireUnchanged() }
  }

  /// The data in memory of this process alone.
  package func makePreparedData() -> PreparedData {
    let memory = OwnedRegion(byteCount: layout.byteCount)
    write(into: memory.region)
    var data = PreparedData(
      description, layout: layout, region: UnsafeRawBufferPointer(memory.region), files: mappedFiles, owner: memory)
    data.notes = notes
    data.dropped = dropped
    return data
  }
}

extension DataPreparation.Source {
  /// Writes targets and weights.
  fileprivate func write(
    _ layout: SourceLayout, kept: [Int]?, targets: UnsafeMutableRawPointer, weights: UnsafeMutableRawPointer,
    _ progress: @escaping () -> Void
  ) {
    var pace = Pace(progress)
    for place in 0..<layout.rows {
      let row = kept?[place] ?? place
      if let block = layout.targets {
        let output = targets + place * block.rowBytes
        if !classes.isEmpty { block.element.store(code: Int(classes[row]), at: output) }
        if !values.isEmpty {
          for target in 0..<block.width {
            block.element.store(values[row * block.width + target], at: output + target * block.element.byteCount)
          }
        }
      }
      if let element = layout.weight, let own = table.sampleWeights {
        element.store(own[row], at: weights + place * element.byteCount)
      }
      pace.add(layout.targets?.width ?? 1)
    }
  }
}
