internal import CPlatform
internal import Glibc

/// The cores that this process may run on.
package enum Affinity {
  /// Core numbers of the affinity mask of the calling thread.
  package static func cores() -> [Int] {
    var allowed = [UInt8](repeating: 0, count: 1024)
    guard ck_affinity(&allowed, Int32(allowed.count)) == 0 else { return [0] }
    return allowed.indices.filter { allowed[$0] == 1 }
  }

  /// Cores of the machine that are online.
  package static var onlineCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
