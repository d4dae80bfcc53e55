internal import Foundation
internal import Specs

/// What ``HDF5Inspection`` says of a file, checked: it comes from another process, which a damaged file may have led
/// astray.
struct HDF5Description {
  let datasets: [HDF5Dataset]

  /// - Parameters:
  ///   - text: the answer.
  ///   - names: the data sets that were asked for.
  ///   - byteCount: of the file.
  init(_ text: [UInt8], of names: [String], file: String, byteCount: Int) throws(DataError) {
    do throws(Fault) {
      let answer: ConfigValue
      do throws(ConfigError) {
        answer = try ConfigValue.parse(Data(text), file: "")
      } catch { throw .problem(.misdescribed) }
      datasets = try Self.read(answer, names, byteCount)
    } catch {
      switch error {
      case .problem(let problem): throw .hdf5(file: file, problem)
      case .emptyShape(let shape): throw .emptyShape(file: file, shape: shape)
      case .tooLarge: throw .tooLarge(file: file, byteCount: .max, available: Memory.byteCount)
      }
    }
  }

  private enum Fault: Error {
    case problem(HDF5Problem)
    case emptyShape([Int])
    case tooLarge
  }

  private static let nonsense = Fault.problem(.misdescribed)

  private static func read(_ answer: ConfigValue, _ names: [String], _ byteCount: Int) throws(Fault) -> [HDF5Dataset] {
    let library = text(answer["library"]) ?? "?", reason = text(answer["reason"]) ?? "?"
    switch text(answer["lack"]) {
    case nil: break
    case "library": throw .problem(.noLibrary)
    case "version": throw .problem(.oldLibrary(version: library))
    default: throw .problem(.unopened(reason: reason, library: library))
    }
    guard case .array(let found)? = answer["datasets"], found.count == names.count else { throw nonsense }
    var known: [String] = []
    if case .array(let texts)? = answer["known"] { known = texts.compactMap(text) }
    var datasets: [HDF5Dataset] = []
    for (name, facts) in zip(names, found) {
      let reason = text(facts["reason"]) ?? "?"
      switch text(facts["found"]) {
      case "dataset": datasets.append(try dataset(facts, name, byteCount))
      case "group":
        let prefix = (name.hasPrefix("/") ? name : "/" + name) + (name.hasSuffix("/") ? "" : "/")
        throw .problem(.isGroup(name, known: known.filter { $0.hasPrefix(prefix) }))
      case "nothing": throw .problem(.noDataset(name, known: known))
      case "link": throw .problem(.elsewhere(name, place: .link(file: reason)))
      case "chunks": throw .problem(.tooManyChunks(name))
      case "unreadable": throw .problem(.unreadable(name, reason: reason, library: library))
      default: throw nonsense
      }
    }
    return datasets
  }

  private static func dataset(_ facts: ConfigValue, _ name: String, _ fileBytes: Int) throws(Fault) -> HDF5Dataset {
    func damaged(_ reason: String) -> Fault { .problem(.damaged(name, reason: reason)) }
    switch text(facts["storage"]) {
    case "external": throw .problem(.elsewhere(name, place: .externalFile))
    case "virtual": throw .problem(.elsewhere(name, place: .virtual))
    case "unknown": throw .problem(.elsewhere(name, place: .unknown))
    default: break
    }
    guard let shape = numbers(facts["shape"]), shape.count <= 32 else { throw nonsense }
    guard !shape.isEmpty else { throw .problem(.scalar(name)) }
    var element = try element(facts["type"] ?? .null, name)
    if case .integer = element.kind, case .boolean(let isSigned)? = facts["signed"] {
      element.kind = .integer(isSigned: isSigned)
    }
    if let attribute = facts["attribute"] {
      throw .problem(
        .attribute(name, attribute: text(attribute["name"]) ?? "?", found: text(attribute["found"]) ?? "?"))
    }
    guard shape.allSatisfy({ $0 > 0 }) else { throw .emptyShape(shape) }
    guard HDF5Dataset.product(shape + [max(8, element.byteCount)]) != nil else { throw .tooLarge }
    var fill = [UInt8](repeating: 0, count: element.byteCount)
    if let stated = bytes(facts["fill"]) {
      guard stated.count == element.byteCount else { throw nonsense }
      fill = stated
    }
    var dataset = HDF5Dataset(
      name: name, shape: shape, element: element, packing: try packing(facts["packing"]), fill: fill,
      storage: .compact([]))
    if case .array(let ignored)? = facts["ignored"] { dataset.ignored = ignored.compactMap(text) }
    switch text(facts["storage"]) {
    case "compact":
      guard let content = bytes(facts["bytes"]), content.count == dataset.byteCount else { throw nonsense }
      dataset.storage = .compact(content)
    case "contiguous":
      guard case .integer(let address)? = facts["address"] else { throw .problem(.neverWritten(name)) }
      guard HDF5Dataset.lies(address, dataset.byteCount, within: fileBytes) else {
        throw damaged("its \(dataset.byteCount) bytes from \(address) on end beyond the file's \(fileBytes)")
      }
      dataset.storage = .contiguous(address: address)
    case "chunked":
      let filters = try filters(facts["filters"] ?? .null, name)
      dataset.storage = .chunked(try chunks(facts, dataset, filters, fileBytes))
    default: throw nonsense
    }
    return dataset
  }

