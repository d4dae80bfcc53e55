internal import Kernels
package import Specs

/// Mirrors an image left to right with a probability; all channels together.
package struct HorizontalFlip: TransformSpec {
  package static let kind = "horizontal_flip"
  package static let summary = "mirrors images left to right with a probability"
  package static let examples = ["{}", #"{"probability": 1}"#]

  var probability: Double

  package init(from fields: FieldReader) throws(ConfigError) {
    probability = try fields.number("probability", default: 0.5, in: .unit, "probability that an image is mirrored")
  }

  package func makeTransform(_ shape: Shape, path: String) throws(ConfigError) -> any Transform {
    Flip(image: try ImageShape(shape, kind: Self.kind, path: path), threshold: UInt64(probability * 0x1p32))
  }

  private struct Flip: Transform {
    let image: ImageShape
    /// Of 2³² values of a random word, those below it flip.
    let threshold: UInt64

    func apply(_ sample: UnsafeMutablePointer<Float>, random: RandomStream) {
      guard UInt64(random.word(0)) < threshold else { return }
      for line in 0..<image.channels * image.height {
        var left = sample + line * image.width, right = left + (image.width - 1)
        while left < right {
          swap(&left.pointee, &right.pointee)
          left += 1
          right -= 1
        }
      }
    }
  }
}
