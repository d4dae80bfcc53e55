internal import Collectives

/// What a training has done in a phase, as the ranks tell each other.
struct SegmentReport {
  /// Its number in the set.
  var index: Int
  /// Steps from its start.
  var steps: Int
  /// Of which these were made now, in so many seconds, by so many workers.
  var made: Int
  var seconds: Double
  var workers: Int
  /// Seconds before the first step and behind the last.
  var overhead: Double
  /// Whether it has paused because its group made it slower.
  var isTooLarge: Bool
  /// What it gave, as a line of a log; empty: it has paused.
  var line = ""
}

extension SegmentReport: Portable {
  init(from reader: inout PortableReader) throws {
    (index, steps, made) = (try reader.read(), try reader.read(), try reader.read())
    (seconds, workers, overhead) = (try reader.read(), try reader.read(), try reader.read())
    (isTooLarge, line) = (try reader.read(), try reader.read())
  }

  func write(to writer: inout PortableWriter) {
    writer.write(index)
    writer.write(steps)
    writer.write(made)
    writer.write(seconds)
    writer.write(workers)
    writer.write(overhead)
    writer.write(isTooLarge)
    writer.write(line)
  }
}
