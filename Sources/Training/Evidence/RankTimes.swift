internal import Collectives
internal import Foundation
internal import Specs
internal import Statistics

/// Where each rank's time went, and which ranks were slow.
struct RankTimes {
  var rank: Int
  var host: String
  var times: StepTimes

  /// A rank is called slow from this share above the median on.
  static let threshold = 0.1
  /// Seconds of the median rank's work before anything is said: in less, one interruption is a large share.
  static let leastSeconds = 3.0

  /// Every rank's times, on every rank; collective.
  static func gather(_ times: StepTimes, cluster: any Cluster) throws -> [RankTimes] {
    let seconds = [times.data, times.compute, times.wait, times.communicate, times.update]
    let all = try cluster.gather(seconds.flatMap { value in withUnsafeBytes(of: value) { Array($0) } })
    let hosts = try cluster.gather(Array(cluster.place.host.utf8))
    return all.enumerated().map { rank, bytes in
      let found = bytes.withUnsafeBytes { bytes in
        (0..<5).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
      }
      return RankTimes(
        rank: rank, host: String(decoding: hosts[rank], as: UTF8.self),
        times: StepTimes(
          data: found[0], compute: found[1], wait: found[2], communicate: found[3], update: found[4]))
    }
  }

  /// A line for each rank that computed much longer than the median rank, once there were seconds of work.
  static func slowRanks(_ all: [RankTimes]) -> [String] {
    let middle = median(all.map(\.times.compute))
    guard all.count > 1, middle >= leastSeconds else { return [] }
    return all.compactMap { entry in
      let excess = entry.times.compute / middle - 1
      guard excess >= threshold else { return nil }
      return "rank \(entry.rank) on \(entry.host) computed \(Int((excess * 100).rounded())) % longer than the median"
    }
  }

  var value: ConfigValue {
    .object([
      .init("rank", .integer(rank)), .init("host", .string(host)), .init("compute", .number(times.compute)),
      .init("wait", .number(times.wait)), .init("communicate", .number(times.communicate)),
      .init("update", .number(times.update)), .init("data", .number(times.data)),
    ])
  }
}
