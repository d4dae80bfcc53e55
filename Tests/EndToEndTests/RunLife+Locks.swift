/// What may lie where a lock goes.
extension RunLife {
  /// A lock that some process of another machine left, without the kernel, so long ago.
  private static func left(_ seconds: Int) -> @Sendable (String) throws -> Void {
    shell(
      """
      mkdir -p run; cat >run/.lock <<END
      {"token": "t", "host": "far", "process": 7, "started": "1", "machine": "m", "restart": 0, "kept_by_kernel": false}
      END
      touch -d '\(seconds) seconds ago' run/.lock
      """)
  }

  static let locks: [RunLife] = [
    RunLife(
      name: "a FIFO for a lock", meanwhile: shell("mkdir run; mkfifo run/.lock"), last: start(), code: 74,
      says: ["F/run/.lock: not a lock that can be used (not a regular file)"], after: ["!run/config.json"]),
    RunLife(
      name: "a link for a lock", meanwhile: shell("mkdir run; touch victim; ln -s ../victim run/.lock"), last: start(),
      code: 74, says: ["F/run/.lock: not a lock that can be used (not a regular file)"], after: ["!run/config.json"]),
    RunLife(
      name: "a directory for a lock", meanwhile: shell("mkdir -p run/.lock"), last: start(), code: 74,
      says: ["F/run/.lock: not a lock that can be used"]),
    RunLife(
      name: "a lock with nothing in it", meanwhile: shell("mkdir run; touch run/.lock"), last: start(), code: 0,
      like: [],
      after: ["!run/.lock", "!run/checkpoints/.lock"]),
    RunLife(
      name: "a lock that says nothing", meanwhile: shell("mkdir run; head -c 9999 /dev/zero >run/.lock"), last: start(),
      code: 0, like: [], after: ["!run/.lock"]),
    RunLife(
      name: "a FIFO for a log", before: [stopped()], meanwhile: shell("rm run/metrics.jsonl; mkfifo run/metrics.jsonl"),
      last: start(), code: 65,
      says: ["F/run/metrics.jsonl: a FIFO, not a file; remove it, and the same command goes on"],
      after: ["run/metrics.jsonl", "run/checkpoints/step-0000000001", "!run/summary.json"]),
    RunLife(
      name: "a stale lock of another host", before: [stopped()], meanwhile: left(61), last: start(), code: 0,
      says: ["F/run: the lock of process 7 on far has been silent for ", "it is taken over"], like: []),
    RunLife(
      name: "a lock of another host that is going stale", before: [stopped()], meanwhile: left(59), last: start(),
      code: 0,
      says: ["F/run: the lock of process 7 on far has been silent for ", "it is taken over"], like: []),
  ]
}
