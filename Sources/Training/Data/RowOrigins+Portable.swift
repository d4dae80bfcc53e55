package import Collectives
package import Datasets

extension RowOrigins: Portable {
  package func write(to writer: inout PortableWriter) { writer.write(sources) }

  package init(from reader: inout PortableReader) throws { self.init(try reader.read()) }
}

extension RowOrigins.Source: Portable {
  package func write(to writer: inout PortableWriter) {
    for source in [features, targets, weights] { writer.write(source) }
    writer.write(kept)
  }

  package init(from reader: inout PortableReader) throws {
    self.init(
      features: try reader.read(), targets: try reader.read(), weights: try reader.read(), kept: try reader.read())
    guard kept?.allSatisfy((0...1 << 48).contains) != false else { throw reader.failure("a row that is kept is none") }
  }
}

extension RowSource: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(file)
    writer.write(lines)
    writer.write(parts)
    writer.write(rows)
  }

  package init(from reader: inout PortableReader) throws {
    self.init(file: try reader.read(), lines: try reader.read())
    parts = try reader.read()
    rows = try reader.read()
  }
}

extension TextParts: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(parts.map(\.file))
    writer.write(parts.flatMap { [$0.start, $0.line] })
  }

  package init(from reader: inout PortableReader) throws {
    let files: [String] = try reader.read(), lines: [Int] = try reader.read()
    guard lines.count == 2 * files.count,
      let parts = TextParts(
        files.indices.map { Part(file: files[$0], start: lines[2 * $0], line: lines[2 * $0 + 1]) })
    else { throw reader.failure("parts of a text do not follow each other") }
    self = parts
  }
}

extension RowLines: Portable {
  package func write(to writer: inout PortableWriter) { writer.write(numbers) }

  package init(from reader: inout PortableReader) throws {
    guard let lines = RowLines(numbers: try reader.read()) else { throw reader.failure("lines of rows do not ascend") }
    self = lines
  }
}
