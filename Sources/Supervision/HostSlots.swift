internal import Foundation
internal import Specs

/// A host and how many ranks it takes.
package struct HostSlots: Sendable, Equatable {
  package var name: String
  package var slots: Int

  package init(_ name: String, slots: Int) {
    self.name = name
    self.slots = slots
  }

  /// As mpirun writes it.
  package var text: String { "\(name):\(slots)" }

  /// Reads `a:2,b:2`; a name alone has one slot, a name given twice has both.
  package static func parse(list: String) throws -> [HostSlots] {
    let found = list.split(separator: ",", omittingEmptySubsequences: false).map { entry in
      host(String(entry.trimmingCharacters(in: .whitespaces)))
    }
    guard found.allSatisfy({ $0 != nil }) else {
      throw RunError(
        .usage, "--hosts takes names with slots from 1 to 4096 and commas between, like a:2,b:2, found \(list)")
    }
    return merged(found.compactMap { $0 })
  }

  /// Reads a hostfile of Open MPI: a line `a slots=2`, `a:2` or `a` for each host, comments after `#`.
  ///
  /// - Parameter file: its path, for errors.
  package static func parse(hostfile text: String, file: String) throws -> [HostSlots] {
    var found: [HostSlots] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let words = (line.split(separator: "#", omittingEmptySubsequences: false).first ?? "")
        .split(whereSeparator: \.isWhitespace).map(String.init)
      guard let first = words.first else { continue }
      var entry = host(first)
      for word in words.dropFirst() {
        if word.hasPrefix("slots=") {
          entry = slots(word.dropFirst(6)).flatMap { host("\(first):\($0)") }
        }
        // The most that Open MPI may put there with --oversubscribe: nothing for a fixed number of ranks.
        else if !word.hasPrefix("max_slots=") && !word.hasPrefix("max-slots=") {
          entry = nil
        }
      }
      guard let entry else {
        throw RunError(
          .data, "\(file): line \(index + 1): expected a host and its slots, like 'a slots=2', found '\(line)'")
      }
      found.append(entry)
    }
    guard !found.isEmpty else { throw RunError(.data, "\(file): names no host; give a line like 'a slots=2' for each") }
    return merged(found)
  }

  private static func host(_ text: String) -> HostSlots? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, (1...2).contains(parts.count), !name.isEmpty, !name.hasPrefix("-"),
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) })
    else { return nil }
    guard parts.count == 2 else { return HostSlots(String(name), slots: 1) }
    return slots(parts[1]).map { HostSlots(String(name), slots: $0) }
  }

  private static func slots(_ text: Substring) -> Int? {
    Int(text).flatMap { (1...4096).contains($0) ? $0 : nil }
  }

  private static func merged(_ hosts: [HostSlots]) -> [HostSlots] {
    var all: [HostSlots] = []
    for host in hosts {
      if let place = all.firstIndex(where: { $0.name == host.name }) {
        all[place].slots += host.slots
      } else {
        all.append(host)
      }
    }
    return all
  }
}
