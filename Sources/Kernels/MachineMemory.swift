internal import Foundation

/// The memory of this machine, which sizes from outside are measured by before anything is allocated.
package enum MachineMemory {
  /// Bytes that this process could ever have: the machine's memory, or less where a control group allows less.
  package static let byteCount = {
    let physical = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return min(physical, ControlGroup().limit ?? physical)
  }()

  /// Bytes that this process could ever have with the help of swap space: more is certain to end in somebody being killed.
  package static var most: Int {
    byteCount + (bytes("SwapTotal", in: (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? "") ?? 0)
  }

  /// Bytes that can be taken now without anybody being killed for it: free, or given back by caches, or free for swapping;
  /// at most what control groups leave.
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
    let line = meminfo.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  /// A number of bytes for people, like `23.5 GB`.
  package static func words(_ byteCount: Double) -> String {
    byteCount < 1e15 ? "\((byteCount / 1e8).rounded() / 10) GB" : "more than 1,000,000 GB"
  }
}
