internal import Kernels
package import Specs

/// Pads an image on all sides and cuts a piece of the old size at a random place: the picture moves by up to `padding`
/// pixels.
///
/// What comes in from outside is 0 in normalized features: the mean with `"normalize": "standard"`, black without
/// normalization.
package struct RandomCrop: TransformSpec {
  package static let kind = "random_crop"
  package static let summary = "moves images by up to padding pixels in each direction"
  package static let examples = [#"{"padding": 2}"#, "{}"]

  var padding: Int

  package init(from fields: FieldReader) throws(ConfigError) {
    padding = try fields.integer("padding", default: 4, in: 1...65536, "pixels added on each side before the cut")
  }

  package func makeTransform(_ shape: Shape, path: String) throws(ConfigError) -> any Transform {
    Crop(image: try ImageShape(shape, kind: Self.kind, path: path), padding: padding)
  }

  private struct Crop: Transform {
    let image: ImageShape
    let padding: Int

    func apply(_ sample: UnsafeMutablePointer<Float>, random: RandomStream) {
      // Uniform to 2⁻³² in the 2·padding + 1 places.
      let places = UInt64(2 * padding + 1)
      let down = Int((UInt64(random.word(0)) * places) >> 32) - padding
      let right = Int((UInt64(random.word(1)) * places) >> 32) - padding
      guard down != 0 || right != 0 else { return }
      for channel in 0..<image.channels {
        let plane = sample + channel * image.height * image.width
        // Lines are taken in the order in which none is overwritten before it has moved.
        for line in 0..<image.height {
          move(plane, to: down > 0 ? image.height - 1 - line : line, down: down, right: right)
        }
      }
    }

    /// Fills one line from the one it comes from.
    private func move(_ plane: UnsafeMutablePointer<Float>, to line: Int, down: Int, right: Int) {
      let width = image.width, from = line - down
      let target = plane + line * width
      let kept = max(0, width - abs(right))
      guard from >= 0, from < image.height, kept > 0 else { return target.update(repeating: 0, count: width) }
      let source = plane + from * width
      if right >= 0 {
        (target + right).update(from: source, count: kept)
        target.update(repeating: 0, count: width - kept)
      } else {
        target.update(from: source - right, count: kept)
        (target + kept).update(repeating: 0, count: width - kept)
      }
    }
  }
}
