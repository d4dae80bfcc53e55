internal import Foundation
package import Specs

/// Makes random values that a schema allows, so that what is added to a registry is tried by itself.
///
/// Numbers, texts and lists are drawn from those that are hard to write and read: the ends of their range, what no
/// short decimal stands for, integers beyond 2^53, text with escapes and signs of all lengths in UTF-8. What no schema
/// says (a formula, the name of an algorithm) comes from ``samples``. Kinds take turns, and keys not yet in ``covered``
/// come more often.
package struct SchemaSampler {
  /// Values by key, `allreduce`; and whole objects by key and kind, `loss=expression`.
  package var samples: [String: [ConfigValue]]
  /// Names of keys, as ``walk(_:_:_:visit:)`` gives them, that have had another value than their default.
  package var covered: Set<String> = []
  /// Whether what is covered is left out mostly: most of what a random value makes unacceptable is another key than the
  /// one looked for.
  package var seeksUncovered = false
  private var state: UInt64
  private var turns: [String: Int] = [:]

  package init(seed: UInt64, samples: [String: [ConfigValue]]) {
    state = seed
    self.samples = samples
  }

  /// SplitMix64.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  package mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
  package mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

  /// A value of a key.
  package mutating func value(of key: String, _ schema: Schema) -> ConfigValue {
    if let known = samples[key] { return pick(known) }
    switch schema {
    case .number(let interval): return .number(number(in: interval))
    case .integer(let range): return .integer(integer(in: range))
    case .boolean: return .boolean(next() & 1 == 0)
    case .text: return .string(pick(Self.texts))
    case .names(let names): return .string(pick(names))
    case .fixed(let text): return .string(text)
    case .list(let element):
      let count = pick([0, 1, 1, 2, 3])
      var values: [ConfigValue] = []
      for _ in 0..<count { values.append(value(of: key + "[]", element)) }
      return .array(values)
    case .anyOf(let schemas): return value(of: key, turn(key, schemas))
    case .object(let properties): return object(key, properties)
    // What says nothing needs a sample.
    default: return .object([])
    }
  }

  /// The alternative that has been taken least.
  private mutating func turn(_ key: String, _ schemas: [Schema]) -> Schema {
    let offset = below(schemas.count)
    let order = schemas.indices.map { ($0 + offset) % schemas.count }
    // Alternatives may hold alternatives of the same key: their number tells them apart.
    func taken(_ index: Int) -> Int { turns["\(key) \(index) of \(schemas.count)", default: 0] }
    let index = order.min { taken($0) < taken($1) } ?? 0
    turns["\(key) \(index) of \(schemas.count)", default: 0] += 1
    return schemas[index]
  }

  /// An object with all keys that it needs, and some of the others.
  private mutating func object(_ key: String, _ properties: [Schema.Property]) -> ConfigValue {
    let owner = key.replacingOccurrences(of: "[]", with: "") + Self.kind(properties).map { "=\($0.kind)" }.joined()
    if let known = samples[owner], unit() < 0.25 { return pick(known) }
    var members: [ConfigValue.Member] = []
    for property in properties {
      let isNew = !covered.contains("\(owner).\(property.key)")
      let isDeep = if case .anyOf = property.schema { true } else { false }
      if !property.isRequired, unit() > (isNew || isDeep ? 0.6 : seeksUncovered ? 0.03 : 0.25) { continue }
      // Absent, said aloud.
      let isNull = !property.isRequired && property.defaultValue == nil && !isNew && unit() < 0.2
      members.append(.init(property.key, isNull ? .null : value(of: property.key, property.schema)))
    }
    return .object(members)
  }

  /// The key that names an object's kind, and the kind.
  private static func kind(_ properties: [Schema.Property]) -> [(key: String, kind: String)] {
    properties.compactMap { if case .fixed(let kind) = $0.schema { ($0.key, kind) } else { nil } }
  }

  /// Calls `visit` for each key of a schema, or for those that a value has, named by the key and kind that they belong
  /// to: `schedule=cosine.end_factor`.
  package static func walk(
    _ schema: Schema, _ owner: String, _ value: ConfigValue?, visit: (String, Schema.Property, ConfigValue?) -> Void
  ) {
    switch schema {
    case .object(let properties):
      var owner = owner
      if let tag = kind(properties).first {
        // A value walks along the alternative of its own kind only.
        if let value, value[tag.key] != .string(tag.kind) { return }
        owner += "=\(tag.kind)"
      }
      if case .object(let members)? = value,
        !members.allSatisfy({ member in properties.contains { $0.key == member.key } })
      {
        return
      }
      for property in properties {
        if case .fixed = property.schema { continue }
        if value != nil, value?[property.key] == nil { continue }
        let inner = value?[property.key]
        visit("\(owner).\(property.key)", property, inner)
        if inner != .some(.null) { walk(property.schema, property.key, inner, visit: visit) }
      }
    case .anyOf(let schemas): for schema in schemas { walk(schema, owner, value, visit: visit) }
    case .list(let element):
      guard case .array(let values)? = value else { return value == nil ? walk(element, owner, nil, visit: visit) : () }
      for value in values { walk(element, owner, value, visit: visit) }
    default: break
    }
  }

  private mutating func number(in interval: Interval) -> Double {
    if unit() < 0.3 {
      return pick(Self.numbers.filter(interval.contains) + [interval.lower, interval.upper].filter(interval.contains))
    }
    let low = max(interval.lower, -100), high = min(interval.upper, 100)
    let drawn = low + (high - low) * unit()
    return interval.contains(drawn) ? drawn : pick(Self.numbers.filter(interval.contains))
  }

  private mutating func integer(in range: ClosedRange<Int>) -> Int {
    let odd = [range.lowerBound, range.upperBound, 0, 1, 2, 3, 7, 10, 1 << 31, 1 << 53 + 1, Int.max - 1]
    return pick(odd.filter(range.contains))
  }

  /// Doubles that are hard to write.
  private static let numbers: [Double] = [
    0, -0.0, 1, 0.1, 0.5, 1.0 / 3, 0.1 + 0.2, 1 - 0x1p-53, 1 + 0x1p-52, Double.leastNonzeroMagnitude, 1e-300, 1e-7,
    123456789.125, 1e15,
    1e15 + 0.5,
    0x1p53, 0x1p53 + 2, 1e16, 1e22, 1.5, 1e300, Double.greatestFiniteMagnitude, -1e-300, -0.1, -1e17,
  ]

  /// Texts that are hard to write.
  private static let texts = [
    "a", "loss", "é", "e\u{301}", "日本語", "😀", "\u{0}", "\u{1f}\u{7f}", "\"", "\\", "\\u0041", "/", "a\nb\tc\rd",
    "\u{2028}\u{feff}", " ",
    "", "null", "1", "true", ",\u{308}", "x=1", "a.b[0]", "\u{10ffff}",
  ]
}
