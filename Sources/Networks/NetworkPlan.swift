internal import Platform
internal import Specs

/// A network while it is built, layer by layer.
struct NetworkPlan {
  /// Elements that one layer may put out for a sample; a float each, they are 8 GB.
  static let widthLimit = 1 << 31
  /// Evaluation computes blocks of so many samples, whatever the batch.
  private static let leastRows = 64

  /// What a layer can be read as: a node's output, or an input of the network, seen in some shape.
  struct Source {
    var place: Network.Source
    var port: Port
    var layer: Int?
    /// Whether no layer with weights lies between it and the network's inputs.
    var isData: Bool
  }

  var nodes: [Network.Node] = []
  var slots: [Network.Slot] = []
  var tensors: [Network.Tensor] = []
  var tiedGradients: [Network.TiedGradient] = []
  var outline: [(kind: String, output: Port, parameterCount: Int)] = []
  var warnings: [String] = []
  var integerRanges: [(input: Int, layer: Int, range: ClosedRange<Int>)] = []
  /// What a layer reads that names nothing; nil before the first layer of a network with several inputs.
  private var last: Source?
  private(set) var arenaCount = 0
  private(set) var stateCount = 0
  /// Floats of a flat gradient behind the arena's.
  private(set) var extraCount = 0
  private let inputs: [NetworkInput]
  private var isRead: [Bool]
  private var names: [String: Source] = [:]
  private var owners: [String: [Int]] = [:]
  private var readers: [Int] = []
  /// Elements that all layers put out for a sample.
  private var widths = 0

  init(inputs: [NetworkInput]) {
    self.inputs = inputs
    isRead = inputs.map { _ in false }
    last = inputs.count == 1 ? source(ofInput: 0) : nil
  }

  private func source(ofInput index: Int) -> Source {
    Source(place: .input(index), port: inputs[index].port, layer: nil, isData: true)
  }

  /// Adds the next layer of the config.
  mutating func add(_ entry: LayerNode, index: Int, path: String) throws(ConfigError) {
    var sources: [Source] = []
    for name in entry.inputs { sources.append(try source(named: name, path: path + ".inputs")) }
    if sources.isEmpty {
      guard let last else {
        throw ConfigError(
          "there are several inputs (\(inputs.map { $0.name.excerpt(30) }.joined(separator: ", "))); name those that the "
            + "layer reads in its 'inputs'", path: path)
      }
      sources = [last]
    }
    for (number, source) in sources.enumerated() {
      let allowed = entry.spec.elements(ofInput: number)
      guard allowed.contains(source.port.element) else {
        throw ConfigError(
          "\(type(of: entry.spec).kind) reads \(Port.Element.words(allowed)) here, found \(source.port); give it "
            + "an input of that dtype, or a layer between them that reads \(source.port.element.rawValue)", path: path)
      }
      if case .input(let input) = source.place { isRead[input] = true }
    }
    let layer = try entry.spec.makeLayer(inputs: sources.map(\.port), path: path)
    try requireRoom(for: layer, path: path)
    for (number, source) in sources.enumerated() {
      guard case .input(let input) = source.place, let range = layer.range(ofInput: number) else { continue }
      integerRanges.append((input, index, range))
    }
    readers.append(0)
    for source in sources { if let layer = source.layer { readers[layer] += 1 } }
    outline.append((type(of: entry.spec).kind, layer.output, layer.parameters.reduce(0) { $0 + $1.count }))
    let isData = sources.allSatisfy(\.isData)
    if isData, let warning = entry.spec.warning(data: sources.map(\.port)) { warnings.append("\(path): \(warning)") }
    var result = Source(
      place: sources[0].place, port: layer.output, layer: index, isData: isData && layer.parameters.isEmpty)
    if !layer.isView {
      let own = try place(layer, sharing: entry.sharing, index: index, path: path)
      nodes.append(
        Network.Node(
          index: index, layer: layer, needs: layer.needs, sources: sources.map(\.place), slots: own,
          gradientOffsets: [],
          stateOffsets: []))
      result.place = .node(nodes.count - 1)
      if let name = entry.name { owners[name] = own }
    }
    last = result
    guard let name = entry.name else { return }
    guard !inputs.contains(where: { $0.name == name }) else {
      throw ConfigError(
        "'\(name.excerpt(60))' is the name of an input of the network; give another name", path: path + ".name")
    }
    guard names.updateValue(result, forKey: name) == nil else {
      throw ConfigError("two layers are named '\(name.excerpt(60))'; names must differ", path: path + ".name")
    }
  }

