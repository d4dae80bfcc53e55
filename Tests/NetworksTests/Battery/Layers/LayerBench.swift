import Glibc
import Kernels
import Platform
import Specs

@testable import Networks

/// One layer with memory of its own, all of it watched, and deterministic inputs, parameters and gradients of its
/// output.
final class LayerBench {
  /// What may differ between two benches without changing a bit.
  struct Setup {
    /// In the lanes behind rows and parameters that are 0 by contract.
    var padding: Float = 0
    var isTraining = true
    var keepsDerived = true
    var wantsInputGradient = true
    /// The input's gradient is multiplied by (input > 0).
    var gatesInputGradient = false
    /// The output's gradient comes multiplied by (output > 0).
    var outputGradientIsGated = false
  }

  static let rows = 19

  let layer: any Layer
  /// The inputs of float32, in their order.
  let inputs: [Grid]
  /// The inputs of int32, in theirs.
  let integers: [IntegerGrid]
  let output: Grid
  let inputGradients: [Grid]
  let outputGradient: Grid
  let parameters: [Parameter]
  let arena: AlignedBuffer<Float>
  /// Where each parameter starts, in the arena as in a gradient.
  let offsets: [Int]
  /// Floats of the parameters' gradient.
  let gradientCount: Int
  let setup: Setup
  /// The shards whose sums the layer reads.
  var tree = LeafTree(shards: [0..<LayerBench.rows])
  private let groups = RowGroups(rows: LayerBench.rows, shards: LeafTree.limit)
  private let sums: AlignedBuffer<Double>
  private let saved: Grid
  private let derived: AlignedBuffer<Float>?
  private let scratch: AlignedBuffer<Float>
  /// Floats of it that each call may use.
  private let scratchCounts: (forward: Int, backward: Int, gradient: Int)
  /// The first call that has written behind its scratch memory.
  private(set) var scratchTrespass: String?
  private let samples = AlignedBuffer<UInt64>(count: LayerBench.rows)
  let pass: LayerPass
  /// What the output is multiplied with to make one number.
  let direction: [Float]

  init(_ layer: any Layer, inputs ports: [Port], _ setup: Setup = .init()) {
    (self.layer, self.setup) = (layer, setup)
    let rows = Self.rows
    let needs = layer.needs
    func grid(_ port: Port) -> Grid { Grid(port, rows: rows, padding: setup.padding) }
    let floats = ports.filter { $0.element == .float32 }
    inputs = floats.map(grid)
    integers = ports.indices.filter { ports[$0].element == .int32 }.map { index in
      let range = layer.range(ofInput: index) ?? -9...9, count = rows * ports[index].count
      let values = Self.random(count, 20 + UInt64(index)).enumerated().map { place, value in
        // Both ends are among them.
        place < 2
          ? [range.lowerBound, range.upperBound][place] : range.lowerBound + abs(Int(value * 1e4)) % range.count
      }
      return IntegerGrid(ports[index], rows: rows, values: values.map(Int32.init), padding: setup.padding == 0 ? 0 : 1)
    }
    output = layer.isView ? inputs[0] : grid(layer.output)
    outputGradient = grid(layer.output)
    inputGradients = layer.isView ? [outputGradient] : floats.map(grid)
    // As much as a row of the output lies as the output does.
    saved = needs.savedCount == layer.output.rowCount ? grid(layer.output) : grid(Port([max(1, needs.savedCount)]))
    direction = Self.random(rows * layer.output.count, 1)
    for (index, input) in inputs.enumerated() { input.values = Self.random(rows * input.width, 10 + UInt64(index)) }
    parameters = layer.parameters
    var offsets: [Int] = [], count = 0
    for parameter in parameters {
      offsets.append(count)
      count += parameter.storedCount
    }
    self.offsets = offsets
    gradientCount = count
    var stateOffsets: [Int] = [], end = count
    for state in layer.states {
      stateOffsets.append(end)
      end += (state.shape.count + 15) / 16 * 16
    }
    arena = AlignedBuffer(count: end + 16)
    for index in 0..<count { arena.pointer[index] = setup.padding }
    for (index, parameter) in parameters.enumerated() {
      // As wide as He's: outputs are of the size of inputs.
      let scale: Float = parameter.isVector ? 1 : (2 / Float(max(1, parameter.fanIn))).squareRoot()
      for (element, value) in Self.random(parameter.count, 20 + UInt64(index)).enumerated() {
        arena.pointer[offsets[index] + parameter.storedIndex(element)] = scale * value
      }
    }
    for (state, offset) in zip(layer.states, stateOffsets) {
      (arena.pointer + offset).update(repeating: state.initial, count: state.shape.count)
    }
    derived = setup.keepsDerived && layer.needs.derivedCount > 0 ? AlignedBuffer(count: layer.needs.derivedCount) : nil
    derived?.elements.update(repeating: Grid.foreign)
    scratchCounts = (
      needs.forwardScratchCount,
      needs.backwardScratchCount + (derived == nil ? needs.derivedScratchCount : 0),
      needs.gradientScratchCount + WeightGradient.scratchCount(leaves: LeafTree.limit)
    )
    scratch = AlignedBuffer(count: max(scratchCounts.forward, scratchCounts.backward, scratchCounts.gradient) + 16)
    for row in 0..<rows { samples.pointer[row] = UInt64(row * 3) }
    let counts = (layer.needs.forwardSums, layer.needs.backwardSums), places = 1 + LeafTree.limit
    sums = AlignedBuffer(count: (counts.0 + counts.1) * places)
    sums.elements.update(repeating: .nan)
    /// For each input of the layer its grid among those of its type.
    func spread<Value>(_ element: Port.Element, _ values: [Value]) -> [Value?] {
      var left = values[...]
      return ports.map { $0.element == element ? left.removeFirst() : nil }
    }
    let nothing = saved.matrix
    pass = LayerPass(
      inputs: spread(.float32, inputs.map(\.matrix)).map { $0 ?? nothing },
      integerInputs: spread(.int32, integers.map(\.matrix)), output: output.matrix, saved: saved.matrix,
      inputGradients: spread(.float32, inputGradients.map(\.matrix)).map { setup.wantsInputGradient ? $0 : nil },
      outputGradient: outputGradient.matrix, arena: arena.pointer, offsets: offsets, gradientOffsets: offsets,
      stateOffsets: stateOffsets, forwardSums: LayerSums(sums.pointer, count: counts.0),
      backwardSums: LayerSums(sums.pointer + counts.0 * places, count: counts.1), groups: groups,
      reach: layer.needs.reach, derived: derived?.pointer,
      gatesInputGradient: setup.gatesInputGradient, outputGradientIsGated: setup.outputGradientIsGated, index: 2,
      step: StepContext(
        isTraining: setup.isTraining, seed: 1, step: 2, samples: UnsafePointer(samples.pointer)))
  }

