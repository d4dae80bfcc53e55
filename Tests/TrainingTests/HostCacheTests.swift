import Foundation
import Platform
import TestSupport
import Testing

@testable import Datasets
@testable import Training

/// A cache that one of several machines of a file system has made for itself.
@Suite struct HostCacheTests {
  private static func own(_ folder: TemporaryFolder) -> String {
    "\(folder.path)/.t.csv.\(HostName.ofMachine).ptrain-cache"
  }

  @Test("a machine takes its own cache first, and one of another name never")
  func own() throws {
    let folder = try KeptTable.folder(), plain = try KeptTable.load(folder, cache: "off")
    #expect(try KeptTable.load(folder).isKept)
    try FileManager.default.moveItem(atPath: KeptTable.path(folder), toPath: Self.own(folder))
    let taken = try KeptTable.load(folder)
    #expect(taken.isFromCache && taken.isSame(as: plain))
    #expect(taken.notes.contains { $0.contains(".t.csv.\(HostName.ofMachine).ptrain-cache") }, "\(taken.notes)")
    // What is damaged is passed over, and the shared one is made and taken.
    try Data("none".utf8).write(to: URL(fileURLWithPath: Self.own(folder)))
    #expect(try KeptTable.load(folder).isKept)
    #expect(try KeptTable.load(folder).isFromCache)
    try FileManager.default.moveItem(
      atPath: KeptTable.path(folder), toPath: "\(folder.path)/.t.csv.another-\(HostName.ofMachine).ptrain-cache")
    #expect(try !KeptTable.load(folder, config: KeptTable.config, key: "k").isFromCache)
  }

  @Test("a machine's name is part of a file's")
  func name() {
    let name = HostName.ofMachine
    #expect(!name.isEmpty && name.utf8.count <= 64 && !name.contains("/") && !name.contains(" "))
  }
}
