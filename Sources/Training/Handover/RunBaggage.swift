package import Collectives

/// What a run remembers that goes on on other ranks, beside its training.
struct RunBaggage {
  /// The weights that it began with, where they came from elsewhere.
  var origin: RunOrigin?
  /// Seconds of training that waited for checkpoints.
  var checkpointSeconds: Double
  /// Seconds until `training.time_limit` is over, where there is one.
  var secondsToLimit: Double?
  /// When it stops because the batch system's limit is near, in seconds since 1970.
  var stopAt: Double?
  /// Since the last checkpoint was begun, or since the run was.
  var secondsSinceCheckpoint: Double
}

extension RunBaggage: Portable {
  init(from reader: inout PortableReader) throws {
    (origin, checkpointSeconds) = (try reader.read(), try reader.read())
    (secondsToLimit, stopAt) = (try reader.read(), try reader.read())
    secondsSinceCheckpoint = try reader.read()
  }

  func write(to writer: inout PortableWriter) {
    writer.write(origin)
    writer.write(checkpointSeconds)
    writer.write(secondsToLimit)
    writer.write(stopAt)
    writer.write(secondsSinceCheckpoint)
  }
}

extension RunOrigin: Portable {
  package init(from reader: inout PortableReader) throws {
    self.init(hash: try reader.read(), path: try reader.read())
  }

  package func write(to writer: inout PortableWriter) {
    writer.write(hash)
    writer.write(path)
  }
}