  /// Scratch memory for a call, full of NaN, because what a call finds there is not for it; what lies behind it is
  /// watched.
  private func withScratch(_ count: Int, _ name: String, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    memset(scratch.pointer, 0xff, 4 * count)
    let behind = UnsafeMutableBufferPointer(start: scratch.pointer + count, count: 16)
    behind.update(repeating: Grid.foreign)
    body(scratch.pointer)
    if scratchTrespass == nil, behind.contains(where: { $0.bitPattern != Grid.foreign.bitPattern }) {
      scratchTrespass = "\(name) writes behind its \(count) floats"
    }
  }

  /// Standard normal numbers.
  static func random(_ count: Int, _ item: UInt64) -> [Float] {
    var values = [Float](repeating: 0, count: count)
    RandomStream(seed: 17, purpose: .noise, item: item).fill(normal: &values, count: count)
    return values
  }

  /// The place of a parameter's element in the arena and in a gradient.
  func place(_ parameter: Int, _ element: Int) -> Int {
    offsets[parameter] + parameters[parameter].storedIndex(element)
  }

  /// Adds up what the layer reads of more than a row, or renews its states from.
  private func addSums(
    _ sums: LayerSums, _ add: (_ rows: Range<Int>, _ sums: UnsafeMutablePointer<Double>) -> Void
  ) {
    guard setup.isTraining, sums.count > 0 else { return }
    groups.setBatch(samples: Self.rows)
    for (shard, rows) in tree.shards.enumerated() {
      groups.setShard(shard, rows: rows)
      sums[shard: shard].update(repeating: 0, count: sums.count)
      add(rows, sums[shard: shard])
    }
    let whole = tree.sum(shard: { shard in (0..<sums.count).map { sums[shard: shard][$0] } })
    for (number, value) in whole.enumerated() { sums.ofBatch[number] = value }
  }

  /// What a way's sums over all rows are, added in the given runs of rows.
  func sums(_ way: PassWay, _ cuts: [Range<Int>]) -> [Double] {
    let count = way == .forward ? pass.forwardSums.count : pass.backwardSums.count
    let sums = AlignedBuffer<Double>(count: max(1, count))
    for cut in cuts {
      switch way {
      case .forward: layer.addForwardSums(pass, rows: cut, into: sums.pointer)
      case .backward: layer.addBackwardSums(pass, rows: cut, into: sums.pointer)
      }
    }
    return (0..<count).map { sums[$0] }
  }

  /// Forward, in the given runs of rows, or by the layer's items within rows.
  func forward(_ cuts: [Range<Int>] = [0..<LayerBench.rows], items: [Int]? = nil) {
    if !layer.isView { output.forget() }
    saved.forget()
    addSums(pass.forwardSums) { layer.addForwardSums(pass, rows: $0, into: $1) }
    if let items {
      for item in items { layer.forward(pass, rows: 0..<Self.rows, item: item) }
    } else {
      for cut in cuts {
        withScratch(scratchCounts.forward, "forward") { layer.forward(pass, rows: cut, scratch: $0) }
      }
    }
  }

