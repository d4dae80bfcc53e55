package import Collectives
package import Datasets

extension FoldKeys: Portable {
  package func write(to writer: inout PortableWriter) {
    writer.write(codes)
    writer.write(count)
    writer.write(column)
  }

  package init(from reader: inout PortableReader) throws {
    self.init(codes: try reader.read(), count: try reader.read(), column: try reader.read())
    guard codes.allSatisfy((0..<max(1, count)).contains) else {
      throw reader.failure("a row is of a group that is none")
    }
  }
}