  /// Refuses a layer with which the network cannot be held by this machine, before its sizes are used for anything.
  ///
  /// Training takes several times as much; this is what no use of the network does without.
  private mutating func requireRoom(for layer: any Layer, path: String) throws(ConfigError) {
    let width = layer.output.count
    guard width <= Self.widthLimit else {
      throw ConfigError(
        "the layer puts out \(width) numbers for each sample, at most \(Self.widthLimit) are allowed", path: path)
    }
    widths += layer.output.rowCount
    // Doubles, because sums of sizes need not fit into integers.
    let weights = 4 * layer.parameters.reduce(Double(arenaCount)) { $0 + Double($1.storedCount) }
    let outputs = 4 * Double(widths) * Double(Self.leastRows)
    for (bytes, what) in [
      (weights, "the weights up to this layer"), (outputs, "the outputs of \(Self.leastRows) samples"),
    ]
    where bytes > Double(MachineMemory.ofProcess) {
      throw ConfigError(
        "\(what) take \(MachineMemory.words(bytes)), and this machine has "
          + "\(MachineMemory.words(Double(MachineMemory.ofProcess))) of memory; make the network smaller", path: path)
    }
  }

  /// The network's output, which is the last layer's.
  func output(path: String) throws(ConfigError) -> (Port, Network.Source) {
    guard let last, last.port.element == .float32 else {
      throw ConfigError(
        "the last layer puts out \(last?.port.description ?? "nothing"), a loss reads float32", path: path)
    }
    return (last.port, last.place)
  }

  /// Lays out what follows the arena, and checks that every input and layer is read.
  mutating func finish(path: String) throws(ConfigError) {
    if let input = isRead.firstIndex(of: false) {
      throw ConfigError(
        "no layer reads the input '\(inputs[input].name.excerpt(60))'; name it in the 'inputs' of a layer, or take it out",
        path: path)
    }
    for (layer, count) in readers.enumerated().dropLast() where count == 0 {
      throw ConfigError(
        "no layer reads this one; name it in the 'inputs' of a later layer, or remove it", path: "\(path)[\(layer)]")
    }
    var states = 0, seen = Set<Int>()
    for index in nodes.indices {
      for slot in nodes[index].slots {
        let parameter = slots[slot].parameter
        if seen.insert(slot).inserted {
          tensors.append(.parameter(slots[slot]))
          nodes[index].gradientOffsets.append(slots[slot].offset)
        } else {
          let place = arenaCount + extraCount
          nodes[index].gradientOffsets.append(place)
          tiedGradients.append(
            Network.TiedGradient(source: place, target: slots[slot].offset, count: parameter.storedCount))
          extraCount += parameter.storedCount
        }
      }
      for state in nodes[index].layer.states {
        let offset = arenaCount + states
        nodes[index].stateOffsets.append(offset)
        tensors.append(
          .state(.init(name: "layers.\(nodes[index].index).\(state.name)", state: state, offset: offset)))
        states += (state.shape.count + 15) / 16 * 16
      }
    }
    stateCount = states
  }

  private func source(named name: String, path: String) throws(ConfigError) -> Source {
    if let input = inputs.firstIndex(where: { $0.name == name }) { return source(ofInput: input) }
    if name == NetworkInput.only, inputs.count == 1 { return source(ofInput: 0) }
    guard let source = names[name] else {
      let known = names.keys.sorted() + (inputs.count == 1 ? [NetworkInput.only] : inputs.map(\.name))
      throw ConfigError(
        "no earlier layer is named '\(name.excerpt(60))'; \(NearestName.hint(name, among: known))",
        path: path)
    }
    return source
  }

  /// The slots of a layer's parameters: new ones, or those of the layer it shares with.
  private mutating func place(_ layer: any Layer, sharing: String?, index: Int, path: String) throws(ConfigError)
    -> [Int]
  {
    guard let sharing else {
      var own: [Int] = []
      for parameter in layer.parameters {
        own.append(slots.count)
        slots.append(
          Network.Slot(name: "layers.\(index).\(parameter.name)", parameter: parameter, offset: arenaCount))
        arenaCount += parameter.storedCount
      }
      return own
    }
    let path = path + ".share_weights_with"
    guard let shared = owners[sharing] else {
      throw ConfigError(
        owners.isEmpty
          ? "no earlier layer with weights has a name; give one a 'name', or remove the key"
          : "no earlier layer with weights is named '\(sharing.excerpt(60))'; \(NearestName.hint(sharing, among: owners.keys.sorted()))",
        path: path)
    }
    let fits = zip(shared, layer.parameters).allSatisfy { slot, parameter in
      slots[slot].parameter.shape == parameter.shape && slots[slot].parameter.storage == parameter.storage
    }
    guard fits, shared.count == layer.parameters.count else {
      throw ConfigError("the weights of '\(sharing.excerpt(60))' have other shapes than this layer's", path: path)
    }
    return shared
  }
}
