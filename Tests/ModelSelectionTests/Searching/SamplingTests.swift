import Foundation
import Specs
import Testing

@testable import ModelSelection

/// Points of a search: Sobol's are SciPy's and fill the cube evenly, random ones do not, and both are functions of the
/// seed.
@Suite struct SamplingTests {
  private struct Golden: Codable {
    struct Point: Codable {
      var number: Int
      var point: [Int]
    }
    var dimensions: Int
    var points: [Point]
  }

  @Test("golden: 64 dimensions as SciPy has them")
  func golden() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Golden/sobol.json")
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: path))
    #expect(golden.dimensions == SobolSequence.limit && golden.points.count > 30)
    let sequence = SobolSequence(dimensions: golden.dimensions)
    for point in golden.points {
      #expect(sequence.point(point.number).map { Int($0 >> 2) } == point.point, "point \(point.number)")
    }
  }

  /// Whether each of 2ᵏ equal intervals of every axis has one of 2ᵏ points.
  private static func isEven(_ points: [[Double]]) -> Bool {
    let count = points.count
    return (points.first ?? []).indices.allSatisfy { dimension in
      Set(points.map { Int($0[dimension] * Double(count)) }).count == count
    }
  }

  /// Whether each rectangle of 2⁻ᵃ × 2⁻ᵇ, a + b = k, has one of 2ᵏ points of the first two dimensions: a (0, k, 2)-net.
  private static func isNet(_ points: [[Double]], bits: Int) -> Bool {
    (0...bits).allSatisfy { first in
      Set(points.map { [Int($0[0] * Double(1 << first)), Int($0[1] * Double(1 << (bits - first)))] }).count
        == points.count
    }
  }

  @Test("Sobol's points are even, shifted or not, from any power of two on; random ones are not")
  func equidistribution() {
    for seed in [UInt64(1), 1 << 60] {
      for bits in 1...8 {
        let count = 1 << bits
        for first in [0, count, 5 * count] {
          let sobol = SearchSampler(.sobol, dimensions: 20, seed: seed)
          let points = (first..<first + count).map(sobol.point)
          #expect(Self.isEven(points) && Self.isNet(points, bits: bits))
          #expect(points.allSatisfy { $0.allSatisfy { (0..<1).contains($0) } })
        }
      }
      let random = SearchSampler(.random, dimensions: 64, seed: seed), points = (0..<256).map(random.point)
      #expect(!Self.isEven(points) && !Self.isNet(points, bits: 8))
    }
    let plain = SobolSequence(dimensions: 2), points = (0..<256).map { plain.point($0).map { Double($0) * 0x1p-32 } }
    #expect(Self.isEven(points) && Self.isNet(points, bits: 8))
  }

  @Test("random points: as many in each tenth as chance has it, axes unlike each other, seeds unlike each other")
  func random() {
    let sampler = SearchSampler(.random, dimensions: 3, seed: 7), points = (0..<20_000).map(sampler.point)
    for dimension in 0..<3 {
      var counts = [Int](repeating: 0, count: 10)
      for point in points { counts[Int(point[dimension] * 10)] += 1 }
      let square = counts.reduce(0.0) { $0 + pow(Double($1) - 2000, 2) / 2000 }
      // Of a chi square of 9 degrees one in ten thousand is larger.
      #expect(square < 33.7, "\(counts)")
    }
    let mean = points.reduce(0) { $0 + ($1[0] - 0.5) * ($1[1] - 0.5) } / 20_000 * 12
    #expect(abs(mean) < 0.03)
    for method in [SearchMethod.random, .sobol] {
      let own = SearchSampler(method, dimensions: 3, seed: 7)
      #expect((0..<50).map(own.point) == (0..<50).reversed().map(own.point).reversed())
      #expect(own.point(3) != SearchSampler(method, dimensions: 3, seed: 8).point(3))
      // More keys leave the others where they are.
      #expect(Array(SearchSampler(method, dimensions: 5, seed: 7).point(9).prefix(3)) == own.point(9))
    }
  }
}
