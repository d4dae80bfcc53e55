import Foundation
import Specs
import Testing

@testable import Datasets

/// The battery of the registry of augmentations, and what each of them does.
@Suite struct TransformTests {
  static let shape: Shape = [3, 5, 4]

  private static func make(_ text: String, shape: Shape = shape) throws -> Augmentation {
    let (spec, _) = try FieldReader.readVariant(
      ConfigValue.parse(Data(text.utf8), file: "test"), TransformRegistry.standard, path: "augmentation")
    return try Augmentation([spec], shape: shape, seed: 7, path: "augmentation")
  }

  private static func apply(_ augmentation: Augmentation, _ values: [Float], id: Int, epoch: Int = 0) -> [Float] {
    var values = values
    values.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { augmentation.apply(base, id: id, epoch: epoch) }
    }
    return values
  }

  private static let ramp = (0..<60).map { Float($0 + 1) }

  @Test("a function of sample and epoch, finite, different for others", arguments: TransformRegistry.standard.kinds)
  func keyed(_ kind: String) throws {
    let augmentation = try Self.make(#"{"type": "\#(kind)"}"#)
    let found = (0..<40).map { Self.apply(augmentation, Self.ramp, id: $0) }
    #expect(found == (0..<40).map { Self.apply(augmentation, Self.ramp, id: $0) })
    #expect(Set(found).count > 1)
    #expect(found != (0..<40).map { Self.apply(augmentation, Self.ramp, id: $0, epoch: 1) })
    #expect(found.allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  @Test("noise has the mean and deviation asked for")
  func noise() throws {
    let augmentation = try Self.make(#"{"type": "gaussian_noise", "deviation": 0.5}"#, shape: [1000])
    let noise = (0..<100).flatMap { Self.apply(augmentation, [Float](repeating: 0, count: 1000), id: $0) }.map(
      Double.init)
    let mean = noise.reduce(0, +) / 100_000
    let deviation = (noise.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000).squareRoot()
    #expect(abs(mean) < 0.01 && abs(deviation - 0.5) < 0.01)
  }

  @Test("a flip mirrors every line, about half of the samples")
  func flip() throws {
    let lines = stride(from: 0, to: 60, by: 4).map { Array(Self.ramp[$0..<$0 + 4]) }
    let mirrored: [Float] = lines.flatMap { $0.reversed() }
    let augmentation = try Self.make(#"{"type": "horizontal_flip"}"#)
    let found = (0..<1000).map { Self.apply(augmentation, Self.ramp, id: $0) }
    #expect(Set(found) == [Self.ramp, mirrored])
    #expect((400...600).contains(found.count { $0 == mirrored }))
    let always = try Self.make(#"{"type": "horizontal_flip", "probability": 1}"#)
    #expect((0..<50).allSatisfy { Self.apply(always, Self.ramp, id: $0) == mirrored })
    let never = try Self.make(#"{"type": "horizontal_flip", "probability": 0}"#)
    #expect((0..<50).allSatisfy { Self.apply(never, Self.ramp, id: $0) == Self.ramp })
  }

  @Test("a crop is one of the moved pictures, each about as often; padding wider than the picture included")
  func crop() throws {
    for padding in [1, 6] {
      let augmentation = try Self.make(#"{"type": "random_crop", "padding": \#(padding)}"#)
      var counts: [[Float]: Int] = [:]
      for id in 0..<4000 { counts[Self.apply(augmentation, Self.ramp, id: id), default: 0] += 1 }
      var expected: Set<[Float]> = []
      for down in -padding...padding {
        for right in -padding...padding { expected.insert(Self.moved(down: down, right: right)) }
      }
      #expect(Set(counts.keys) == expected)
      if padding == 1 { #expect(counts.values.allSatisfy { (350...550).contains($0) }) }
    }
  }

  private static func moved(down: Int, right: Int) -> [Float] {
    var result: [Float] = []
    for channel in 0..<3 {
      for y in 0..<5 {
        for x in 0..<4 {
          let (fromY, fromX) = (y - down, x - right)
          let inside = (0..<5).contains(fromY) && (0..<4).contains(fromX)
          result.append(inside ? ramp[(channel * 5 + fromY) * 4 + fromX] : 0)
        }
      }
    }
    return result
  }

  @Test("pictures are asked for where they are needed")
  func shapes() throws {
    for kind in ["horizontal_flip", "random_crop"] {
      #expect(throws: ConfigError.self) { try Self.make(#"{"type": "\#(kind)"}"#, shape: [60]) }
      _ = try Self.make(#"{"type": "\#(kind)"}"#, shape: [6, 10])
    }
  }
}
