package import Collectives
internal import Foundation
package import Specs
internal import Statistics

/// Where each rank's time went, and which ranks were slow.
package struct RankTimes: Sendable, Equatable {
  package var rank: Int
  package var host: String
  package var times: StepTimes

  /// A rank is called slow from this share above the median on.
  static let threshold = 0.1
  /// Seconds of the median rank's work before anything is said: in less, one interruption is a large share.
  static let leastSeconds = 3.0

  /// Every rank's times, on every rank; collective.
  static func gather(_ times: StepTimes, cluster: any Cluster) throws -> [RankTimes] {
    try cluster.gather(times, cluster.place.host).enumerated().map { rank, found in
      RankTimes(rank: rank, host: found.1, times: found.0)
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

}

extension RankTimes: ResultEncodable, ResultDecodable {
  package var json: ConfigValue { .object(.record(["rank": rank, "host": host]) + times.members) }

  package init?(json: ConfigValue) {
    guard let rank: Int = json.field("rank"), let host: String = json.field("host"), let times = StepTimes(json: json)
    else { return nil }
    self.init(rank: rank, host: host, times: times)
  }
}

extension StepTimes: Portable {
  package init(from reader: inout PortableReader) throws {
    self.init(
      data: try reader.read(), compute: try reader.read(), wait: try reader.read(), communicate: try reader.read(),
      update: try reader.read())
  }

  package func write(to writer: inout PortableWriter) {
    for part in [data, compute, wait, communicate, update] { writer.write(part) }
  }
}
