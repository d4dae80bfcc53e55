package import Collectives
internal import Foundation
package import Specs

/// JSON travels as its compact text: the reader of files bounds its depth, and refuses what is none.
extension ConfigValue: Portable {
  package init(from reader: inout PortableReader) throws {
    let text = try reader.read([UInt8].self)
    do { self = try ConfigValue.parse(Data(text), file: "message") } catch {
      throw reader.failure("\(error)")
    }
  }

  package func write(to writer: inout PortableWriter) { writer.write(Array(compactText.utf8)) }
}
