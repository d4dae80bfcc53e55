import Foundation
import Glibc
import Platform
import Specs
import Synchronization
import TestSupport
import Testing

@testable import Training

/// One directory, one writer: with the kernel's locks, and with nothing but the beat of a file.
@Suite struct RunLockTests {
  /// Somebody on another machine, or in another job.
  private static func holder(
    _ host: String = "here", machine: String? = nil, job: String? = nil, restart: Int = 0, launch: String? = nil
  ) -> LockHolder {
    var holder = LockHolder.this([:])
    (holder.host, holder.job, holder.restart, holder.launch) = (host, job, restart, launch)
    if let machine { holder.machine = machine }
    return holder
  }

  private static func surroundings(
    _ holder: LockHolder, kernel: Bool = true, warn: @escaping (String) -> Void = { _ in }
  ) -> RunLock.Surroundings {
    var surroundings = RunLock.Surroundings([:], warn: warn)
    (surroundings.holder, surroundings.usesKernel) = (holder, kernel)
    return surroundings
  }

  /// Sets when a lock was renewed last.
  private static func renew(_ folder: String, secondsAgo seconds: Int) {
    var times = [timespec(), timespec()]
    for index in times.indices { times[index].tv_sec = time(nil) - seconds }
    utimensat(AT_FDCWD, folder + "/.lock", times, 0)
  }

  private static func refusal(_ body: () throws -> RunLock) -> (any ReportableError)? {
    do {
      _ = try body()
      return nil
    } catch { return error as? any ReportableError }
  }

  private static func failure(_ body: () throws -> Void) -> (any ReportableError)? {
    do {
      try body()
      return nil
    } catch { return error as? any ReportableError }
  }

