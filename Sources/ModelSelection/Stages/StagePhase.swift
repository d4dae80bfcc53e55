internal import Collectives

/// Who trains what until the next time that all ranks come together.
struct StagePhase: Equatable {
  /// The trainings by number, the longest first. Each worker takes the next one when it is done; empty where groups
  /// train.
  var queue: [Int] = []
  /// Trainings that a rank has under way at a time, and the threads of each.
  var workers = 1
  var threads = 1
  /// As soon as no more trainings than that are under way on this node they pause, so that those who are done can
  /// join them.
  var joinsBelow = 0
  /// For each rank the training that it takes part in; nil: none.
  var groups: [Int?] = []
  /// Those of ``groups`` that can use more ranks when others are done.
  var growing: [Int] = []
  /// Seconds of a step beyond which the group of a training is too large; by place in ``groups``' ranks.
  var limits: [Double] = []
  /// Seconds of training that are worth a change of groups.
  var least = 0.0
  /// Seconds after which all pause.
  var longest = 0.0
}

extension StagePhase: Portable {
  init(from reader: inout PortableReader) throws {
    (queue, workers, threads) = (try reader.read(), try reader.read(), try reader.read())
    (joinsBelow, groups, growing) = (try reader.read(), try reader.read(), try reader.read())
    (limits, least, longest) = (try reader.read(), try reader.read(), try reader.read())
  }

  func write(to writer: inout PortableWriter) {
    writer.write(queue)
    writer.write(workers)
    writer.write(threads)
    writer.write(joinsBelow)
    writer.write(groups)
    writer.write(growing)
    writer.write(limits)
    writer.write(least)
    writer.write(longest)
  }
}
