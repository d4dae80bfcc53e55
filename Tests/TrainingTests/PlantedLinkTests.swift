import Foundation
import Specs
import TestSupport
import Testing

@testable import Training

/// Links that lie where files of a checkpoint go are not followed; files with holes are not read into memory.
@Suite struct PlantedLinkTests {
  private static func source() -> [CheckpointStore.Source] { [.init(name: "a", shape: [1], count: 1) { [1] }] }

  @Test("a part, a manifest, an unfinished checkpoint that are links")
  func checkpoints() throws {
    let folder = try TemporaryFolder(), files = FileManager.default, work = folder.path + "/c/.writing-0000000001"
    let victim = try folder.write("precious", to: "victim"), store = CheckpointStore(directory: folder.path + "/c")
    try files.createDirectory(atPath: work, withIntermediateDirectories: true)
    for name in ["part-0.safetensors", "manifest.json"] {
      try files.createSymbolicLink(atPath: work + "/" + name, withDestinationPath: victim)
    }
    let part = try store.writePart(Self.source(), rank: 0, step: 1)
    try store.commit(step: 1, parts: [part], members: [], keep: 1, best: nil)
    #expect(try store.read(step: 1).tensors.count == 1)
    #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
    let elsewhere = folder.path + "/elsewhere"
    try files.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
    try files.createSymbolicLink(
      atPath: folder.path + "/c/.writing-0000000002", withDestinationPath: elsewhere)
    #expect(throws: RunError.self) { try store.writePart(Self.source(), rank: 0, step: 2) }
    #expect(try files.contentsOfDirectory(atPath: elsewhere).isEmpty)
    // What is swept away is the link.
    try store.clean()
    #expect(try files.contentsOfDirectory(atPath: folder.path + "/c") == ["step-0000000001"])
    #expect(files.fileExists(atPath: elsewhere))
  }

  @Test("files of a terabyte without content are refused with their size, a model's with its header")
  func holes() throws {
    let folder = try TemporaryFolder(), path = folder.path + "/model.safetensors"
    #expect(try Command.run(["truncate", "-s", "1T", path]).status == 0)
    let size = "has 1099511627776 bytes"
    let readers: [(read: () throws -> Void, says: String)] = [
      ({ _ = try SavedModel(path) }, "the header is "), ({ _ = try DiskStorage().read(path) }, size),
      ({ try MetricsLog.cut(path, after: 1) }, size),
    ]
    for (read, says) in readers {
      do {
        try read()
        Issue.record("accepted")
      } catch let error as any ReportableError {
        #expect(error.exitCode == .data && error.sentence.contains(says), "\(error.sentence)")
      }
    }
  }
}
