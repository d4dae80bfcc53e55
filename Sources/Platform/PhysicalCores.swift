internal import Glibc

extension Affinity {
  /// Cores of the affinity mask, where two hardware threads of one core count once: vector code gains nothing from the
  /// second.
  package static var physicalCount: Int {
    let cores = cores()
    return max(1, Set(cores.map { siblings(of: $0) ?? "\($0)" }).count)
  }

  /// The hardware threads of a core, as the system names them: `0,64`.
  private static func siblings(of core: Int) -> String? {
    let file = open("/sys/devices/system/cpu/cpu\(core)/topology/thread_siblings_list", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(file, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