  @Test("held, given back, taken again; nothing is left", arguments: [true, false])
  func life(kernel: Bool) throws {
    let folder = try TemporaryFolder(), path = folder.path + "/run"
    for _ in 0..<3 {
      let lock = try RunLock.take(path, Self.surroundings(Self.holder(), kernel: kernel))
      try lock.verify()
      let refused = Self.refusal { try RunLock.take(path, Self.surroundings(Self.holder("there"), kernel: kernel)) }
      #expect(refused?.exitCode == .config)
      #expect(refused?.sentence.contains("run: process \(getpid()) on here is writing here; wait for its end") == true)
      try lock.verify()
      #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [".lock"])
      lock.release()
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  /// As file systems in user space show it whose files have another number under each name (seen with bindfs): the lock
  /// that was taken under the first name is not on the file with the second one.
  @Test("a kernel's lock that is free is no sign that a living holder is gone, but on a disk of this machine")
  func strangeFileSystem() throws {
    let folder = try TemporaryFolder(), path = folder.path + "/.lock"
    var living = Self.holder("there")
    living.isKept = true
    try Data(living.value.compactText.utf8).write(to: URL(fileURLWithPath: path))
    var surroundings = Self.surroundings(Self.holder())
    surroundings.isLocal = { _ in false }
    let refused = Self.refusal { try RunLock.take(folder.path, surroundings) }
    #expect(refused?.exitCode == .config)
    #expect(refused?.sentence.contains("process \(getpid()) on there is writing here") == true)
    // Here the kernel is right: whoever wrote this has given his lock back and is about to remove it.
    surroundings.isLocal = { _ in true }
    try RunLock.take(folder.path, surroundings).release()
    // A holder that is gone is gone everywhere.
    living.started = "1"
    try Data(living.value.compactText.utf8).write(to: URL(fileURLWithPath: path))
    surroundings.isLocal = { _ in false }
    try RunLock.take(folder.path, surroundings).release()
  }

  @Test("many at the same instant: one has it", arguments: [true, false])
  func crowd(kernel: Bool) throws {
    let folder = try TemporaryFolder()
    for round in 0..<20 {
      let path = folder.path + "/run-\(round)"
      // Left by a process that is gone: all see that it is nobody's.
      if round % 2 == 1 {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        var gone = Self.holder()
        (gone.started, gone.isKept) = ("1", kernel)
        try Data(gone.value.compactText.utf8).write(to: URL(fileURLWithPath: path + "/.lock"))
      }
      let taken = Mutex<[RunLock]>([]), others = Mutex<[RunError?]>([])
      DispatchQueue.concurrentPerform(iterations: 8) { _ in
        do {
          let lock = try RunLock.take(path, Self.surroundings(Self.holder(), kernel: kernel))
          taken.withLock { $0.append(lock) }
        } catch { others.withLock { $0.append(error as? RunError) } }
      }
      let locks = taken.withLock { $0 }
      #expect(locks.count == 1, "round \(round)")
      for lock in locks { try lock.verify() }
      #expect(others.withLock { $0.allSatisfy { $0?.exitCode == .config } })
      #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [".lock"], "round \(round)")
    }
  }

  @Test(
    "a lock of another machine that beats is held; one that has been silent for a minute is taken over, with a line")
  func beat() throws {
    let folder = try TemporaryFolder(), lines = Mutex<[String]>([])
    let far = try RunLock.take(folder.path, Self.surroundings(Self.holder("far", machine: "m"), kernel: false))
    // It beats once while the start watches it.
    let beats = Thread {
      usleep(300_000); Self.renew(folder.path, secondsAgo: 0)
    }
    Self.renew(folder.path, secondsAgo: 20)
    beats.start()
    let refused = Self.refusal { try RunLock.take(folder.path, Self.surroundings(Self.holder(), kernel: false)) }
    #expect(refused?.exitCode == .config && refused?.sentence.contains("process \(getpid()) on far is writing") == true)
    try far.verify()
    // It goes stale while the start waits.
    Self.renew(folder.path, secondsAgo: 58)
    let next = try RunLock.take(
      folder.path, Self.surroundings(Self.holder(), kernel: false) { line in lines.withLock { $0.append(line) } })
    #expect(lines.withLock { $0.count == 1 && $0[0].contains("process \(getpid()) on far has been silent for ") })
    try next.verify()
    do {
      try far.verify()
      Issue.record("the lock was lost")
    } catch let error as RunError {
      #expect(error.exitCode == .unavailable)
      #expect(error.sentence.contains("has lost its lock: process \(getpid()) on here has taken it over"))
    }
    // Nobody gives back what another one holds.
    far.release()
    try next.verify()
  }

  @Test("the same batch job and the same launch take over at once; two processes of one job on one host do not")
  func successors() throws {
    let cases: [(old: LockHolder, new: LockHolder, succeeds: Bool)] = [
      (Self.holder("a", job: "Slurm 1"), Self.holder("a", job: "Slurm 1"), false),
      (Self.holder("a", job: "Slurm 1"), Self.holder("b", job: "Slurm 1"), true),
      (Self.holder("a", job: "Slurm 1"), Self.holder("a", job: "Slurm 1", restart: 1), true),
      (Self.holder("a", job: "Slurm 1", restart: 1), Self.holder("a", job: "Slurm 1"), false),
      (Self.holder("a", job: "Slurm 1"), Self.holder("b", job: "Slurm 2"), false),
      (Self.holder("a"), Self.holder("b"), false),
      (Self.holder("a", launch: "x"), Self.holder("a", launch: "x"), true),
      (Self.holder("a", launch: "x"), Self.holder("a", launch: "y"), false),
    ]
    for (index, entry) in cases.enumerated() {
      for kernel in [true, false] {
        let folder = try TemporaryFolder()
        let old = try RunLock.take(folder.path, Self.surroundings(entry.old, kernel: kernel))
        let refused = Self.refusal {
          let new = try RunLock.take(folder.path, Self.surroundings(entry.new, kernel: kernel))
          #expect((try? old.verify()) == nil, "case \(index)")
          try new.verify()
          return new
        }
        #expect((refused == nil) == entry.succeeds, "case \(index): \(refused?.sentence ?? "taken")")
      }
    }
  }

  @Test("a directory that is moved, replaced or deleted, a lock that is removed")
  func places() throws {
    for (line, code) in [
      ("mv run away", ExitCode.inputOutput), ("rm -r run", .inputOutput), ("mv run away; mkdir run", .inputOutput),
      ("rm -r run; touch run", .inputOutput), ("rm run/.lock", .unavailable),
      ("mv run away; mkdir run; cp away/.lock run/.lock; sed -i s/token/other/ run/.lock", .inputOutput),
    ] {
      let folder = try TemporaryFolder(), path = folder.path + "/run"
      let lock = try RunLock.take(path, Self.surroundings(Self.holder()))
      try lock.verify()
      #expect(try Command.run(["sh", "-ec", "cd '\(folder.path)'; \(line)"]).status == 0)
      do {
        try lock.verify()
        Issue.record("\(line): nothing was noticed")
      } catch let error as RunError { #expect(error.exitCode == code, "\(line): \(error.sentence)") }
    }
  }

  /// The instant is left to luck: whenever the directory goes, nothing may be at its place afterwards.
  @Test(
    "a run's directory that is moved while the lock of one inside it is taken leaves nothing",
    arguments: ["a", "a/b/c"])
  func movedMeanwhile(inner: String) throws {
    for round in 0..<200 {
      let folder = try TemporaryFolder(), path = folder.path + "/run", away = folder.path + "/away"
      var surroundings = Self.surroundings(Self.holder())
      let outer = try RunLock.take(path, surroundings)
      surroundings.outer = outer
      // Half of the rounds find what an earlier start has made.
      if round % 2 == 0 { try AtomicFile.createDirectory(path + "/" + inner) }
      let begun = DispatchSemaphore(value: 0), moved = DispatchSemaphore(value: 0)
      let mover = Thread {
        begun.signal()
        for _ in 0..<(round / 2 % 40) { sched_yield() }
        rename(path, away)
        moved.signal()
      }
      mover.start()
      begun.wait()
      let lock = try? RunLock.take(path + "/" + inner, surroundings)
      moved.wait()
      lock?.release()
      #expect(access(path, F_OK) != 0, "round \(round)")
      #expect(Self.failure { try outer.verify() }?.exitCode == .inputOutput)
    }
  }

  @Test("batch jobs by their environments; what is no lock is read as none")
  func texts() throws {
    let jobs: [([String: String], String?, Int)] = [
      ([:], nil, 0), (["SLURM_JOB_ID": "7"], "Slurm 7", 0),
      (["SLURM_JOB_ID": "7", "SLURM_RESTART_COUNT": "2"], "Slurm 7", 2), (["PBS_JOBID": "7.a"], "PBS 7.a", 0),
      (["LSB_JOBID": "7", "LSB_JOBINDEX": "3", "LSB_RESTART": "Y"], "LSF 7[3]", 1), (["JOB_ID": "7"], nil, 0),
      (["JOB_ID": "7", "SGE_ROOT": "/", "SGE_TASK_ID": "2", "RESTARTED": "1"], "Grid Engine 7.2", 1),
    ]
    for (environment, name, restart) in jobs {
      let found = LockHolder.job(ProcessEnvironment(environment))
      #expect(found.name == name && found.restart == restart)
    }
    let holder = Self.holder("a", job: "Slurm 7", restart: 3, launch: "x")
    #expect(LockHolder(Array(holder.value.compactText.utf8)) == holder && holder.state == .alive)
    for text in [
      "", "{}", "x", "[1]", #"{"token": 1}"#,
      holder.value.compactText.replacingOccurrences(of: "\(getpid())", with: "-4"),
    ] {
      #expect(LockHolder(Array(text.utf8)) == nil)
    }
  }
}
