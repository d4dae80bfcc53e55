import Foundation
import Specs
import Testing

@testable import Datasets

/// Damaged input gives a table or an error, never a trap: a trap would end the test process.
@Suite struct FuzzTests {
  private static let mutationCount =
    ProcessInfo.processInfo.environment["PTRAIN_FULL"] == nil ? 3000 : 300_000

  /// Changes, cuts, doubles or inserts a few bytes.
  private func mutate(_ bytes: [UInt8], _ generator: inout TestGenerator) -> [UInt8] {
    var bytes = bytes
    let telling: [UInt8] = [0, 1, 0x7f, 0x80, 0xff, 10, 13, 34, 39, 40, 41, 44, 45, 46, 48, 57, 91, 93, 101, 123, 125]
    for _ in 0...(generator.next() % 4) {
      guard !bytes.isEmpty else { break }
      let place = Int(generator.next() % UInt64(bytes.count))
      switch generator.next() % 6 {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
      case 1: bytes[place] = telling[Int(generator.next() % UInt64(telling.count))]
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(telling[Int(generator.next() % UInt64(telling.count))], at: place)
      case 4: bytes.removeLast(bytes.count - place)
      default: bytes[place] ^= 1 << UInt8(generator.next() % 8)
      }
    }
    return bytes
  }

  /// - Returns: how many mutations were read and how many refused.
  private func run(_ seeds: [[UInt8]], _ read: ([UInt8]) throws -> Table) throws -> (read: Int, refused: Int) {
    var generator = TestGenerator(state: 2026)
    var counts = (read: 0, refused: 0)
    for _ in 0..<Self.mutationCount {
      for seed in seeds {
        do {
          let table = try read(mutate(seed, &generator))
          #expect(table.count > 0)
          #expect(features(table).count == table.count * table.featureShape.extents.reduce(1, *))
          #expect(!features(table).contains { !$0.isFinite })
          if let targets = table.targets {
            if let names = try? targets.classNames(of: table.source) {
              let classes = try targets.classTargets(names: names, source: table.source)
              #expect(classes.count == table.count)
            }
            _ = try? targets.valueTargets(source: table.source)
          }
          counts.read += 1
        } catch let error as DataError {
          #expect(!error.sentence.contains { $0.isNewline } && error.sentence.count > 10)
          counts.refused += 1
        }
      }
    }
    return counts
  }

  @Test func csvNeverTraps() throws {
    let seed = Array("id,\"col \"\"x\"\"\",y,w\r\n1,red,cat,1\n-2.5e3,\"blue\ngreen\",dog,0.5\n3,red,cat,2\n".utf8)
    let source = try json(
      #"{"path": "t.csv", "targets": "y", "sample_weight": "w", "categorical": "col \"x\""}"#)
    let named = try CSVFormat(from: .init(source, path: ""))
    let unnamed = try CSVFormat(
      from: .init(try json(#"{"path": "t.csv", "header": false, "targets": [1, 2], "delimiter": ";"}"#), path: ""))
    let first = try run([seed]) { try CSVReader(format: named, trainingColumns: []).read($0) }
    let second = try run([Array("1;2;3\n4;5;6\n".utf8)]) {
      try CSVReader(format: unnamed, trainingColumns: [FeatureColumn(name: "0")]).read($0)
    }
    #expect(first.read > 100 && first.refused > 100 && second.read > 100 && second.refused > 100)
  }

  @Test func idxNeverTraps() throws {
    let counts = try run([
      idx([2, 3], [1, 2, 3, 4, 5, 6]), idx([2], [0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x3f], type: 0x0d),
      idx([1], [0x3f, 0xf0, 0, 0, 0, 0, 0, 0], type: 0x0e), idx([2, 1], [1, 2, 3, 4], type: 0x0b),
    ]) { bytes in
      let array = try IDXFile.parse(bytes, file: "a.idx")
      return try Table(features: array, targets: array.shape.count <= 2 ? array : nil)
    }
    #expect(counts.read > 100 && counts.refused > 100)
  }

  @Test func npyNeverTraps() throws {
    let counts = try run([
      npy("<f4", "(2, 2)", littleEndian([1, 2, 3, 4])), npy(">f8", "(1,)", [0x3f, 0xf0, 0, 0, 0, 0, 0, 0]),
      npy("|u1", "(2, 3)", [1, 2, 3, 4, 5, 6]), npy("<i8", "(1,)", [1, 0, 0, 0, 0, 0, 0, 0]),
    ]) { bytes in
      let array = try NPYFile.parse(bytes, file: "a.npy")
      return try Table(
        features: array, targets: array.shape.count <= 2 ? array : nil,
        sampleWeights: array.shape.count == 1 ? array : nil)
    }
    #expect(counts.read > 100 && counts.refused > 100)
  }

  @Test func gzipNeverTraps() throws {
    let compressed = Array(
      try #require(Data(base64Encoded: "H4sIAAAAAAACA2Ng4GBmYGBggmNGJmYWVjZ2AD/UghYYAAAA")))
    let counts = try run([compressed, compressed + compressed]) { bytes in
      let content = try Gzip.decompress(bytes, file: "a.gz")
      return try Table(features: IDXFile.parse(content, file: "a.gz"), targets: nil)
    }
    #expect(counts.refused > 100)
  }
}
