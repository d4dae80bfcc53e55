internal import Foundation

/// The memory of this machine, which sizes from outside are measured by before anything is allocated.
package enum MachineMemory {
  /// Bytes that this process could ever have: the machine's memory, or less where a control group allows less.
  package static let byteCount = {
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return min(physical, ControlGroup().limit ?? physical)
  }()

  /// Bytes that this process could ever have with the help of swap space: more is certain to end in somebody being
  /// killed.
  package static var most: Int {
    let swap = bytes("SwapTotal", in: (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? "") ?? 0
    return byteCount + swap
  }

  /// Bytes that this process alone could have.
  package static var ofProcess: Int { min(byteCount, addressSpace ?? .max) }

  /// Bytes of addresses that limits (`ulimit -v`, `ulimit -d`) still leave to this process; nil: no limit.
  package static var addressSpace: Int? {
    // Pages: all of the process, then what is resident, shared, text, library, data.
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").compactMap { Int($0) }, page = sysconf(Int32(_SC_PAGESIZE))
    var left: Int?
    for (limit, field) in [(RLIMIT_AS, 0), (RLIMIT_DATA, 5)] where pages.count > field {
      var found = rlimit()
      guard getrlimit(__rlimit_resource_t(limit.rawValue), &found) == 0, found.rlim_cur < rlim_t(1 << 62) else {
        continue
      }
      left = min(left ?? .max, max(0, Int(found.rlim_cur) - pages[field] * page))
    }
    return left
  }

  /// Bytes that can be taken now without anybody being killed for it: free, or given back by caches, or free for
  /// swapping; at most what control groups leave.
  package static var available: Int {
    let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
    let machine = available(meminfo: text) ?? byteCount
    return min(machine, ControlGroup().available ?? machine)
  }

  /// What the text of `/proc/meminfo` says of that; nil where it does not.
  package static func available(meminfo: String) -> Int? {
    bytes("MemAvailable", in: meminfo).map { $0 + (bytes("SwapFree", in: meminfo) ?? 0) }
  }

  private static func bytes(_ key: String, in meminfo: String) -> Int? {
    // Bytes, not lines: every training asks, and 50 lines as texts took as long as 15 steps of a small one.
    let text = meminfo.utf8, key = Array("\n\(key):".utf8)
    var found = 0, number: Int?
    for byte in [UInt8(ascii: "\n")] + Array(text) {
      if found < key.count {
        found = byte == key[found] ? found + 1 : byte == key[0] ? 1 : 0
      } else if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        number = (number ?? 0) &* 10 &+ Int(byte - UInt8(ascii: "0"))
      } else if number != nil || byte != UInt8(ascii: " ") {
        break
      }
    }
    return number.map { $0 &* 1024 }
  }

  /// A number of bytes for people, in the largest unit of which it has one as it is rounded: `870 kB`, `23.5 MB`, `4.17
  /// GB`.
  package static func words(_ byteCount: Double) -> String {
    func rounded(_ value: Double, _ steps: Double) -> Double { (value * steps).rounded() / steps }
    if byteCount <= 999e3 { return "\(Int((byteCount / 1e3).rounded(.up))) kB" }
    if byteCount < 999.95e6 { return "\(rounded(byteCount / 1e6, 10)) MB" }
    if byteCount < 10e9 { return "\(rounded(byteCount / 1e9, 100)) GB" }
    return byteCount < 1e15 ? "\(rounded(byteCount / 1e9, 10)) GB" : "more than 1,000,000 GB"
  }
}
