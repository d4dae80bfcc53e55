@testable import Networks

extension LayerBattery {
  /// Every parameter's map from the order of files to memory.
  func storage() -> [Finding] {
    layer.parameters.compactMap { parameter in
      Self.problem(parameter).map { Finding(kind: .storage, text: "\(parameter.name), \(parameter.storage): \($0)") }
    }
  }

  private static func problem(_ parameter: Parameter) -> String? {
    let storage = parameter.storage, count = parameter.count, stored = storage.storedCount
    guard stored >= count, stored % 16 == 0 else { return "\(stored) floats for \(count) elements" }
    var owner = [Int?](repeating: nil, count: stored)
    for element in 0..<count {
      let place = storage.storedIndex(element)
      guard (0..<stored).contains(place) else { return "element \(element) at float \(place) of \(stored)" }
      if let other = owner[place] { return "elements \(other) and \(element) at float \(place)" }
      owner[place] = element
    }
    for element in 0..<count {
      let run = storage.run(at: element)
      guard run.count > 0 else { return "an empty run at element \(element)" }
      for more in 0..<min(run.count, count - element)
      where storage.storedIndex(element + more) != run.start + more * run.step {
        return "the run at element \(element) has element \(element + more) elsewhere"
      }
    }
    return problem(storage, owner: owner, count: count)
  }

  /// Copies there and back, whole and from any element on.
  private static func problem(_ storage: ParameterStorage, owner: [Int?], count: Int) -> String? {
    let values = (0..<count).map { Float($0 + 1) }
    var slice = [Float](repeating: 0, count: storage.storedCount)
    storage.scatter(0..<count, from: values, into: &slice)
    if let place = owner.indices.first(where: { slice[$0] != owner[$0].map { Float($0 + 1) } ?? 0 }) {
      return "float \(place) becomes \(slice[place])"
    }
    for range in [0..<count, count / 3..<count, count / 2..<min(count, count / 2 + 1), 0..<count / 2] {
      var found = [Float](repeating: 0, count: range.count)
      storage.gather(range, from: slice, into: &found)
      guard found.elementsEqual(values[range]) else { return "elements \(range) come back as \(found)" }
      var again = slice
      storage.scatter(range, from: found, into: &again)
      guard again == slice else { return "elements \(range) do not return to their places" }
    }
    return nil
  }
}
