import Foundation
import Glibc
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// How a lock's file gets to its place on file systems that fail, and what killed starts leave.
@Suite struct LockFileTests {
  private static func file(_ path: String, _ holder: LockHolder = .this([:])) throws -> LockFile {
    let file = try LockFile(making: path)
    try file.write(Array(holder.value.compactText.utf8))
    return file
  }

  @Test("what a server has done is done, though its reply was lost; another file at the place is another's")
  func lostReply() throws {
    let folder = try TemporaryFolder(), place = folder.path + "/.lock"
    let own = try Self.file(folder.path + "/.lock-a"), other = try Self.file(folder.path + "/.lock-b")
    #expect(own.link(to: place))
    #expect(own.link(to: place) && own.problem == 0)
    #expect(!other.link(to: place) && other.problem == 0)
  }

  @Test("why a file cannot get to its place is told")
  func problems() throws {
    let folder = try TemporaryFolder(), own = try Self.file(folder.path + "/.lock-a")
    #expect(!own.link(to: folder.path + "/nowhere/.lock") && own.problem == ENOENT)
    try folder.write("", to: "file")
    #expect(!own.link(to: folder.path + "/file/.lock") && own.problem == ENOTDIR)
  }

  @Test("a dead guardian of the place keeps nobody from it", arguments: [true, false])
  func gate(dead: Bool) throws {
    let folder = try TemporaryFolder(), place = folder.path + "/.lock"
    let old = try Self.file(place), own = try Self.file(folder.path + "/.lock-a")
    var holder = LockHolder.this([:])
    if dead { holder.started = "1" }
    _ = try Self.file(place + ".taking", holder)
    #expect(!own.replace(old, at: place, isGuarded: false))
    #expect(own.replace(old, at: place, isGuarded: false) == dead)
    #expect(FileManager.default.fileExists(atPath: place + ".taking") != dead)
  }

  @Test("who takes the lock removes what killed starts have left, nothing of living ones", arguments: [true, false])
  func leftovers(kernel: Bool) throws {
    let folder = try TemporaryFolder()
    var dead = LockHolder.this([:]), far = dead
    dead.started = "1"
    (far.machine, far.host) = ("m", "far")
    for (name, holder) in [("dead", dead), ("living", .this([:])), ("far", far), ("far-old", far)] {
      _ = try Self.file(folder.path + "/.lock-" + name, holder)
    }
    _ = try Self.file(folder.path + "/.lock.taking", dead)
    for name in ["empty", "empty-old"] { try folder.write("", to: ".lock-" + name) }
    try folder.write("", to: "data")
    var times = [timespec(), timespec()]
    for index in times.indices { times[index].tv_sec = time(nil) - 61 }
    for name in ["far-old", "empty-old"] { utimensat(AT_FDCWD, folder.path + "/.lock-" + name, times, 0) }
    var surroundings = RunLock.Surroundings([:], warn: { _ in })
    surroundings.usesKernel = kernel
    let lock = try RunLock.take(folder.path, surroundings)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [
        ".lock", ".lock-empty", ".lock-far", ".lock-living", "data",
      ])
    lock.release()
  }

  @Test("a start that is told to do without the kernel's locks asks for those of others all the same")
  func mixed() throws {
    let folder = try TemporaryFolder()
    var surroundings = RunLock.Surroundings([:], warn: { _ in })
    // As in another container of this machine: its process cannot be seen.
    surroundings.holder.machine = "m"
    let lock = try RunLock.take(folder.path, surroundings)
    var times = [timespec(), timespec()]
    for index in times.indices { times[index].tv_sec = time(nil) - 100 }
    utimensat(AT_FDCWD, folder.path + "/.lock", times, 0)
    var other = RunLock.Surroundings([:], warn: { _ in })
    other.usesKernel = false
    #expect(throws: RunError.self) { try RunLock.take(folder.path, other) }
    try lock.verify()
  }
}
