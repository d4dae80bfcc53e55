internal import Specs

/// The arrays of a file that holds several, as a person who has to name two of them wants to see them.
package struct ArrayListing: Sendable {
  package struct Entry: Sendable, Equatable {
    package var name: String
    /// Rows first; empty: it is no array that could be used.
    package var shape: [Int]

    package init(name: String, shape: [Int]) { (self.name, self.shape) = (name, shape) }

    fileprivate var width: Int { shape.dropFirst().reduce(1) { $0 &* $1 } }
    /// Its name without groups, small.
    fileprivate var plainName: String { (name.split(separator: "/").last.map(String.init) ?? name).lowercased() }
  }

  package var entries: [Entry]

  package init(_ entries: [Entry]) { self.entries = entries }

  /// The format of files with several arrays that a file's ending stands for.
  package static func format(of file: String) -> String? {
    let ending = file.split(separator: ".").last.map { $0.lowercased() } ?? ""
    switch ending {
    case "h5", "hdf5", "he5", "hdf", "nc", "nc4": return HDF5Format.kind
    case "npz": return NPZFormat.kind
    case "safetensors": return SafetensorsFormat.kind
    default: return nil
    }
  }

  /// Looks into a file.
  ///
  /// - Parameter format: as ``format(of:)`` gives it.
  /// - Throws: ``DataError`` where it is no such file.
  package init(file: String, format: String, in context: DataContext) throws(DataError) {
    switch format {
    case HDF5Format.kind: entries = try HDF5Listing.entries(of: file, in: context)
    case NPZFormat.kind: entries = try NPZFile(file, in: context).listing(in: context)
    default: entries = try SafetensorsFile(file, in: context).listing
    }
  }

  private static let usualTargets = ["y", "target", "targets", "label", "labels", "y_train", "train_labels", "train_y"]
  private static let usualFeatures = [
    "x", "features", "data", "inputs", "images", "x_train", "train_x", "train_images",
  ]

  /// The two that are likely features and targets: called so, or of two with as many rows the wide and the narrow one.
  package var likelyPair: (features: String, targets: String)? {
    let arrays = entries.filter { $0.shape.first.map { $0 > 1 } == true }
    func first(_ usual: [String], _ isFit: (Entry) -> Bool) -> Entry? {
      for name in usual { if let entry = arrays.first(where: { $0.plainName == name && isFit($0) }) { return entry } }
      return nil
    }
    if let targets = first(Self.usualTargets, { $0.shape.count <= 2 }) {
      let others = arrays.filter { $0.name != targets.name && $0.shape[0] == targets.shape[0] }
      let features =
        first(Self.usualFeatures) { entry in others.contains(entry) } ?? others.max { $0.width < $1.width }
      return features.map { ($0.name, targets.name) }
    }
    for features in arrays.sorted(by: { $0.width > $1.width }) {
      let others = arrays.filter { $0.name != features.name && $0.shape[0] == features.shape[0] && $0.shape.count <= 2 }
      if let targets = others.min(by: { $0.width < $1.width }), targets.width < features.width {
        return (features.name, targets.name)
      }
    }
    return nil
  }
}

extension NPZFile {
  /// Names and shapes; those that cannot be read have none.
  func listing(in context: DataContext) throws(DataError) -> [ArrayListing.Entry] {
    names.map { name in
      ArrayListing.Entry(name: name, shape: (try? array(name, in: context, mayMap: true).shape) ?? [])
    }
  }
}
