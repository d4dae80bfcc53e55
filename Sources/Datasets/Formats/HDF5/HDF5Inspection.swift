internal import Glibc
internal import Specs

/// Describes HDF5 files with the help of the HDF5 library, for another process to read.
///
/// The library is large and C: a damaged file may crash it, or keep it busy for ever. So this runs in a process of its
/// own (``HDF5Describer``), which hands over a text.
package struct HDF5Inspection {
  private let calls: HDF5Calls
  private let path: String

  /// More data sets than these are not named.
  static let nameLimit = 1000

  /// Describes data sets of a file.
  ///
  /// - Parameters:
  ///   - path: of the file, as this process finds it.
  ///   - datasets: their paths in the file; empty: all are named, with types and shapes.
  /// - Returns: what ``HDF5Description`` reads.
  package static func describe(_ path: String, _ datasets: [String]) -> String {
    let answer: ConfigValue
    do throws(HDF5Library.Lack) {
      answer = try HDF5Inspection(calls: HDF5Calls(HDF5Library()), path: path).answer(datasets)
    } catch {
      switch error {
      case .none: answer = .object([.init("lack", .string("library"))])
      case .old(let version): answer = .object([.init("lack", .string("version")), .init("library", .string(version))])
      }
    }
    return answer.compactText
  }

  private func answer(_ datasets: [String]) -> ConfigValue {
    var members: [ConfigValue.Member] = [.init("library", .string(calls.library.versionText))]
    let access = calls.createPropertyList(calls.accessClass)
    defer { _ = calls.closePropertyList(access) }
    // Locks fail on file systems of clusters and on what is mounted read-only.
    if let setLocking = calls.setLocking { _ = setLocking(access, false, true) }
    let file = calls.openFile(path, 0, access)
    guard file >= 0 else {
      members += [.init("lack", .string("file")), .init("reason", .string(reason()))]
      return .object(members)
    }
    defer { _ = calls.closeFile(file) }
    let found = datasets.map { describe($0, in: file) }
    members.append(.init("datasets", .array(found)))
    if datasets.isEmpty || found.contains(where: { $0["found"] != .string("dataset") }) {
      members.append(.init("known", .array(known(in: file).map { .string($0) })))
    }
    return .object(members)
  }

  /// What the innermost function that failed says.
  private func reason() -> String {
    var reason = ""
    withUnsafeMutablePointer(to: &reason) { place in
      let take: HDF5Calls.EachError = { number, error, place in
        // Three identifiers, a line number, the names of function and file, the sentence.
        guard number == 0, let error, let place,
          let text = error.load(fromByteOffset: 48, as: UnsafePointer<CChar>?.self)
        else { return 0 }
        place.assumingMemoryBound(to: String.self).pointee = String(cString: text)
        return 0
      }
      _ = calls.walkErrors(0, 0, take, place)
    }
    return reason
  }

  /// The paths of all that has a name in a file.
  private func names(in file: HDF5Library.Identifier) -> [String] {
    var names: [String] = []
    withUnsafeMutablePointer(to: &names) { place in
      let take: HDF5Calls.EachLink = { _, name, _, place in
        guard let name, let names = place?.assumingMemoryBound(to: [String].self) else { return 0 }
        names.pointee.append("/" + String(cString: name))
        return names.pointee.count < 10 * HDF5Inspection.nameLimit ? 0 : 1
      }
      // By name, ascending.
      _ = calls.visitLinks(file, 0, 0, take, place)
    }
    return names
  }

  /// The paths of the data sets of a file.
  private func known(in file: HDF5Library.Identifier) -> [String] {
    var known: [String] = []
    for name in names(in: file) where known.count < Self.nameLimit {
      let object = calls.openObject(file, name, 0)
      guard object >= 0 else { continue }
      if calls.kind(object) == 5 { known.append(name) }
      _ = calls.closeObject(object)
    }
    return known
  }

  private func describe(_ name: String, in file: HDF5Library.Identifier) -> ConfigValue {
    func failed(_ found: String, _ reason: String = "") -> ConfigValue {
      .object([.init("found", .string(found)), .init("reason", .string(reason))])
    }
    let object = calls.openObject(file, name, 0)
    guard object >= 0 else {
      let reason = reason()
      return failed(
        names(in: file).contains(name.hasPrefix("/") ? name : "/" + name) ? "unreadable" : "nothing", reason)
    }
    defer { _ = calls.closeObject(object) }
    let kind = calls.kind(object)
    guard kind == 5 else { return failed(kind == 2 ? "group" : "nothing") }
    let home = fileName(of: object)
    guard home == fileName(of: file) else { return failed("link", home) }
    do throws(Failure) {
      return .object([.init("found", .string("dataset"))] + (try facts(of: object, userBlock: userBlock(of: file))))
    } catch {
      return failed(error.found, error.reason)
    }
  }

  struct Failure: Error {
    var found = "unreadable"
    var reason: String
  }

  private func fileName(of object: HDF5Library.Identifier) -> String {
    let length = calls.fileName(object, nil, 0)
    guard length > 0, length < 1 << 16 else { return "" }
    var bytes = [CChar](repeating: 0, count: length + 1)
    _ = calls.fileName(object, &bytes, bytes.count)
    return String(decoding: bytes.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  private func userBlock(of file: HDF5Library.Identifier) -> UInt64 {
    let creation = calls.fileCreation(file)
    defer { _ = calls.closePropertyList(creation) }
    var byteCount: UInt64 = 0
    return calls.userBlock(creation, &byteCount) >= 0 ? byteCount : 0
  }

  private func facts(of dataset: HDF5Library.Identifier, userBlock: UInt64) throws(Failure) -> [ConfigValue.Member] {
    let space = calls.space(dataset), type = calls.type(dataset), creation = calls.creation(dataset)
    defer {
      _ = calls.closeSpace(space)
      _ = calls.closeType(type)
      _ = calls.closePropertyList(creation)
    }
    guard space >= 0, type >= 0, creation >= 0 else { throw Failure(reason: reason()) }
    let rank = Int(calls.rank(space)), kind = calls.extentKind(space)
    var extents = [UInt64](repeating: 0, count: max(1, rank))
    // Of a null dataspace, which has no elements.
    if kind == 2 { return [.init("shape", .array([.integer(0)])), .init("type", typeFacts(type))] }
    guard (0...32).contains(rank), kind == 0 || kind == 1, rank == 0 || calls.extents(space, &extents, nil) >= 0 else {
      throw Failure(reason: reason())
    }
    let shape = extents.prefix(rank).map { Int(clamping: $0) }
    var members: [ConfigValue.Member] = [.init("shape", .array(shape.map(ConfigValue.integer)))]
    members.append(.init("type", typeFacts(type)))
    let size = calls.typeSize(type), isVariable = calls.isVariableText(type) > 0
    if (1...1 << 16).contains(size), !isVariable, (0...3).contains(calls.typeClass(type)) {
      var fill = [UInt8](repeating: 0, count: size)
      if calls.fillValue(creation, type, &fill) >= 0 { members.append(.init("fill", .string(Self.hex(fill)))) }
    }
    return members + conventions(of: dataset, type: type)
      + (try storage(dataset, space, type, creation, rank: rank, userBlock: userBlock))
  }

  private func storage(
    _ dataset: HDF5Library.Identifier, _ space: HDF5Library.Identifier, _ type: HDF5Library.Identifier,
    _ creation: HDF5Library.Identifier, rank: Int, userBlock: UInt64
  ) throws(Failure) -> [ConfigValue.Member] {
    func named(_ name: String) -> ConfigValue.Member { .init("storage", .string(name)) }
    let size = calls.storageSize(dataset)
    switch calls.layout(creation) {
    case 0:
      guard size <= 1 << 16 else { throw Failure(reason: "its compact storage is too large") }
      var bytes = [UInt8](repeating: 0, count: Int(size))
      guard size == 0 || calls.read(dataset, type, 0, 0, 0, &bytes) >= 0 else { throw Failure(reason: reason()) }
      return [named("compact"), .init("bytes", .string(Self.hex(bytes)))]
    case 1 where calls.externalCount(creation) > 0: return [named("external")]
    case 1:
      let offset = calls.offset(dataset)
      return [named("contiguous"), .init("address", offset == .max ? .null : .integer(Int(clamping: offset)))]
    case 2:
      var chunk = [UInt64](repeating: 0, count: max(1, rank))
      guard calls.chunk(creation, Int32(rank), &chunk) == rank else { throw Failure(reason: reason()) }
      let table = HDF5ChunkTable(
        calls: calls, path: path, userBlock: userBlock, dataset: dataset, space: space, rank: rank)
      guard let chunks = table.text(isTrivial: size == 0) else {
        throw Failure(found: table.hasTooMany ? "chunks" : "unreadable", reason: table.problem ?? reason())
      }
      var options: UInt32 = 0
      if let chunkOptions = calls.chunkOptions, chunkOptions(creation, &options) < 0 { throw Failure(reason: reason()) }
      return [
        named("chunked"), .init("filters_edges", .boolean(options & 2 == 0)),
        .init("chunk", .array(chunk.prefix(rank).map { .integer(Int(clamping: $0)) })),
        .init("chunks", .string(chunks)), .init("filters", .array(filters(creation))),
      ]
    case 3: return [named("virtual")]
    default: return [named("unknown")]
    }
  }

  private func filters(_ creation: HDF5Library.Identifier) -> [ConfigValue] {
    (0..<max(0, calls.filterCount(creation))).map { index in
      var count = 32, values = [UInt32](repeating: 0, count: 32), name = [CChar](repeating: 0, count: 256)
      let number = calls.filter(creation, UInt32(index), nil, &count, &values, name.count, &name, nil)
      let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      return .object([
        .init("id", .integer(Int(number))), .init("name", .string(text)),
        .init("values", .array(values.prefix(max(0, min(count, 32))).map { .integer(Int($0)) })),
      ])
    }
  }

  private func typeFacts(_ type: HDF5Library.Identifier) -> ConfigValue {
    let size = calls.typeSize(type)
    func named(_ name: String, _ more: [ConfigValue.Member] = []) -> ConfigValue {
      .object([.init("class", .string(name)), .init("bytes", .integer(size))] + more)
    }
    let order = ConfigValue.Member("big_endian", .boolean(calls.byteOrder(type) == 1))
    switch calls.typeClass(type) {
    case 0:
      guard calls.precision(type) == 8 * size, calls.bitOffset(type) == 0, calls.byteOrder(type) <= 1 else {
        return named("integer of \(calls.precision(type)) bits")
      }
      return named("integer", [order, .init("signed", .boolean(calls.sign(type) == 1))])
    case 1:
      var fields = [Int](repeating: 0, count: 5)
      fields.withUnsafeMutableBufferPointer {
        guard let base = $0.baseAddress else { return }
        _ = calls.floatFields(type, base, base + 1, base + 2, base + 3, base + 4)
      }
      // Sign, exponent, its bits, mantissa, its bits, bias: those of IEEE 754.
      let layouts = [
        2: [15, 10, 5, 0, 10, 15], 4: [31, 23, 8, 0, 23, 127], 8: [63, 52, 11, 0, 52, 1023],
      ]
      guard layouts[size] == fields + [calls.exponentBias(type)], calls.byteOrder(type) <= 1 else {
        return named("number of \(8 * size) bits that is none of IEEE 754")
      }
      return named("float", [order])
    case 3:
      guard calls.isVariableText(type) == 0 else { return named("text of any length") }
      return named("text", [.init("padding", .integer(Int(calls.padding(type))))])
    case 8:
      let base = calls.baseType(type)
      defer { _ = calls.closeType(base) }
      return base >= 0 && calls.typeClass(base) == 0 ? typeFacts(base) : named("enumeration")
    case let other:
      let names = [
        2: "time", 4: "bit field", 5: "opaque", 6: "compound", 7: "reference", 9: "list of any length", 10: "array",
        11: "complex number",
      ]
      return named(names[Int(other)] ?? "unknown")
    }
  }

  /// What stands in an attribute.
  private enum Attribute {
    case numbers([Double], bytes: Int, isWhole: Bool)
    case text(String)
    /// In words.
    case other(String)
  }

  /// - Returns: nil: there is none of this name.
  private func attribute(_ name: String, of dataset: HDF5Library.Identifier) -> Attribute? {
    guard calls.hasAttribute(dataset, name) > 0 else { return nil }
    let attribute = calls.openAttribute(dataset, name, 0)
    guard attribute >= 0 else { return .other("unreadable") }
    let type = calls.attributeType(attribute), space = calls.attributeSpace(attribute)
    defer {
      _ = calls.closeType(type)
      _ = calls.closeSpace(space)
      _ = calls.closeAttribute(attribute)
    }
    let count = calls.pointCount(space), size = calls.typeSize(type), kind = calls.typeClass(type)
    switch kind {
    case 0, 1:
      guard (1...16).contains(count) else { return .other("a list of \(count) numbers") }
      var values = [Double](repeating: 0, count: count)
      guard calls.readAttribute(attribute, calls.double, &values) >= 0 else { return .other("unreadable") }
      return .numbers(values, bytes: size, isWhole: kind == 0)
    case 3 where count == 1 && calls.isVariableText(type) > 0:
      // The library's own memory, which ends with this process.
      var text: UnsafeMutablePointer<CChar>?
      guard calls.readAttribute(attribute, type, &text) >= 0 else { return .other("unreadable") }
      return .text(text.map { String(cString: $0) } ?? "")
    case 3 where count == 1 && (1...1 << 16).contains(size):
      var bytes = [UInt8](repeating: 0, count: size)
      guard calls.readAttribute(attribute, type, &bytes) >= 0 else { return .other("unreadable") }
      return .text(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
    case 3: return .other("a list of texts")
    default: return .other("of another type than numbers or text")
    }
  }

  /// What NetCDF's conventions say of a data set of numbers: whether whole ones have a sign, packed and missing values,
  /// and what of that is not followed.
  private func conventions(of dataset: HDF5Library.Identifier, type: HDF5Library.Identifier) -> [ConfigValue.Member] {
    func refused(_ name: String, _ found: String) -> [ConfigValue.Member] {
      [.init("attribute", .object([.init("name", .string(name)), .init("found", .string(found))]))]
    }
    // Whole ones, others, those of an enumeration.
    let kind = calls.typeClass(type), isWhole = kind != 1, bits = 8 * calls.typeSize(type)
    guard [0, 1, 8].contains(kind) else { return [] }
    var members: [ConfigValue.Member] = [], isSigned = calls.sign(type) == 1
    switch attribute("_Unsigned", of: dataset) {
    case .text(let text)? where ["true", "false"].contains(text.lowercased()):
      if isWhole {
        isSigned = text.lowercased() == "false"
        members.append(.init("signed", .boolean(isSigned)))
      }
    case .text(let text)?: return refused("_Unsigned", "the text '\(text.prefix(40))'")
    case .numbers?: return refused("_Unsigned", "a number")
    case .other(let found)?: return refused("_Unsigned", found)
    case nil: break
    }
    var numbers: [String: (values: [Double], bytes: Int)] = [:]
    for name in ["scale_factor", "add_offset", "_FillValue", "missing_value"] {
      switch attribute(name, of: dataset) {
      case .numbers(let values, let bytes, let isWhole)?:
        if name == "scale_factor" || name == "add_offset", values.count > 1 {
          return refused(name, "a list of \(values.count) numbers")
        }
        numbers[name] = (values, isWhole ? 8 : bytes)
      case .text(let text)?: return refused(name, "the text '\(text.prefix(40))'")
      case .other(let found)?: return refused(name, found)
      case nil: break
      }
    }
    let ignored = ["valid_range", "valid_min", "valid_max"].filter { (name: String) in
      calls.hasAttribute(dataset, name) > 0
    }
    if !ignored.isEmpty { members.append(.init("ignored", .array(ignored.map(ConfigValue.string)))) }
    // What is no number is missing as it is.
    let missing = ["_FillValue", "missing_value"].flatMap { numbers[$0]?.values ?? [] }.filter { !$0.isNaN }.map {
      // A mark has the sign that the type has, and stands for the number of the same bits.
      let span = Double(sign: .plus, exponent: bits, significand: 1)
      if isWhole, !isSigned, $0 < 0 { return $0 + span }
      return isWhole && isSigned && $0 >= span / 2 ? $0 - span : $0
    }
    let scale = numbers["scale_factor"], offset = numbers["add_offset"]
    guard scale != nil || offset != nil || !missing.isEmpty else { return members }
    let scaling = [scale, offset].compactMap { $0 }
    members.append(
      .init(
        "packing",
        .object([
          .init("scale", .number(scale?.values.first ?? 1)), .init("offset", .number(offset?.values.first ?? 0)),
          .init("missing", .array(missing.filter(\.isFinite).map(ConfigValue.number))),
          .init("bytes", .integer(scaling.map(\.bytes).max() ?? 0)),
        ])))
    return members
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
