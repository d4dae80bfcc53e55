internal import Glibc
internal import Platform
internal import Specs

/// The files that a run writes, computed before its first step: none of them shall fail for want of space hours later.
struct SpacePlan {
  /// A file of the run's directory.
  struct File: Equatable {
    var name: String
    var bytes: Double
  }

  /// Those of the run's end, and the log.
  var files: [File]
  /// Bytes of the log when the run ends, lines of earlier starts included.
  var log: Double
  /// Bytes of it that are there already.
  var logged = 0.0
  /// A checkpoint's file for each rank.
  var parts: [Double]
  /// Checkpoints that are there at the same time, at most, and those of them that are there already.
  var checkpoints: Int
  var existing: (count: Int, bytes: Double) = (0, 0)

  /// The manifest is some kB beside its config.
  private static let manifestBytes = 16384.0

  /// How many checkpoints a run comes to have at the same time.
  ///
  /// - Parameters:
  ///   - first: the step that it goes on after.
  ///   - existing: those that it has then.
  static func checkpoints(
    _ section: CheckpointSection, from first: Int, to total: Int, stepsPerEpoch: Int, keepsBest: Bool, existing: Int
  ) -> Int {
    guard total > first || first == 0 else { return existing }
    func due(_ every: Int) -> Int { max(0, total - 1) / every - first / every }
    var count = section.everySteps.map(due) ?? 0
    if let epochs = section.everyEpochs { count += due(epochs * max(1, stepsPerEpoch)) }
    let byTime = (section.everyMinutes ?? 0) > 0
    let before = byTime ? max(0, total - first - 1) : min(max(0, total - first - 1), max(0, count))
    // An older one goes when the new one is whole; the best is kept beside the newest.
    return max(existing, min(section.keep + (keepsBest ? 2 : 1), existing + before + 1))
  }

  /// Bytes that come to be in the checkpoints' directory.
  var checkpointBytes: Double {
    let each = parts.reduce(Self.manifestBytes, +)
    return max(0, each * Double(checkpoints) - min(existing.bytes, each * Double(existing.count)))
  }

  /// Refuses what the limit on a file's size does not leave room for.
  ///
  /// - Parameter limit: bytes that a file of this process may have; nil: any.
  func requireFileSize(rank: Int, run: String, store: String, limit: Double?) throws {
    guard let limit else { return }
    var all = [
      File(name: "\(store): part-\(rank).safetensors of a checkpoint", bytes: checkpoints > 0 ? parts[rank] : 0)
    ]
    if rank == 0 {
      all += files.map { File(name: "\(run)/\($0.name)", bytes: $0.bytes) }
      all.append(File(name: "\(run)/metrics.jsonl", bytes: log))
    }
    guard let file = all.max(by: { $0.bytes < $1.bytes }), file.bytes > limit else { return }
    throw RunError(
      .inputOutput,
      "\(file.name) will have \(FileRoom.words(file.bytes)), and a file may have \(FileRoom.words(limit, isRoom: true)) (ulimit -f); raise that limit, or give "
        + "a smaller network")
  }

  /// What is written on one file system.
  struct Place {
    var room: FileRoom
    /// The directory that is named for it.
    var directory: String
    var bytes: Double
    /// Names that are taken there at the same time.
    var names: Int
    var largest: Double
    var words: [String]
    var hasCheckpoints: Bool

    /// As a line of ``Trainer/plan``.
    var line: String {
      let free = room.free.isFinite ? "\(FileRoom.words(room.free)) free" : "free space not known"
      return "\(FileRoom.words(bytes)) in \(directory) (\(words.joined(separator: ", "))), \(free)"
    }

    /// Refuses what the file system has no room for.
    ///
    /// - Parameter tries: takes the space for a moment.
    func require(tries: Bool) throws {
      if let files = room.freeFiles, files < UInt64(names) {
        throw RunError(
          .inputOutput,
          "\(directory): the run will make up to \(names) files there, and \(files) more can be made (df -i); remove some, or \(remedy)"
        )
      }
      var problem: String?, way = "free space, or \(remedy)"
      if bytes > room.free {
        problem = "\(FileRoom.words(room.free, isRoom: true)) are free"
      } else if tries, let error = room.trial(bytes: bytes, largest: largest) {
        problem = "they cannot be had (\(FileProblem(error).words))"
        way = FileProblem(error).wayOut(or: remedy)
      }
      guard let problem else { return }
      throw RunError(
        .inputOutput,
        "\(directory): the run will write up to \(FileRoom.words(bytes)) there (\(words.joined(separator: ", "))), and \(problem); "
          + way)
    }

    private var remedy: String {
      "choose another directory with --output"
        + (hasCheckpoints ? " or checkpoint.directory, or fewer checkpoints with checkpoint.keep" : "")
    }
  }

  /// What goes to which file system; nothing of what cannot be written anyhow.
  func places(run: String, store: String) -> [Place] {
    var places: [Place] = []
    if let room = FileRoom(for: run) {
      let all = files + [File(name: "metrics.jsonl and others", bytes: 65536 + log - logged)]
      places.append(
        Place(
          room: room, directory: run, bytes: all.reduce(0) { $0 + room.taken(by: $1.bytes) }, names: files.count + 4,
          largest: all.reduce(0) { max($0, $1.bytes) }, words: files.map { "\($0.name) \(FileRoom.words($0.bytes))" },
          hasCheckpoints: false))
    }
    guard checkpoints > 0, let room = FileRoom(for: store) else { return places }
    let each = parts.reduce(Self.manifestBytes, +), added = max(0, checkpoints - existing.count)
    // A directory and the last piece of each file.
    let bytes = checkpointBytes + Double(added) * room.taken(by: 1) * Double(parts.count + 2)
    let words =
      "\(checkpoints.counted("checkpoint")) of \(FileRoom.words(each))"
      + (existing.count == 0 ? "" : ", \(existing.count) of them there already")
    let names = added * (parts.count + 2), largest = parts.reduce(0, max)
    if let index = places.firstIndex(where: { $0.room.device == room.device }) {
      places[index].bytes += bytes
      places[index].names += names
      places[index].largest = max(places[index].largest, largest)
      places[index].words.append(words)
      places[index].hasCheckpoints = true
    } else {
      places.append(
        Place(
          room: room, directory: store, bytes: bytes, names: names, largest: largest, words: [words],
          hasCheckpoints: true))
    }
    return places
  }
}
