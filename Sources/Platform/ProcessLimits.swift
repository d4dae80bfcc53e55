internal import Glibc

/// Limits that a process sets itself before it does what may run away.
package enum ProcessLimits {
  /// From now on at most so many bytes of addresses come to those that the process has, and it leaves no dump where it
  /// crashes.
  package static func confine(furtherBytes: Int) {
    var dump = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &dump)
    var found = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &found) == 0, let taken = addressSpace else { return }
    found.rlim_cur = min(found.rlim_cur, rlim_t(taken + furtherBytes))
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &found)
  }

  /// Bytes of addresses that this process has.
  private static var addressSpace: Int? {
    let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let first = String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: " ").first
    return first.flatMap { Int($0) }.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
  }
}
