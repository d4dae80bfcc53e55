internal import Specs

/// Rows of validation and test that the training part has as well, features and target alike.
///
/// All rows are hashed in 64 bits, source by source; those whose hashes meet are compared bit by bit. It takes 8 bytes
/// for each row, and some 30 for each of validation and test, and one pass over the data.
struct PartOverlap {
  /// What was found of a part.
  struct Found: Equatable {
    /// Its rows that are in the training part.
    var count = 0
    /// The first of them, and the first training row that is the same: rows of their sources.
    var first: (row: Int, training: Int)?

    static func == (a: Found, b: Found) -> Bool {
      a.count == b.count && a.first?.row == b.first?.row && a.first?.training == b.first?.training
    }
  }

  /// Rows beyond which nobody looks: a gigabyte of hashes.
  static let limit = 1 << 27
  /// Bytes of a mapped file beyond which nobody looks: it would be read once more from the disk.
  static let mappedLimit = 1 << 30

  private(set) var validation = Found()
  private(set) var test = Found()

  /// - Parameter targets: target values of a row.
  init(
    _ sources: [DataPreparation.Source], _ pieces: [DataPreparation.Piece], targets: Int,
    progress: @escaping () -> Void
  ) {
    let secret = UInt64.random(in: .min ... .max)
    let areBytes = RowImage.areAlike(sources)
    func makeImages() -> [RowImage] { sources.map { RowImage($0, targets: targets, areBytes: areBytes) } }
    let images = makeImages(), others = makeImages()
    var pace = Pace(progress), hashes: [[UInt64]] = []
    for (source, image) in zip(sources, images) {
      let width = source.table.featureShape.count
      hashes.append(
        (0..<source.table.count).map { row in
          pace.add(width)
          return image.hash(row, secret: secret)
        })
    }
    // Rows of validation, then of test.
    let split = pieces[1].rows.count, held = split + pieces[2].rows.count
    func place(_ index: Int) -> (source: Int, row: Int) {
      index < split ? (pieces[1].source, pieces[1].rows[index]) : (pieces[2].source, pieces[2].rows[index - split])
    }
    var room = 16
    while room < 2 * held { room *= 2 }
    // A hash table of different rows: numbers plus 1, 0 for none.
    var slots = [UInt32](repeating: 0, count: room)
    // The row that stands for each, and the training row that is the same.
    var standing = [UInt32](repeating: 0, count: held), trained = [Int](repeating: -1, count: held)
    /// Whether a held row is the same as one that is in the table.
    func isSame(_ index: Int, _ source: Int, _ row: Int) -> Bool {
      let (own, ownRow) = place(index)
      return images[own].isSame(ownRow, as: others[source], row)
    }
    for index in 0..<held {
      let (source, row) = place(index), hash = hashes[source][row]
      var slot = Int(truncatingIfNeeded: hash) & (room - 1)
      standing[index] = UInt32(index)
      while slots[slot] != 0 {
        let known = Int(slots[slot]) - 1, (other, otherRow) = place(known)
        if hashes[other][otherRow] == hash, isSame(known, source, row) {
          standing[index] = UInt32(known)
          break
        }
        slot = (slot + 1) & (room - 1)
      }
      if slots[slot] == 0 { slots[slot] = UInt32(index + 1) }
      pace.add(1)
    }
    for row in pieces[0].rows {
      let source = pieces[0].source, hash = hashes[source][row]
      var slot = Int(truncatingIfNeeded: hash) & (room - 1)
      while slots[slot] != 0 {
        let known = Int(slots[slot]) - 1, (other, otherRow) = place(known)
        if hashes[other][otherRow] == hash, trained[known] < 0, isSame(known, source, row) { trained[known] = row }
        slot = (slot + 1) & (room - 1)
      }
      pace.add(1)
    }
    func found(_ indices: Range<Int>) -> Found {
      var found = Found()
      for index in indices {
        let training = trained[Int(standing[index])]
        guard training >= 0 else { continue }
        found.count += 1
        if found.first == nil { found.first = (place(index).row, training) }
      }
      return found
    }
    validation = found(0..<split)
    test = found(split..<held)
  }
}

extension DataPreparation {
  /// Rows of validation and test that the training part has as well, in words.
  func notesOnOverlap(_ progress: @escaping () -> Void) -> [String] {
    guard pieces.dropFirst().contains(where: { !$0.rows.isEmpty }) else { return [] }
    guard sources.reduce(0, { $0 + $1.table.count }) <= PartOverlap.limit else {
      return ["more than \(PartOverlap.limit) rows: nobody has looked whether validation or test has training rows"]
    }
    for source in sources {
      guard let file = source.table.mappedFile, file.byteCount > PartOverlap.mappedLimit else { continue }
      return [
        "\(source.table.source.file.oneLine): stays on the disk and is larger than 1 GiB: nobody has looked whether validation or test "
          + "has training rows"
      ]
    }
    let overlap = PartOverlap(
      sources, pieces, targets: description.targetKind == .values ? description.targetWidth : 0, progress: progress)
    let training = sources[pieces[0].source].table.source
    return [(DataPart.validation, overlap.validation), (.test, overlap.test)].compactMap { part, found in
      guard let (row, trained) = found.first else { return nil }
      let piece = pieces[part.rawValue], own = sources[piece.source].table.source
      let of = own.file == training.file ? "" : " of \(training.file.oneLine)"
      return "\(own.file.oneLine): \(found.count) of the \(piece.rows.count) \(part.name) rows "
        + "\(found.count == 1 ? "is" : "are") in the training part as well, features and target alike (first \(own.place(row)) = "
        + "\(training.place(trained))\(of)); the \(part.name) figures are too good by \(found.count == 1 ? "it" : "them")"
    }
  }
}
