internal import Foundation

/// The memory that control groups (containers, batch systems) leave to this process.
///
/// Reads version 2 (`memory.max`) and version 1 (`memory.limit_in_bytes`), from the process's own group up to the top
/// of what is mounted here: in a container its group is the top.
package struct ControlGroup: Sendable, Equatable {
  /// Bytes that the tightest group allows all its processes; nil: no limit.
  package private(set) var limit: Int?
  /// Bytes that are left of the limit of the group that has least; file contents that can be read again count as free.
  package private(set) var available: Int?

  /// - Parameters:
  ///   - root: where control groups are mounted.
  ///   - membership: the text of `/proc/self/cgroup`.
  package init(root: String = "/sys/fs/cgroup", membership: String = Self.ownMembership) {
    for line in membership.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      if parts[0] == "0", parts[1].isEmpty {
        visit(
          root, parts[2], limit: "memory.max", usage: "memory.current", statistics: ["inactive_file", "active_file"])
      } else if parts[1].split(separator: ",").contains("memory") {
        visit(
          root + "/memory", parts[2], limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes",
          statistics: ["total_inactive_file", "total_active_file"])
      }
    }
  }

  /// The groups that this process belongs to; empty where there are none.
  package static var ownMembership: String { text("/proc/self/cgroup") ?? "" }

  /// Takes in the group of a path and those above it.
  private mutating func visit(
    _ mount: String, _ path: Substring, limit: String, usage: String, statistics: [Substring]
  ) {
    var names = path.split(separator: "/").filter { $0 != ".." }
    while true {
      let group = ([mount] + names.map(String.init)).joined(separator: "/")
      // Version 1 writes the largest number of pages where there is no limit, version 2 `max`.
      if let most = Self.number(group + "/" + limit), most < 1 << 60 {
        self.limit = min(self.limit ?? most, most)
        let files = (Self.text(group + "/memory.stat") ?? "").split(separator: "\n").reduce(0) { sum, line in
          let words = line.split(separator: " ")
          return words.count == 2 && statistics.contains(words[0]) ? sum + (Int(words[1]) ?? 0) : sum
        }
        let used = max(0, (Self.number(group + "/" + usage) ?? 0) - files)
        available = min(available ?? .max, max(0, most - used))
      }
      guard !names.isEmpty else { return }
      names.removeLast()
    }
  }

  private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

  private static func number(_ path: String) -> Int? {
    text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }
}