  private static func chunks(
    _ facts: ConfigValue, _ dataset: HDF5Dataset, _ filters: [HDF5Pipeline.Filter], _ fileBytes: Int
  ) throws(Fault) -> HDF5Chunks {
    func damaged(_ reason: String) -> Fault { .problem(.damaged(dataset.name, reason: reason)) }
    let extents = dataset.shape, rank = extents.count
    guard let shape = numbers(facts["chunk"]), shape.count == rank, shape.allSatisfy({ $0 > 0 }),
      let byteCount = HDF5Dataset.product(shape + [dataset.element.byteCount]),
      case .string(let table)? = facts["chunks"]
    else { throw nonsense }
    let grid = zip(extents, shape).map { ($0 - 1) / $1 + 1 }
    if facts["filters_edges"] == .boolean(false), !filters.isEmpty,
      zip(extents, shape).contains(where: { $0 % $1 != 0 })
    {
      throw .problem(.unfilteredEdges(dataset.name))
    }
    let pipeline = HDF5Pipeline(byteCount: byteCount, filters: filters)
    var stored: [HDF5Chunks.Chunk] = [], entry: [Int] = [], number: Int?
    for byte in table.utf8 {
      if byte == 0x20 {
        guard let whole = number else { throw nonsense }
        entry.append(whole)
        number = nil
        guard entry.count == rank + 3 else { continue }
        var index = 0
        for axis in 0..<rank {
          guard entry[axis] < extents[axis], entry[axis] % shape[axis] == 0 else {
            throw damaged("a chunk lies outside of it")
          }
          index = index * grid[axis] + entry[axis] / shape[axis]
        }
        let (address, size) = (entry[rank], entry[rank + 1])
        guard HDF5Dataset.lies(address, size, within: fileBytes) else {
          throw damaged("a chunk of \(size) bytes at \(address) ends beyond the file's \(fileBytes)")
        }
        guard let mask = UInt32(exactly: entry[rank + 2]) else { throw nonsense }
        guard pipeline.allows(size, mask: mask) else {
          throw damaged("a chunk of \(byteCount) bytes cannot have \(size) in the file")
        }
        stored.append(HDF5Chunks.Chunk(index: index, address: address, byteCount: size, mask: mask))
        entry.removeAll(keepingCapacity: true)
      } else {
        guard (0x30...0x39).contains(byte) else { throw nonsense }
        let (tens, isGreat) = (number ?? 0).multipliedReportingOverflow(by: 10)
        let (sum, overflows) = tens.addingReportingOverflow(Int(byte) - 0x30)
        // An address that is none is the greatest number.
        number = isGreat || overflows ? .max : sum
      }
    }
    guard entry.isEmpty, number == nil else { throw nonsense }
    guard !stored.isEmpty else { throw .problem(.neverWritten(dataset.name)) }
    // As much as deflate could have made of the file: else a small file would fill the memory.
    guard dataset.byteCount / HDF5Pipeline.greatestRatio <= fileBytes else {
      throw .problem(.sparse(dataset.name, stored: stored.count, count: grid.reduce(1, *)))
    }
    stored.sort { $0.index < $1.index }
    for (chunk, next) in zip(stored, stored.dropFirst()) where chunk.index == next.index {
      throw damaged("a chunk is there twice")
    }
    return HDF5Chunks(shape: shape, grid: grid, pipeline: pipeline, stored: stored)
  }

