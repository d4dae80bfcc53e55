import Specs

/// Finds the features that inputs ask for.
struct FieldPlan {
  let requests: [FieldRequest]
  let columns: [FeatureColumn]
  /// The shape of a sample's features together.
  let featureShape: Shape
  /// The features of each column.
  private var places: [String: Range<Int>] = [:]
  /// The features of the file's columns that become several, by the name of the file's column.
  private var parts: [String: [String]] = [:]
  /// The columns that no request names.
  private var rest: [String] = []

  init(_ requests: [FieldRequest], columns: [FeatureColumn], featureShape: Shape) throws(ConfigError) {
    self.requests = requests
    self.columns = columns
    self.featureShape = featureShape
    var first = 0
    for column in columns {
      places[column.name] = first..<first + column.width
      first += column.width
    }
    for column in columns { parts[column.fileColumn, default: []].append(column.name) }
    var readers: [String: String] = [:]
    for request in requests { try claim(request, &readers) }
    rest = columns.map(\.name).filter { readers[$0] == nil }
    if let request = requests.first, let column = rest.first, !requests.contains(where: { $0.columns == nil }) {
      throw ConfigError(
        "no input has the feature column '\(column.excerpt(40))'; name it in one, add an input without 'columns' that takes "
          + "all others, or leave it out of the data's 'features'", path: String(request.path.dropLast(3)))
    }
  }

  /// Takes note of the columns of a request.
  private func claim(_ request: FieldRequest, _ readers: inout [String: String]) throws(ConfigError) {
    for (index, column) in (request.columns ?? []).enumerated() {
      let path = "\(request.path).columns[\(index)]"
      let own = names(of: column)
      guard !own.isEmpty else {
        throw ConfigError(
          columns.isEmpty
            ? "the data are an array without columns; leave 'columns' out, for one input of all features"
            : "no feature column is named '\(column.excerpt(40))'; \(NearestName.hint(column, among: columns.map(\.name)))",
          path: path)
      }
      for name in own {
        guard let other = readers.updateValue(request.name, forKey: name) else { continue }
        throw ConfigError(
          "column '\(name.excerpt(40))' belongs to the input '\(other.excerpt(40))' already; a column has one place",
          path: path)
      }
    }
  }

  /// The columns of features that a name means: all that come of the file's column, or the one of that name.
  private func names(of column: String) -> [String] { parts[column] ?? (places[column] != nil ? [column] : []) }

  /// The fields, one for each request.
  func fields() throws(ConfigError) -> [FeatureField] {
    var fields: [FeatureField] = []
    for request in requests { fields.append(try field(request)) }
    return fields
  }

  private func field(_ request: FieldRequest) throws(ConfigError) -> FeatureField {
    let names = request.columns?.flatMap(names(of:)) ?? rest
    let runs = columns.isEmpty ? [0..<featureShape.count] : names.compactMap { places[$0] }
    let count = runs.reduce(0) { $0 + $1.count }
    guard count > 0 else {
      throw ConfigError("other inputs name all columns, and none is left for this one; take it out", path: request.path)
    }
    let shape = request.shape ?? (columns.isEmpty ? featureShape : Shape([count]))
    guard shape.count == count else {
      throw ConfigError(
        "shape \(shape) has \(shape.count) elements, and the columns of this input make \(count)",
        path: request.path + ".shape")
    }
    if request.dataType == .int32,
      let column = columns.first(where: { $0.isCategorical && names.contains($0.name) })
    {
      throw ConfigError(
        "column '\(column.name.excerpt(40))' has categories, each a feature of 0 and 1; give this input dtype float32, or the "
          + "data this column as whole numbers", path: request.path + ".dtype")
    }
    return FeatureField(name: request.name, dataType: request.dataType, shape: shape, runs: Self.joined(runs))
  }

  /// Runs that follow each other as one.
  private static func joined(_ runs: [Range<Int>]) -> [Range<Int>] {
    var joined: [Range<Int>] = []
    for run in runs {
      if let last = joined.last, last.upperBound == run.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<run.upperBound
      } else {
        joined.append(run)
      }
    }
    return joined
  }
}
