package import Collectives
internal import Foundation
internal import Platform
internal import Statistics

/// What every rank did when: `--trace FILE`, in Chrome's trace format, which Perfetto opens too.
///
/// Recording allocates nothing; when its memory is full, the rest of the run is left out and the file says so.
package final class TraceSink: RunSink {
  private let capacity: Int
  private let begins: AlignedBuffer<Double>
  private let ends: AlignedBuffer<Double>
  private let works: AlignedBuffer<Int>
  private var count = 0
  private var dropped = 0

  /// - Parameter capacity: events of this rank that are kept.
  package init(capacity: Int = 1 << 17) {
    self.capacity = capacity
    begins = AlignedBuffer(count: capacity)
    ends = AlignedBuffer(count: capacity)
    works = AlignedBuffer(count: capacity)
  }

  /// Whether nothing was noted yet.
  package var isEmpty: Bool { count == 0 }

  package var hearsWork: Bool { true }

  package func take(_ event: RunEvent) {
    if case .worked(let work, let begin, let end) = event { record(work, from: begin, to: end) }
  }

  /// Notes some work between two times of ``Clock``.
  package func record(_ work: RankWork, from begin: Double, to end: Double) {
    guard count < capacity else {
      dropped += 1
      return
    }
    begins.pointer[count] = begin
    ends.pointer[count] = end
    works.pointer[count] = work.rawValue
    count += 1
  }

  /// All ranks' events on the first rank's clock, as the file's bytes on that rank; collective.
  ///
  /// Clocks of other nodes are compared where all ranks leave a barrier together: to about one network latency.
  package func collect(_ cluster: any Cluster) throws -> [UInt8] {
    let shift = try Self.shift(cluster)
    var lines: [String] = [
      #"{"ph":"M","name":"process_name","pid":\#(cluster.rank),"args":{"name":"rank \#(cluster.rank) on \#(cluster.place.host)"}}"#
    ]
    for index in 0..<count {
      let work = RankWork(rawValue: works.pointer[index]) ?? .compute
      let begin = (begins.pointer[index] + shift) * 1e6, length = (ends.pointer[index] - begins.pointer[index]) * 1e6
      lines.append(
        #"{"ph":"X","name":"\#(work)","cat":"step","pid":\#(cluster.rank),"tid":\#(work.rawValue),"#
          + #""ts":\#(Self.text(begin)),"dur":\#(Self.text(length))}"#)
    }
    let all = try cluster.gather(lines.joined(separator: ",\n"), dropped)
    guard cluster.rank == 0 else { return [] }
    let lost = all.reduce(0) { $0 + $1.1 }
    let head = #"{"displayTimeUnit":"ms","otherData":{"events_left_out":"\#(lost)"},"traceEvents":["# + "\n"
    return Array((head + all.map { $0.0 }.joined(separator: ",\n") + "\n]}\n").utf8)
  }

  private static func text(_ microseconds: Double) -> String { String(format: "%.3f", microseconds) }

  /// Seconds to add to this rank's clock for the first rank's.
  private static func shift(_ cluster: any Cluster) throws -> Double {
    guard cluster.place.nodeCount > 1 else { return 0 }
    var shifts: [Double] = []
    for _ in 0..<15 {
      try cluster.barrier()
      let now = Clock.now()
      shifts.append(try cluster.broadcast(now, from: 0) - now)
    }
    return cluster.rank == 0 ? 0 : median(shifts)
  }
}
