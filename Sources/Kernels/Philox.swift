internal import CKernels

/// What random numbers are for.
///
/// Streams of different purposes are independent. Raw values are part of the file format:
/// changing one changes every model trained with the same seed.
package enum RandomPurpose: UInt32, CaseIterable, Sendable {
  /// Initial values of parameters.
  case initialization = 1
  /// The order of samples in an epoch.
  case shuffle = 2
  /// Which samples go to validation and test.
  case split = 3
  /// Which activations are dropped.
  case dropout = 4
  /// Random changes of samples.
  case augmentation = 5
  /// Samples of synthetic data.
  case synthesis = 6
  /// Noise added to gradients, inputs or labels.
  case noise = 7
  /// Seeds of the repeats of a comparison, and points of a search.
  case selection = 8
}

/// A stream of random numbers that is a pure function of (seed, purpose, index, slot, item).
///
/// The generator is Philox4x32-10 (Salmon and others 2011), by counter. Streams are never keyed by rank, thread or
/// time, so they are the same wherever they are drawn. The key is words 0 and 1 of the block with key `seed` and
/// counter (low and high word of `index`, purpose, slot).
package struct RandomStream: Sendable {
  private let key: ck_key
  /// Sample id, parameter index or another number that tells the items of a step apart.
  package let item: UInt64

  /// The stream of one item.
  /// - Parameters:
  ///   - seed: The run's seed.
  ///   - purpose: What the numbers are for.
  ///   - index: Step or epoch, 0 where there is none.
  ///   - slot: Tells apart users with one purpose, for example dropout layers.
  ///   - item: Sample id or parameter index.
  package init(seed: UInt64, purpose: RandomPurpose, index: UInt64 = 0, slot: UInt32 = 0, item: UInt64 = 0) {
    key = streamKey(seed: seed, purpose: purpose, index: index, slot: slot)
    self.item = item
  }

  /// Word `position` of the stream.
  package func word(_ position: UInt64) -> UInt32 {
    let block = position / 4
    let counter = ck_block(
      word: (
        UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), UInt32(truncatingIfNeeded: item),
        UInt32(truncatingIfNeeded: item >> 32)
      ))
    let words = ck_philox(counter, key).word
    switch position % 4 {
    case 0: return words.0
    case 1: return words.1
    case 2: return words.2
    default: return words.3
    }
  }

  /// Words `first ..< first + count` of the stream.
  package func fill(words out: UnsafeMutablePointer<UInt32>, count: Int, from first: UInt64 = 0) {
    ck_active().pointee.random_words(out, count, first, key, item)
  }

  /// Elements `first ..< first + count` uniform in `[low, high)`, with 24 random bits each; where rounding reaches
  /// `high` it is included.
  package func fill(
    uniform out: UnsafeMutablePointer<Float>, count: Int, from first: UInt64 = 0, low: Float = 0, high: Float = 1
  ) {
    ck_active().pointee.random_uniform(out, count, first, key, item, low, high)
  }

  /// Elements `first ..< first + count` normally distributed (Box & Muller 1958; at most 5.8 deviations from the mean).
  package func fill(
    normal out: UnsafeMutablePointer<Float>, count: Int, from first: UInt64 = 0, mean: Float = 0, deviation: Float = 1
  ) {
    ck_active().pointee.random_normal(out, count, first, key, item, mean, deviation)
  }
}

/// Dropout with scaling in training.
///
/// Srivastava and others 2014: each element is 0 with probability `rate`, else divided by
/// `1 - rate`. The decision is a pure function of (seed, step, layer, sample id, element), so no mask is stored.
package struct Dropout: Sendable {
  private let key: ck_key
  private let threshold: UInt32
  private let scale: Float

  /// The masks of one layer in one step.
  /// - Parameters:
  ///   - rate: Probability of dropping, in `0..<1`.
  ///   - seed: The run's seed.
  ///   - step: The global step.
  ///   - layer: Index of the layer in the network.
  package init(rate: Double, seed: UInt64, step: UInt64, layer: UInt32) {
    precondition(rate >= 0 && rate < 1, "a dropout rate is at least 0 and below 1")
    key = streamKey(seed: seed, purpose: .dropout, index: step, slot: layer)
    threshold = UInt32(min(rate * 0x1p32, 0x1p32 - 1))
    scale = Float(1 / (1 - rate))
  }

  /// `y[r][j]` becomes `x[r][j] * scale` or 0.
  ///
  /// The same call with the output's gradient for `x` gives the input's gradient.
  /// - Parameters:
  ///   - x: `rows` × `columns`, row `r` at `r * xStride`.
  ///   - xStride: Elements from row to row of `x`.
  ///   - y: `rows` × `columns`; may be `x` if the strides are equal.
  ///   - yStride: Elements from row to row of `y`.
  ///   - samples: The id of each row's sample.
  ///   - rows: Number of rows.
  ///   - columns: Elements of a sample.
  package func apply(
    _ x: UnsafePointer<Float>, stride xStride: Int, into y: UnsafeMutablePointer<Float>, stride yStride: Int,
    samples: UnsafePointer<UInt64>, rows: Int, columns: Int
  ) {
    ck_active().pointee.dropout_rows(x, xStride, y, yStride, samples, rows, columns, key, threshold, scale)
  }
}

private func streamKey(seed: UInt64, purpose: RandomPurpose, index: UInt64, slot: UInt32) -> ck_key {
  let counter = ck_block(
    word: (UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), purpose.rawValue, slot))
  let seedKey = ck_key(word: (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
  let words = ck_philox(counter, seedKey).word
  return ck_key(word: (words.0, words.1))
}
