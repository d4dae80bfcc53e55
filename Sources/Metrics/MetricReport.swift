package import Specs

/// Results as the files of a run have them: numbers by key, and why some are none.
package struct MetricReport: Sendable, Equatable {
  /// One result.
  package struct Entry: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
      case number(MetricNumber)
      case curve(MetricCurve)
      /// No number, in a file of an earlier build, which did not say why.
      case null
    }

    /// The key.
    package let name: String
    package let content: Content
  }

  package private(set) var entries: [Entry]

  /// The results of one evaluation. Of two that are the same by name and labels the first counts: a model of an earlier
  /// build may name a metric twice.
  package init(_ values: [MetricValue]) {
    entries = []
    var seen: Set<String> = []
    for (value, keys) in zip(values, MetricKey.keys(of: values)) {
      if case .curve(let curve) = value.content {
        if let key = keys.first, seen.insert(key.text).inserted { add(key.text, .curve(curve)) }
      } else {
        for (key, number) in zip(keys, value.numbers) where seen.insert(key.text).inserted {
          add(key.text, .number(number))
        }
      }
    }
  }

  private mutating func add(_ name: String, _ content: Entry.Content) {
    entries.append(Entry(name: name, content: content))
  }

  /// The result of a key.
  package subscript(name: String) -> Entry? { entries.first { $0.name == name } }
}

extension MetricReport.Entry {
  /// A result that nobody has computed.
  package init(none name: String) { self.init(name: name, content: .number(MetricNumber(.nan))) }

  /// NaN or infinite where there is no number to show.
  package var value: Double {
    if case .number(let number) = content { return number.value }
    return .nan
  }

  /// Why there is no number, or no curve; nil where there is one.
  package var reason: String? {
    switch content {
    case .number(let number): number.reason
    case .curve(let curve): curve.reason
    case .null: nil
    }
  }

  /// The key and what it has, for a person.
  ///
  /// - Parameter number: how a number is written.
  package func words(number: (Double) -> String) -> String {
    if let reason { return "\(name) undefined (\(reason))" }
    return switch content {
    case .number(let found): "\(name) \(number(found.value))"
    case .curve(let curve): "\(name) of \(curve.points.count.counted("point"))"
    case .null: "\(name) null"
    }
  }

  fileprivate var json: ConfigValue {
    switch content {
    case .number(let number): number.value.json
    case .curve(let curve): curve.json
    case .null: .null
    }
  }
}

// JSON knows neither NaN nor infinity: where a number is null, the member `undefined` of the same object says why.
extension MetricReport: ResultEncodable, ResultDecodable {
  private static let reasons = "undefined"

  /// Results by key, without what says why some are none.
  package var numbers: [ConfigValue.Member] { entries.map { .init($0.name, $0.json) } }

  /// Why there are no numbers, as the last member; nothing where all are numbers.
  package var undefined: [ConfigValue.Member] {
    let found = entries.compactMap { entry in entry.reason.map { ConfigValue.Member(entry.name, .string($0)) } }
    return found.isEmpty ? [] : [.init(Self.reasons, .object(found))]
  }

  /// All members of an object that holds the results, perhaps beside others.
  package var members: [ConfigValue.Member] { numbers + undefined }

  package var json: ConfigValue { .object(members) }

  package init?(json: ConfigValue) {
    guard case .object(let members) = json else { return nil }
    let reasons = json[Self.reasons]
    entries = members.filter { $0.key != Self.reasons }.compactMap { member in
      if member.value == .null {
        let reason: String? = reasons?.field(member.key)
        return Entry(name: member.key, content: reason.map { .number(MetricNumber(.nan, because: $0)) } ?? .null)
      }
      if let number = Double(json: member.value) {
        return Entry(name: member.key, content: .number(MetricNumber(number)))
      }
      return MetricCurve(json: member.value).map { Entry(name: member.key, content: .curve($0)) }
    }
  }
}
