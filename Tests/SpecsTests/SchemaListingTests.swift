import Foundation
import Testing

@testable import Specs

/// `ptrain schema KEY`: what may stand at a place, for people.
@Suite struct SchemaListingTests {
  struct Disk: Figure {
    static let kind = "disk"
    static let summary = "round"
    static let examples = ["{}", #"{"radius": 2}"#]
    var text: String { "disk" }
    init(from fields: FieldReader) throws(ConfigError) {
      _ = try fields.number("radius", default: 1, in: .positive, "from the middle to the rim")
      _ = try fields.boolean("filled", default: false, "whether it is")
    }
  }

  struct Star: Figure {
    static let kind = "star"
    static let summary = "pointed"
    static let examples = [#"{"points": 5}"#, #"{"points": 7}"#]
    var text: String { "star" }
    init(from fields: FieldReader) throws(ConfigError) {
      _ = try fields.integer("points", in: 3...9, "its points")
      _ = try fields.boolean("filled", default: false, "whether it is")
    }
  }

  private static let figures = Figures("figure", [Disk.self, Star.self], spec: { $0 }) {
    type, fields throws(ConfigError) in try type.init(from: fields)
  }

  private static func read(_ fields: FieldReader) throws(ConfigError) {
    _ = try fields.variant("figure", figures, default: "disk", "a figure")
    _ = try fields.object("main", kindsOf: figures, "the main one") { fields, kind throws(ConfigError) in
      let kind = try fields.text("type", default: kind, "its kind")
      return try figures.make(kind, from: fields, path: fields.pathOf("type"))
    }
    let schema = try fields.describedSchema(of: figures, path: "all")
    _ = try fields.list("all", of: schema, default: [], "more figures") { value, path throws(ConfigError) in
      try fields.readVariant(value, figures, path: path)
    }
    _ = try fields.section("part", "a part") { fields throws(ConfigError) in
      try fields.optionalInteger("n", in: 0...Int.max, "how many")
    }
  }

  private static func properties() throws -> [Schema.Property] {
    let fields = FieldReader(describing: "")
    try read(fields)
    return fields.properties
  }

  private static func listing(_ path: String, width: Int = 120) throws -> String {
    SchemaListing(try SchemaPlace(root: properties()).following(path), width: width).text
  }

  @Test("a place with kinds lists them with their keys, and those of all once")
  func kinds() throws {
    let rest = """

        Kinds, named by "type"; the name alone is enough where no key is required:

        disk: round
          radius  number > 0  1  from the middle to the rim

        star: pointed
          points  whole number 3 to 9  required  its points

        Keys of every kind:
          filled  true or false  false  whether it is

      """
    #expect(try Self.listing("figure") == "figure: a figure (kind; default disk)\n" + rest)
    #expect(try Self.listing("main") == "main: the main one (kind; required)\n" + rest)
    #expect(try Self.listing("all") == "all: more figures (list of kind; default [])\n" + rest)
    #expect(try Self.listing("all[0]") == (try Self.listing("all")))
    #expect(try Self.listing("main.star").hasPrefix("main.star: pointed\n\n  points"))
    #expect(try Self.listing("main.star").contains("filled"))
  }

  @Test("sections and single keys")
  func keys() throws {
    #expect(try Self.listing("part") == "part: a part (object; default {})\n\n  n  whole number ≥ 0  none  how many\n")
    #expect(try Self.listing("part.n") == "part.n: how many (whole number ≥ 0; may be left out)\n")
    #expect(try Self.listing("all.points") == "all.points: its points (whole number 3 to 9; required)\n")
    let root = SchemaListing(SchemaPlace(root: try Self.properties())).text
    #expect(root.contains("  figure  kind          disk      a figure; see ptrain schema figure\n"), "\(root)")
  }

