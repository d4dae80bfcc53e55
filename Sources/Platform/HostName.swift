internal import Glibc

/// What this machine is called.
package enum HostName {
  /// Its name, with nothing in it that names of files do not take; a number where it has none.
  package static var ofMachine: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }.map { byte in
      byte == UInt8(ascii: "/") || byte < 0x21 || byte > 0x7e ? UInt8(ascii: "-") : byte
    }
    if bytes.isEmpty { return "\(UInt32(truncatingIfNeeded: gethostid()))" }
    return String(decoding: bytes.prefix(64), as: UTF8.self)
  }
}
