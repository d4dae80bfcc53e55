import Collectives
import Datasets
import Platform
import Specs
import TestSupport
import Testing

@testable import Training

/// Each node reads the data for itself: where their files are not the same, nobody trains.
@Suite struct NodeDataTests {
  private static func load(_ tables: [String]) throws -> [String] {
    let folders = try tables.map { table in
      let folder = try TemporaryFolder()
      try folder.write(table, to: "t.csv")
      return folder
    }
    let text = ConfigValue.object([
      .init(
        "train",
        .object([.init("format", .string("csv")), .init("path", .string("t.csv")), .init("targets", .string("y"))])),
      .init("normalize", .string("standard")),
    ])
    return try InProcessCluster.run(size: 2 * tables.count, ranksPerNode: 2) { cluster in
      let section = try FieldReader.readObject(text, path: "data") { fields throws(ConfigError) in
        try DataSection(from: fields)
      }.0
      do {
        let context = DataContext(baseDirectory: folders[cluster.place.node].path)
        return try LoadedData(
          section, targets: .values, context: context, seed: 1, environment: .ofThisProcess(), cluster: cluster
        ).fingerprint
      } catch let failure as AgreedFailure { return failure.sentence }
    }
  }

  private static let table = "x,y\n1,2\n3,4\n5,6\n"

  @Test("the same files: the same data")
  func same() throws {
    #expect(Set(try Self.load([Self.table, Self.table])).count == 1)
  }

  @Test(
    "other numbers, another type, other rows, other columns",
    arguments: [
      "x,y\n1,2\n3,4\n5,7\n", "x,y\n1,2\n3.1,4\n5,6\n", "x,y\n1,2\n3,4\n", "z,y\n1,2\n3,4\n5,6\n",
      "x,y\n3,4\n1,2\n5,6\n",
    ])
  func other(_ table: String) throws {
    let found = try Self.load([Self.table, table])
    #expect(Set(found).count == 1 && found[0].contains("give all nodes the same files"), "\(found)")
  }
}
