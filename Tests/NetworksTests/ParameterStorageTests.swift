import Kernels
import Platform
import Specs
import Testing

@testable import Networks

/// Parameters are kept as their layer wants them, and nothing outside of the layer sees how.
@Suite struct ParameterStorageTests {
  private static let sound: [StoredLayer.Map] = [.canonical, .permuted, .interleaved]

  private static func network(_ maps: [StoredLayer.Map], sharing: String? = nil) throws -> Network {
    var layers = maps.enumerated().map { LayerNode(StoredLayer.Spec($1), name: "l\($0)") }
    layers[layers.count - 1].sharing = sharing
    return try Network(layers, input: Port([300]), path: "layers")
  }

  @Test(
    "a layer computes the same wherever its weights are; maps that are wrong are found",
    arguments: StoredLayer.Map.allCases)
  func battery(_ map: StoredLayer.Map) {
    let findings = LayerCase.findings(StoredLayer.Spec(map), inputs: [[Port([40])], [Port([101])]])
    guard let kind = map.finding else { return expectNone(findings, "\(map)") }
    expectFinding(kind, in: findings, "\(map)")
  }

  @Test("values in the order of files come back, first values and norms are those of any other map", arguments: sound)
  func files(_ map: StoredLayer.Map) throws {
    func values(_ network: Network, _ arena: AlignedBuffer<Float>) -> [[Float]] {
      network.slots.map { network.canonicalValues(of: $0, in: arena.pointer) }
    }
    func begin(_ network: Network) -> AlignedBuffer<Float> {
      let arena = AlignedBuffer<Float>(count: network.storageCount)
      network.initialize(arena.pointer, seed: 5)
      return arena
    }
    let network = try Self.network([map, map]), plain = try Self.network([.canonical, .canonical])
    let arena = begin(network), expected = begin(plain)
    #expect(values(network, arena) == values(plain, expected))
    func squares(_ network: Network, _ arena: AlignedBuffer<Float>) -> [UInt64] {
      let norms = ParameterNorms(network, threads: 1)
      norms.measure(arena.pointer)
      return norms.tensorSquares.elements.map(\.bitPattern)
    }
    #expect(squares(network, arena) == squares(plain, expected))
    let slot = network.slots[1], other = values(network, arena)[0], counted = (0..<300).map { Float($0) }
    network.setCanonicalValues(counted, of: slot, in: arena.pointer)
    #expect(values(network, arena) == [other, counted])
    for element in 0..<300 { #expect(arena[slot.offset + slot.parameter.storedIndex(element)] == Float(element)) }
    let zeros = arena.elements.filter { $0 == 0 }.count
    #expect(zeros == network.storageCount - 599, "padding stays 0, as element 0 is")
  }

  @Test("weights are shared between layers that keep them alike")
  func sharing() throws {
    for map in Self.sound { #expect(try Self.network([map, map], sharing: "l0").slots.count == 1) }
    let error = #expect(throws: ConfigError.self) { try Self.network([.permuted, .interleaved], sharing: "l0") }
    #expect(error?.problem.contains("other shapes") == true)
  }

  @Test("what tells maps apart is what they are called and how much they take")
  func equality() {
    #expect(ParameterStorage.packed(inner: 3, outer: 70) == .packed(inner: 3, outer: 70))
    #expect(ParameterStorage.packed(inner: 3, outer: 70) != .packed(inner: 70, outer: 3))
    #expect(ParameterStorage.canonical(count: 16) != .canonical(count: 17))
    #expect(ParameterStorage.packed(inner: 3, outer: 70).storedCount == 240)
    #expect(ParameterStorage.canonical(count: 17).storedCount == 32)
  }
}
