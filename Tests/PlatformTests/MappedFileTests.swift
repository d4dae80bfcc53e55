import Foundation
import Glibc
import TestSupport
import Testing

@testable import Platform

/// A mapped file has the file's bytes, and tells what becomes of it.
@Suite struct MappedFileTests {
  private static func map(_ path: String) -> MappedFile? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    return MappedFile(path, descriptor: descriptor, shorter: "shorter\n", unreadable: "unreadable\n")
  }

  /// What is done to the file `x`, in a shell, and what is said of it then.
  static let changes: [(line: String, says: String?)] = [
    ("true", nil), ("cat x >/dev/null", nil), ("cp x y", nil), ("touch x", "it was written to"),
    ("printf z | dd of=x bs=1 seek=3 conv=notrunc 2>/dev/null", "it was written to"),
    ("printf zz >>x", "it had 10000 bytes, and has 10002"), ("truncate -s 5000 x", "it had 10000 bytes, and has 5000"),
    ("cp -p x y; mv y x", "another file has that name"), ("cp x y; rm x; ln -s y x", "another file has that name"),
    ("rm x", "there is no file of that name any more"), ("mv x y", "there is no file of that name any more"),
    (
      "cp -p x y; dd if=x of=x conv=notrunc 2>/dev/null; touch -r y x",
      "its place, its links or its rights were changed"
    ),
  ]

  @Test("what is done to a file is seen", arguments: changes)
  func change(_ line: String, _ says: String?) throws {
    let folder = try TemporaryFolder()
    let bytes = Data((0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    let path = try folder.write(bytes, to: "x")
    let file = try #require(Self.map(path))
    #expect(Data(bytes: file.start, count: file.byteCount) == bytes && file.byteCount == 10_000)
    file.giveBack(4096..<9000)
    #expect(Data(bytes: file.start, count: file.byteCount) == bytes)
    #expect(try Command.run(["sh", "-ec", "cd '\(folder.path)'; \(line)"]).status == 0)
    #expect(file.change == says)
  }

  @Test("an empty file and a directory are not mapped; the identity travels as numbers")
  func others() throws {
    let folder = try TemporaryFolder()
    #expect(Self.map(try folder.write("", to: "empty")) == nil)
    #expect(Self.map(folder.path) == nil)
    let identity = try #require(FileIdentity(at: try folder.write("abc", to: "x")))
    #expect(FileIdentity(identity.numbers) == identity && identity.byteCount == 3)
    #expect(FileIdentity([1, 2, 3]) == nil && FileIdentity(at: folder.path + "/none") == nil)
  }
}