  /// Renews what is derived from the parameters, then backward, in the given runs of rows, or by the layer's items
  /// within rows.
  func backward(_ cuts: [Range<Int>] = [0..<LayerBench.rows], derivedItems: [Int]? = nil, items: [Int]? = nil) {
    for item in derivedItems ?? Array(0..<layer.needs.derivedItems) { layer.renewDerived(pass, item: item) }
    for gradient in inputGradients { gradient.forget() }
    outputGradient.values = direction
    if setup.outputGradientIsGated {
      for index in direction.indices where !(output[index] > 0) { outputGradient[index] = 0 }
    }
    for cut in cuts { layer.prepareOutputGradient(pass, rows: cut) }
    addSums(pass.backwardSums) { layer.addBackwardSums(pass, rows: $0, into: $1) }
    if let items {
      for item in items { layer.backwardToInput(pass, rows: 0..<Self.rows, item: item) }
      return
    }
    for cut in cuts {
      withScratch(scratchCounts.backward, "backward") { layer.backwardToInput(pass, rows: cut, scratch: $0) }
    }
  }

  /// The gradient of the parameters over the leaves, item by item, in memory that held nothing of use.
  func gradient(_ leaves: [GradientLeaf], items: [Int]? = nil) -> [Float] {
    let gradient = AlignedBuffer<Float>(count: gradientCount + 16)
    gradient.elements.update(repeating: Grid.foreign)
    leaves.withUnsafeBufferPointer { leaves in
      guard let first = leaves.baseAddress else { return }
      for item in items ?? Array(0..<layer.needs.gradientItems) {
        withScratch(scratchCounts.gradient, "the weight gradient") { scratch in
          layer.accumulateWeightGradient(
            pass, item: item, leaves: first, leafCount: leaves.count, gradient: gradient.pointer, scratch: scratch)
        }
      }
    }
    return Array(gradient.elements)
  }

  /// Of a gradient what counts: the parameters' elements in the order of files.
  func counted(_ gradient: [Float]) -> [UInt32] {
    parameters.indices.flatMap { parameter in
      (0..<parameters[parameter].count).map { gradient[place(parameter, $0)].bitPattern }
    }
  }

  /// The sums over the batch, forward and backward, each number's upper half and lower half.
  private var sumBits: [UInt32] {
    [pass.forwardSums, pass.backwardSums].flatMap { sums in
      (0..<sums.count).flatMap { number in
        let bits = sums.ofBatch[number].bitPattern
        return [UInt32(bits >> 32), UInt32(truncatingIfNeeded: bits)]
      }
    }
  }

  /// The first place outside the layer's rows that has been written to.
  var trespass: String? {
    let grids =
      [("output", output), ("saved", saved), ("the output's gradient", outputGradient)]
      + inputs.map { ("input", $0) } + inputGradients.map { ("an input's gradient", $0) }
    for (name, grid) in grids { if let place = grid.trespass { return "\(name): \(place)" } }
    for grid in integers { if let place = grid.trespass { return "input: \(place)" } }
    return nil
  }

  /// All bits that a step leaves behind.
  func trace(
    cuts: [Range<Int>] = [0..<LayerBench.rows], tree: LeafTree = LeafTree(shards: [0..<LayerBench.rows]),
    items: [Int]? = nil, derivedItems: [Int]? = nil, forwardItems: [Int]? = nil, backwardItems: [Int]? = nil
  ) -> LayerTrace {
    self.tree = tree
    forward(cuts, items: forwardItems)
    let outputs = output.bits
    backward(cuts, derivedItems: derivedItems, items: backwardItems)
    return LayerTrace(parts: [
      ("output", outputs), ("the prepared gradient", outputGradient.bits),
      ("the inputs' gradients", setup.wantsInputGradient ? inputGradients.flatMap(\.bits) : []),
      ("the parameters' gradient", counted(gradient(tree.leaves, items: items))),
      ("the sums", setup.isTraining ? sumBits : []),
    ])
  }
}

/// What a step leaves behind, part by part.
struct LayerTrace {
  var parts: [(name: String, bits: [UInt32])]

  /// The first part that differs, in words; parts that one of them lacks are not compared.
  func difference(from other: LayerTrace) -> String? {
    for (a, b) in zip(parts, other.parts) where !a.bits.isEmpty && !b.bits.isEmpty && a.bits != b.bits {
      let place = a.bits.indices.first { a.bits[$0] != b.bits[$0] } ?? 0
      return "\(a.name), element \(place): \(Float(bitPattern: a.bits[place])), \(Float(bitPattern: b.bits[place]))"
    }
    return nil
  }

  /// The first part with an element that nobody has written.
  var gap: String? {
    parts.first { $0.bits.contains(Grid.foreign.bitPattern) }.map { "\($0.name) is not all written" }
  }
}
