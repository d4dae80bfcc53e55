package import Collectives
package import Datasets
internal import Specs

extension DroppedRows: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(rows)
    writer.write(total)
    writer.write(columns.map(\.name))
    writer.write(columns.map(\.count))
  }

  package init(from reader: inout PortableReader) throws {
    self.init()
    (rows, total) = (try reader.read(), try reader.read())
    let names: [String] = try reader.read(), counts: [Int] = try reader.read()
    guard names.count == counts.count else { throw reader.failure("columns with and without counts are left out") }
    columns = zip(names, counts).map { ($0, $1) }
  }
}

extension TableProfile: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(file)
    writer.write(rows)
    writer.write(columns)
    writer.write(warnings)
  }

  package init(from reader: inout PortableReader) throws {
    self.init(file: try reader.read(), rows: try reader.read(), columns: try reader.read(), warnings: try reader.read())
  }
}

extension ColumnWarning: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(column)
    writer.write(words)
    writer.write(fragment)
  }

  package init(from reader: inout PortableReader) throws {
    self.init(column: try reader.read(), words: try reader.read(), fragment: try reader.read())
  }
}

extension ColumnProfile: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(name)
    writer.write(role.rawValue)
    writer.write(kind.rawValue)
    for count in [rows, missing, distinct, mostFrequentCount, numberLike] { writer.write(count) }
    writer.write(distinctIsMore)
    writer.write(bins)
    writer.write(mostFrequent)
    writer.write(otherWords)
    writer.write(numbers != nil)
    guard let numbers else { return }
    writer.write([numbers.minimum, numbers.median, numbers.maximum])
    writer.write(numbers.zeros)
    writer.write(numbers.areWhole)
  }

  package init(from reader: inout PortableReader) throws {
    let name: String = try reader.read()
    guard let role = SourceField.Role(rawValue: try reader.read()),
      let kind = ColumnRule.Kind(rawValue: try reader.read())
    else { throw reader.failure("there is no such role or kind of a column") }
    self.init(name, role, kind, rows: try reader.read())
    (missing, distinct) = (try reader.read(), try reader.read())
    (mostFrequentCount, numberLike) = (try reader.read(), try reader.read())
    (distinctIsMore, bins, mostFrequent) = (try reader.read(), try reader.read(), try reader.read())
    otherWords = try reader.read()
    guard try reader.read(Bool.self) else { return }
    let values: [Double] = try reader.read()
    guard values.count == 3 else { throw reader.failure("a column has three figures of numbers, not \(values.count)") }
    numbers = Numbers(
      minimum: values[0], median: values[1], maximum: values[2], zeros: try reader.read(), areWhole: try reader.read())
  }
}

extension MappedRowsPlace: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(path)
    for number in [inode, offset, count] { writer.write(number) }
  }

  package init(from reader: inout PortableReader) throws {
    self.init(
      path: try reader.read(), inode: try reader.read(), offset: try reader.read(), count: try reader.read())
  }
}
