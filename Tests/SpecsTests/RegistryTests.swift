import Foundation
import Specs
import Testing

/// Registries are values: a kind that is added is read wherever its sort may stand, and the standard registry does not
/// know of it.
@Suite struct RegistryTests {
  struct Disk: Figure {
    static let kind = "disk"
    static let summary = "round"
    static let examples = ["{}", "{ }"]
    var text: String { "disk" }
    init(from fields: FieldReader) throws(ConfigError) {}
  }

  /// Figures, one in the other.
  struct Frame: Figure {
    static let kind = "frame"
    static let summary = "a figure around others"
    static let examples = ["{}", "{ }"]
    var text: String { "frame(\(([inner] + others).map(\.text).joined(separator: " ")))" }
    var inner: any Figure
    var others: [any Figure]

    init(from fields: FieldReader) throws(ConfigError) {
      if fields.isDescribing {
        inner = try Disk(from: fields)
        others = []
        return
      }
      inner = try fields.variant("inner", Figures.standard, default: "disk", "the figure within")
      let schema = try fields.describedSchema(of: Figures.standard, path: fields.pathOf("others"))
      others = try fields.list("others", of: schema, default: [], "more of them") { value, path throws(ConfigError) in
        try fields.readObject(value, path: path) { fields throws(ConfigError) in
          try fields.variant("figure", Figures.standard, "a figure")
        }
      }
    }
  }

  struct Star: Figure {
    static let kind = "star"
    static let summary = "pointed"
    static let examples = ["{}", #"{"points": 7}"#]
    var points: Int
    var text: String { "star \(points)" }
    init(from fields: FieldReader) throws(ConfigError) {
      points = try fields.integer("points", default: 5, in: 3...9, "its points")
    }
  }

  static func read(_ text: String, _ registry: Figures) throws -> String {
    try FieldReader.readVariant(ConfigValue.parse(Data(text.utf8), file: "t"), registry, path: "figure").0.text
  }

  @Test("an added kind is read, alone and within others")
  func adding() throws {
    let more = try Figures.standard.adding(Star.self)
    #expect(more.kinds == ["disk", "frame", "star"])
    #expect(Figures.standard.kinds == ["disk", "frame"])
    #expect(try Self.read(#""star""#, more) == "star 5")
    #expect(try Self.read(#"{"type": "star", "points": 7}"#, more) == "star 7")
    let nested = #"{"type": "frame", "inner": {"type": "frame", "inner": "star"}, "others": [{"figure": "star"}]}"#
    #expect(try Self.read(nested, more) == "frame(frame(star 5) star 5)")
    #expect(throws: ConfigError.self) { try Self.read(nested, .standard) }
  }

  @Test("a reader that was handed a registry reads and describes with it, instead of the standard one")
  func registries() throws {
    let registries = Registries.standard.with(try Figures.standard.adding(Star.self))
    #expect(registries[default: Figures.standard].kinds.last == "star")
    #expect(Registries.standard[default: Figures.standard].kinds.last == "frame")
    let value = try ConfigValue.parse(Data(#"{"a": {"type": "frame", "inner": "star"}}"#.utf8), file: "t")
    func figure(_ fields: FieldReader) throws(ConfigError) -> any Figure {
      try fields.variant("a", Figures.standard, "a figure")
    }
    #expect(try FieldReader.readObject(value, path: "", registries: registries, figure).0.text == "frame(star 5)")
    let error = #expect(throws: ConfigError.self) { try FieldReader.readObject(value, path: "", figure) }
    #expect(error?.problem.hasPrefix("unknown figure 'star'") == true, "\(String(describing: error))")
    for (given, isKnown) in [(registries, true), (.standard, false)] {
      let fields = FieldReader(describing: "", registries: given)
      _ = try figure(fields)
      #expect(Schema.object(fields.properties).json.compactText.contains("star") == isKnown)
    }
  }

  @Test("a name that is taken is refused")
  func taken() throws {
    struct Other: Figure {
      static let kind = "disk"
      static let summary = ""
      static let examples: [String] = []
      var text: String { "other" }
      init(from fields: FieldReader) throws(ConfigError) {}
    }
    let error = #expect(throws: ConfigError.self) { try Figures.standard.adding(Other.self) }
    #expect(error?.problem == "there is a figure 'disk' already; give the added one another name")
    #expect(throws: ConfigError.self) { try Figures.standard.adding(Star.self).adding(Star.self) }
  }
}

protocol Figure: Spec {
  var text: String { get }
}

typealias Figures = Registry<any Figure.Type, any Figure>

extension Figures {
  static var standard: Figures { standardFigures }
}

private let standardFigures = Figures("figure", [RegistryTests.Disk.self, RegistryTests.Frame.self], spec: { $0 }) {
  type, fields throws(ConfigError) in try type.init(from: fields)
}
