internal import Foundation
internal import Glibc
internal import Platform
internal import Specs

/// The file `metrics.jsonl` of a run: an object on each line.
package enum MetricsLog {
  /// Drops the lines that belong to steps after one, those of a run's end, and what is no line of a log; without a
  /// step, all.
  package static func cut(_ path: String, after step: Int) throws {
    guard step > 0, access(path, F_OK) == 0 else {
      unlink(path)
      return
    }
    let data = try RegularFile.contents(path, remedy: "remove it, and the same command goes on")
    var kept: [UInt8] = []
    kept.reserveCapacity(data.count + 1)
    for line in data.split(separator: 0x0A) {
      guard let value = try? ConfigValue.parse(Data(line), file: path), case .integer(let found)? = value["step"],
        found <= step, value["split"] != .string("test")
      else { continue }
      kept += line
      kept.append(0x0A)
    }
    try AtomicFile.write(kept, to: path)
  }
}