  private static func filters(_ list: ConfigValue, _ name: String) throws(Fault) -> [HDF5Pipeline.Filter] {
    guard case .array(let entries) = list, entries.count <= 32 else { throw nonsense }
    var filters: [HDF5Pipeline.Filter] = []
    for entry in entries {
      guard case .integer(let number)? = entry["id"], let values = numbers(entry["values"]) else { throw nonsense }
      switch number {
      case 1 where !filters.contains(.deflate): filters.append(.deflate)
      case 2:
        guard let size = values.first, size >= 1 else { throw nonsense }
        filters.append(.shuffle(elementBytes: size))
      case 3: filters.append(.fletcher32)
      default:
        let own = text(entry["name"]) ?? ""
        throw .problem(
          .filter(name, found: HDF5Pipeline.names[number] ?? "filter \(number)\(own.isEmpty ? "" : " (\(own))")"))
      }
    }
    return filters
  }

  private static func element(_ facts: ConfigValue, _ name: String) throws(Fault) -> HDF5Element {
    guard case .integer(let byteCount)? = facts["bytes"], let kind = text(facts["class"]) else { throw nonsense }
    let isBigEndian = facts["big_endian"] == .boolean(true)
    switch kind {
    case "integer" where [1, 2, 4, 8].contains(byteCount):
      return HDF5Element(
        kind: .integer(isSigned: facts["signed"] == .boolean(true)), byteCount: byteCount, isBigEndian: isBigEndian)
    case "float" where [2, 4, 8].contains(byteCount):
      return HDF5Element(kind: .float, byteCount: byteCount, isBigEndian: isBigEndian)
    case "text" where (1...1 << 16).contains(byteCount):
      return HDF5Element(
        kind: .text(endsWithSpaces: facts["padding"] == .integer(2)), byteCount: byteCount, isBigEndian: false)
    case "integer", "float", "text": throw .problem(.type(name, found: "\(kind) of \(byteCount) bytes"))
    default: throw .problem(.type(name, found: kind))
    }
  }

  private static func packing(_ facts: ConfigValue?) throws(Fault) -> HDF5Packing? {
    guard let facts else { return nil }
    guard let scale = number(facts["scale"]), let offset = number(facts["offset"]), scale.isFinite, offset.isFinite,
      case .array(let marks)? = facts["missing"], case .integer(let byteCount)? = facts["bytes"]
    else { throw nonsense }
    let packing = HDF5Packing(scale: scale, offset: offset, missing: marks.compactMap(number), byteCount: byteCount)
    return packing.isScaled || !packing.missing.isEmpty ? packing : nil
  }

  // MARK: - Values

  private static func text(_ value: ConfigValue?) -> String? {
    if case .string(let text)? = value { text } else { nil }
  }

  private static func text(_ value: ConfigValue) -> String? { text(.some(value)) }

  private static func number(_ value: ConfigValue?) -> Double? {
    switch value {
    case .integer(let number)?: Double(number)
    case .number(let number)?: number
    default: nil
    }
  }

  private static func number(_ value: ConfigValue) -> Double? { number(.some(value)) }

  private static func numbers(_ value: ConfigValue?) -> [Int]? {
    guard case .array(let values)? = value else { return nil }
    var numbers: [Int] = []
    for value in values {
      guard case .integer(let number) = value else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private static func bytes(_ value: ConfigValue?) -> [UInt8]? {
    guard let digits = text(value)?.utf8, digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = [], high: UInt8?
    for digit in digits {
      let half: UInt8
      switch digit {
      case 0x30...0x39: half = digit - 0x30
      case 0x61...0x66: half = digit - 0x57
      default: return nil
      }
      if let own = high {
        bytes.append(own << 4 | half)
        high = nil
      } else {
        high = half
      }
    }
    return bytes
  }
}
