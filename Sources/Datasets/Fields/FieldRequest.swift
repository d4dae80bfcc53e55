package import Specs

/// An entry of `model.inputs`: features of the data that layers read under a name of their own.
package struct FieldRequest: Sendable {
  package var name: String
  /// The columns that it is made of; nil: those that no other names, or all features of an array.
  package var columns: [String]?
  package var dataType: FeatureField.DataType
  /// The shape of a sample's elements, in the order of the columns; nil: flat, or the array's.
  package var shape: Shape?
  /// Where the config states it.
  package var path: String

  /// Reads a list of them.
  package static func list(_ key: String, _ fields: FieldReader) throws(ConfigError) -> [FieldRequest] {
    let reader = FieldReader(describing: fields.pathOf(key) + "[]")
    _ = try FieldRequest(from: reader, path: "")
    let requests: [FieldRequest] = try fields.read(
      key, schema: .list(.object(reader.properties)), default: ([], nil), example: [],
      summary: "what of the data layers read by name; default: all features are the only input, called 'input'"
    ) { value, path throws(ConfigError) in
      guard case .array(let values) = value, !values.isEmpty else {
        throw ConfigError("expected a list of inputs, found \(value.excerpt)", path: path)
      }
      var requests: [FieldRequest] = [], texts: [ConfigValue] = []
      for (index, value) in values.enumerated() {
        let path = "\(path)[\(index)]"
        let (request, text) = try FieldReader.readObject(value, path: path) { fields throws(ConfigError) in
          try FieldRequest(from: fields, path: path)
        }
        requests.append(request)
        texts.append(text)
      }
      return (requests, .array(texts))
    }
    for (index, request) in requests.enumerated() {
      if requests[..<index].contains(where: { $0.name == request.name }) {
        throw ConfigError(
          "two inputs are named '\(request.name.excerpt(60))'; names must differ", path: request.path + ".name")
      }
      if request.columns == nil, requests[..<index].contains(where: { $0.columns == nil }) {
        throw ConfigError(
          "a second input without 'columns', and only one can have what is left; list the columns of one",
          path: request.path)
      }
    }
    return requests
  }

  private init(from fields: FieldReader, path: String) throws(ConfigError) {
    self.path = path
    name = try fields.text("name", "what layers call it in their 'inputs'")
    columns = try fields.read(
      "columns", schema: .list(.text), default: (nil, nil), example: nil,
      summary: "names of the feature columns it is made of; default: those that no other input names"
    ) { value, path throws(ConfigError) in
      guard case .array(let names) = value, !names.isEmpty else {
        throw ConfigError("expected a list of columns' names, found \(value.excerpt)", path: path)
      }
      var texts: [String] = []
      for (index, name) in names.enumerated() { texts.append(try FieldReader.text(name, path: "\(path)[\(index)]")) }
      return (texts, value)
    }
    dataType = try fields.option(
      "dtype", default: FeatureField.DataType.float32,
      "float32, or int32: whole numbers like ids, masks and lengths, which nothing normalizes")
    shape = try fields.read(
      "shape", schema: .list(.integer(1...Self.extentLimit)), default: (nil, nil), example: nil,
      summary: "the shape of its elements, in the order of the columns; default: flat"
    ) { value, path throws(ConfigError) in
      guard case .array(let values) = value, 1...Self.axisLimit ~= values.count else {
        throw ConfigError("expected a list of 1 to \(Self.axisLimit) whole numbers, found \(value.excerpt)", path: path)
      }
      var extents: [Int] = []
      for (index, value) in values.enumerated() {
        extents.append(try FieldReader.integer(value, in: 1...Self.extentLimit, path: "\(path)[\(index)]"))
      }
      return (Shape(extents), value)
    }
  }

  // So many axes of this length still make a number of elements.
  private static let axisLimit = 3
  private static let extentLimit = 1 << 20
}