  @Test("lines are wrapped below their beginning")
  func wrapped() throws {
    let lines = try Self.listing("main.disk", width: 44).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= 44 }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("                                ") })
  }

  @Test("what is not there is refused with the nearest name, exit code 64")
  func unknown() throws {
    let cases = [
      ("figur", "a config has no key 'figur'; did you mean 'figure'? known: figure, main, all, part"),
      ("figure.point", "'figure' has no key 'point'; did you mean 'points'?"), ("part.n.x", "'part.n' has no keys"),
      ("main.dusk", "did you mean 'disk'?"), ("all[x]", "'all[x]' is not a key"), ("", "a config has no key ''"),
      ("part..n", "'part' has no key ''"), ("part.", "'part' has no key ''"),
      (String(repeating: "x", count: 100_000), "a config has no key 'xxx"),
    ]
    for (path, says) in cases {
      let error = #expect(throws: ConfigError.self) { try Self.listing(path) }
      #expect(error?.sentence.contains(says) == true, "\(path.prefix(20)): \(error?.sentence ?? "")")
      #expect(error?.exitCode == .usage && (error?.sentence.count ?? 0) < 1300)
    }
  }

  @Test(
    "a name alone is a kind at its defaults: the schema lists those names, and the resolved config says the long form")
  func short() throws {
    func resolved(_ text: String) throws(ConfigError) -> ConfigValue {
      try FieldReader.readObject(ConfigValue.parse(Data(text.utf8), file: "t"), path: "", Self.read).1
    }
    let long = try resolved(
      #"{"figure": {"type": "disk"}, "main": {"type": "disk"}, "all": [{"type": "disk"}]}"#)
    #expect(try resolved(#"{"figure": "disk", "main": "disk", "all": ["disk"]}"#) == long)
    #expect(try resolved(#"{"main": "disk", "figure": null, "all": ["disk"]}"#) == long)
    #expect(try resolved(long.compactText) == long)
    #expect(long["main"]?["radius"] == .integer(1) || long["main"]?["radius"] == .number(1))
    let schema = Schema.object(try Self.properties()).json.compactText
    #expect(schema.components(separatedBy: #"{"enum": ["disk"]}"#).count == 4 && !schema.contains(#"["disk", "star"]"#))
    let cases = [
      (
        #"{"main": "star"}"#,
        "main: 'star' alone does not say enough, key 'points' is required: its points; write {\"type\""
      ),
      (
        #"{"main": "disk", "all": ["disk", "star"]}"#,
        "all[1]: 'star' alone does not say enough, key 'points' is required"
      ),
      (#"{"main": "disc"}"#, "main: unknown figure 'disc'; did you mean 'disk'?"),
      (#"{"main": {"type": "disc"}}"#, "main.type: unknown figure 'disc'"),
      (#"{"main": "disk", "figure": "star"}"#, "figure: 'star' alone does not say enough"),
      (#"{"main": 5}"#, "main: expected an object, found a number"),
    ]
    for (text, says) in cases {
      let error = #expect(throws: ConfigError.self) { try resolved(text) }
      #expect(error?.sentence.hasPrefix(says) == true, "\(text): \(error?.sentence ?? "")")
    }
  }

  @Test("where another key than `type` names the kind, it does not stand alone")
  func tagged() throws {
    let error = #expect(throws: ConfigError.self) {
      try FieldReader.readVariant(.string("disk"), Self.figures, tag: "format", path: "train")
    }
    #expect(
      error?.sentence
        == "train: expected an object whose key 'format' names the figure (disk, star), found text (\"disk\")")
    let schema = try FieldReader.schema(of: Self.figures, tag: "format", path: "train").json
    #expect(!schema.compactText.contains("enum"))
  }

  @Test("--set gives a kind that is named alone a key")
  func override() throws {
    let value = ConfigValue.object([.init("main", .string("disk"))])
    #expect(try value.overriding("main.radius=2").compactText == #"{"main": {"type": "disk", "radius": 2}}"#)
  }
}
